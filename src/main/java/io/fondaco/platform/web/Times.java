package io.fondaco.platform.web;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;

/** Times and days as requests name them: of the years 1 to 9999, which RFC 3339 has a form for and the database can hold. */
public final class Times {
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");
    private static final LocalDate FIRST_DAY = LocalDate.of(1, 1, 1);
    private static final LocalDate LAST_DAY = LocalDate.of(9999, 12, 31);

    private Times() {}

    /** @throws DateTimeException for what is no time (RFC 3339), or none of these years in UTC */
    public static Instant instant(String text) {
        Instant instant = OffsetDateTime.parse(text).toInstant();
        if (instant.isBefore(FIRST) || instant.isAfter(LAST)) {
            throw new DateTimeException("Not of the years 1 to 9999: " + text);
        }
        return instant;
    }

    /** @throws DateTimeException for what is no day, or none of these years */
    static LocalDate day(String text) {
        LocalDate day = LocalDate.parse(text);
        if (day.isBefore(FIRST_DAY) || day.isAfter(LAST_DAY)) {
            throw new DateTimeException("Not of the years 1 to 9999: " + text);
        }
        return day;
    }
}
