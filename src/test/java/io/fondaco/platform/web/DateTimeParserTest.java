package io.fondaco.platform.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DateTimeParserTest {
    @Test
    void firstAndLastInstantAreAccepted() {
        assertThat(DateTimeParser.parseInstant("0001-01-01T00:00:00Z"))
                .isEqualTo(Instant.parse("0001-01-01T00:00:00Z"));
        assertThat(DateTimeParser.parseInstant("9999-12-31T18:59:59-05:00"))
                .isEqualTo(Instant.parse("9999-12-31T23:59:59Z"));
        assertThat(DateTimeParser.parseDate("9999-12-31")).isEqualTo(LocalDate.of(9999, 12, 31));
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
    void invalidOrOutOfRangeDateTimeIsRejected(String text) {
        assertThatThrownBy(() -> DateTimeParser.parseInstant(text)).isInstanceOf(DateTimeException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+10000-01-01", "0000-12-31", "2026-02-30", "2026-2-1", "20454"})
    void invalidOrOutOfRangeDateIsRejected(String text) {
        assertThatThrownBy(() -> DateTimeParser.parseDate(text)).isInstanceOf(DateTimeException.class);
    }
}
