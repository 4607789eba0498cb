package io.fondaco.platform.topology;

import static io.fondaco.platform.topology.RotationState.CheckResult.CLOSE_TO_THE_LIMIT;
import static io.fondaco.platform.topology.RotationState.CheckResult.FOREIGN_CLUSTER;
import static io.fondaco.platform.topology.RotationState.CheckResult.GOOD;
import static io.fondaco.platform.topology.RotationState.CheckResult.LAGGING;
import static io.fondaco.platform.topology.RotationState.CheckResult.NOT_A_REPLICA;
import static io.fondaco.platform.topology.RotationState.CheckResult.UNREACHABLE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RotationStateTest {
    private final RotationState rotation = new RotationState(2, 3);

    @Test
    void replicaJoinsAfterItsFirstGoodCheck() {
        assertThat(rotation.isInRotation()).isFalse();
        rotation.recordCheck(GOOD);
        assertThat(rotation.isInRotation()).isTrue();
    }

    @Test
    void replicaLeavesAfterTheSecondConsecutiveFailedCheck() {
        rotation.recordCheck(GOOD);
        rotation.recordCheck(UNREACHABLE);
        assertThat(rotation.isInRotation()).isTrue();
        rotation.recordCheck(GOOD);
        rotation.recordCheck(UNREACHABLE);
        assertThat(rotation.isInRotation()).isTrue();
        rotation.recordCheck(UNREACHABLE);
        assertThat(rotation.isInRotation()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"LAGGING", "NOT_A_REPLICA", "FOREIGN_CLUSTER"})
    void replicaThatMustNotBeReadLeavesImmediately(RotationState.CheckResult checkResult) {
        rotation.recordCheck(GOOD);
        rotation.recordCheck(checkResult);
        assertThat(rotation.isInRotation()).isFalse();
    }

    @Test
    void brokenConnectionRemovesTheReplicaImmediately() {
        rotation.recordCheck(GOOD);
        rotation.removeNow();
        assertThat(rotation.isInRotation()).isFalse();
        rotation.recordCheck(GOOD);
        assertThat(rotation.isInRotation()).as("after one good check").isFalse();
    }

    @Test
    void replicaReturnsAfterThreeConsecutiveGoodChecks() {
        rotation.recordCheck(GOOD);
        rotation.recordCheck(LAGGING);
        rotation.recordCheck(GOOD);
        rotation.recordCheck(GOOD);
        rotation.recordCheck(UNREACHABLE);
        rotation.recordCheck(GOOD);
        rotation.recordCheck(GOOD);
        assertThat(rotation.isInRotation()).isFalse();
        rotation.recordCheck(GOOD);
        assertThat(rotation.isInRotation()).isTrue();
    }

    @Test
    void replicaCloseToTheLimitStaysButDoesNotReturn() {
        rotation.recordCheck(GOOD);
        rotation.recordCheck(CLOSE_TO_THE_LIMIT);
        assertThat(rotation.isInRotation()).isTrue();
        rotation.recordCheck(LAGGING);
        for (int i = 0; i < 10; i++) {
            rotation.recordCheck(CLOSE_TO_THE_LIMIT);
        }
        assertThat(rotation.isInRotation()).isFalse();
        rotation.recordCheck(NOT_A_REPLICA);
        rotation.recordCheck(FOREIGN_CLUSTER);
        assertThat(rotation.lastResult()).isEqualTo(FOREIGN_CLUSTER);
    }
}
