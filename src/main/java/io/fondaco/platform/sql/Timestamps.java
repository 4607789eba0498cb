package io.fondaco.platform.sql;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Moments in the database. */
public final class Timestamps {
    private Timestamps() {}

    /** The moment as {@code timestamptz} stores it, so that what is compared or returned is what will be read. */
    public static @Nullable Instant toDatabasePrecision(@Nullable Instant instant) {
        return instant == null ? null : instant.truncatedTo(ChronoUnit.MICROS);
    }
}
