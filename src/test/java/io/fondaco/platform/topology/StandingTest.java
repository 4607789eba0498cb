package io.fondaco.platform.topology;

import static io.fondaco.platform.topology.Standing.Finding.CLOSE_TO_THE_LIMIT;
import static io.fondaco.platform.topology.Standing.Finding.FOREIGN_CLUSTER;
import static io.fondaco.platform.topology.Standing.Finding.GOOD;
import static io.fondaco.platform.topology.Standing.Finding.LAGGING;
import static io.fondaco.platform.topology.Standing.Finding.NOT_A_REPLICA;
import static io.fondaco.platform.topology.Standing.Finding.UNREACHABLE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StandingTest {
    private final Standing standing = new Standing(2, 3);

    @Test
    void aServerIsNotReadBeforeItsFirstGoodCheckAndIsAfterIt() {
        assertThat(standing.isInRotation()).isFalse();
        standing.observe(GOOD);
        assertThat(standing.isInRotation()).isTrue();
    }

    @Test
    void oneFailedCheckIsForgivenASecondIsNot() {
        standing.observe(GOOD);
        standing.observe(UNREACHABLE);
        assertThat(standing.isInRotation()).isTrue();
        standing.observe(GOOD);
        standing.observe(UNREACHABLE);
        assertThat(standing.isInRotation()).isTrue();
        standing.observe(UNREACHABLE);
        assertThat(standing.isInRotation()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"LAGGING", "NOT_A_REPLICA", "FOREIGN_CLUSTER"})
    void whatMustNotBeReadLeavesAtOnce(Standing.Finding finding) {
        standing.observe(GOOD);
        standing.observe(finding);
        assertThat(standing.isInRotation()).isFalse();
    }

    @Test
    void aBrokenConnectionTakesItOutAtOnce() {
        standing.observe(GOOD);
        standing.leave();
        assertThat(standing.isInRotation()).isFalse();
        standing.observe(GOOD);
        assertThat(standing.isInRotation()).as("even the first time").isFalse();
    }

    @Test
    void itReturnsAfterThreeGoodChecksInARow() {
        standing.observe(GOOD);
        standing.observe(LAGGING);
        standing.observe(GOOD);
        standing.observe(GOOD);
        standing.observe(UNREACHABLE);
        standing.observe(GOOD);
        standing.observe(GOOD);
        assertThat(standing.isInRotation()).isFalse();
        standing.observe(GOOD);
        assertThat(standing.isInRotation()).isTrue();
    }

    @Test
    void closeToTheLimitItStaysButDoesNotReturn() {
        standing.observe(GOOD);
        standing.observe(CLOSE_TO_THE_LIMIT);
        assertThat(standing.isInRotation()).isTrue();
        standing.observe(LAGGING);
        for (int i = 0; i < 10; i++) {
            standing.observe(CLOSE_TO_THE_LIMIT);
        }
        assertThat(standing.isInRotation()).isFalse();
        standing.observe(NOT_A_REPLICA);
        standing.observe(FOREIGN_CLUSTER);
        assertThat(standing.last()).isEqualTo(FOREIGN_CLUSTER);
    }
}
