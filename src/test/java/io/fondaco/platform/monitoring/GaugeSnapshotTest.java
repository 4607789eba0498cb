package io.fondaco.platform.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GaugeSnapshotTest {
    private final GaugeSnapshot<String> snapshot = new GaugeSnapshot<>(Duration.ofMinutes(1));

    @Test
    void valueIsNanBeforeTheFirstRefresh() {
        assertThat(snapshot.value("a")).isNaN();
        assertThat(snapshot.keys()).isEmpty();
    }

    @Test
    void missingKeyIsZeroAfterARefresh() {
        snapshot.refresh(() -> Map.of("a", 7.0));
        assertThat(snapshot.value("a")).isEqualTo(7);
        assertThat(snapshot.value("b")).isZero();
        assertThat(snapshot.keys()).containsExactly("a");
    }

    @Test
    void failedRefreshMakesTheValuesNan() {
        snapshot.refresh(() -> Map.of("a", 0.0));
        assertThatThrownBy(() -> snapshot.refresh(() -> {
                    throw new IllegalStateException("no database");
                }))
                .hasMessage("no database");
        assertThat(snapshot.value("a")).isNaN();
        snapshot.refresh(() -> Map.of("a", 1.0));
        assertThat(snapshot.value("a")).isEqualTo(1);
    }

    @Test
    void valueIsNanWhenTheLastRefreshIsTooOld() {
        GaugeSnapshot<String> shortLived = new GaugeSnapshot<>(Duration.ofMillis(50));
        shortLived.refresh(() -> Map.of("a", 0.0));
        await().untilAsserted(() -> assertThat(shortLived.value("a")).isNaN());
    }
}
