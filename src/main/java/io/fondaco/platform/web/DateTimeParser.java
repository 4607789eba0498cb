package io.fondaco.platform.web;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;

/** Parses date-times and dates in requests: years 1 to 9999, which RFC 3339 can express and the database can store. */
public final class DateTimeParser {
    private static final Instant MIN_INSTANT = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant MAX_INSTANT = Instant.parse("9999-12-31T23:59:59Z");
    private static final LocalDate MIN_DATE = LocalDate.of(1, 1, 1);
    private static final LocalDate MAX_DATE = LocalDate.of(9999, 12, 31);

    private DateTimeParser() {}

    /** @throws DateTimeException if the text is not an RFC 3339 date-time, or is outside of these years in UTC */
    public static Instant parseInstant(String text) {
        Instant instant = OffsetDateTime.parse(text).toInstant();
        if (instant.isBefore(MIN_INSTANT) || instant.isAfter(MAX_INSTANT)) {
            throw new DateTimeException("Outside of the years 1 to 9999: " + text);
        }
        return instant;
    }

    /** @throws DateTimeException if the text is not a date, or is outside of these years */
    static LocalDate parseDate(String text) {
        LocalDate date = LocalDate.parse(text);
        if (date.isBefore(MIN_DATE) || date.isAfter(MAX_DATE)) {
            throw new DateTimeException("Outside of the years 1 to 9999: " + text);
        }
        return date;
    }
}
