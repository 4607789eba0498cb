package io.fondaco.platform.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimesTest {
    @Test
    void theFirstAndTheLastAreTaken() {
        assertThat(Times.instant("0001-01-01T00:00:00Z")).isEqualTo(Instant.parse("0001-01-01T00:00:00Z"));
        assertThat(Times.instant("9999-12-31T18:59:59-05:00")).isEqualTo(Instant.parse("9999-12-31T23:59:59Z"));
        assertThat(Times.day("9999-12-31")).isEqualTo(LocalDate.of(9999, 12, 31));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9999-12-31T23:59:59-18:00",
                "0001-01-01T00:00:00+18:00",
                "+10000-01-01T00:00:00Z",
                "-0001-12-31T00:00:00Z",
                "2026-02-30T00:00:00Z",
                "2026-02-01T00:00:00",
                "2026-02-01",
                "1767225600",
                ""
            })
    void whatHasNoFormInUtcIsNoTime(String text) {
        assertThatThrownBy(() -> Times.instant(text)).isInstanceOf(DateTimeException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+10000-01-01", "0000-12-31", "2026-02-30", "2026-2-1", "20454"})
    void whatIsOnNoCalendarIsNoDay(String text) {
        assertThatThrownBy(() -> Times.day(text)).isInstanceOf(DateTimeException.class);
    }
}
