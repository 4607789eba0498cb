package io.fondaco.platform.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SampledTest {
    private final Sampled<String> sampled = new Sampled<>(Duration.ofMinutes(1));

    @Test
    void nobodyKnowsBeforeTheFirstLook() {
        assertThat(sampled.of("a")).isNaN();
        assertThat(sampled.keys()).isEmpty();
    }

    @Test
    void whatIsNotFoundIsNone() {
        sampled.look(() -> Map.of("a", 7.0));
        assertThat(sampled.of("a")).isEqualTo(7);
        assertThat(sampled.of("b")).isZero();
        assertThat(sampled.keys()).containsExactly("a");
    }

    @Test
    void aLookThatFailsLeavesNothingThatLooksGood() {
        sampled.look(() -> Map.of("a", 0.0));
        assertThatThrownBy(() -> sampled.look(() -> {
                    throw new IllegalStateException("no database");
                }))
                .hasMessage("no database");
        assertThat(sampled.of("a")).isNaN();
        sampled.look(() -> Map.of("a", 1.0));
        assertThat(sampled.of("a")).isEqualTo(1);
    }

    @Test
    void whatNobodyLooksAtAnyMoreIsNotKnown() {
        Sampled<String> shortLived = new Sampled<>(Duration.ofMillis(50));
        shortLived.look(() -> Map.of("a", 0.0));
        await().untilAsserted(() -> assertThat(shortLived.of("a")).isNaN());
    }
}
