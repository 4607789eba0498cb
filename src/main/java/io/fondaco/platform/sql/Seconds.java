package io.fondaco.platform.sql;

import java.time.Duration;

/** Converts durations to the seconds that {@code make_interval(secs => …)} takes. */
public final class Seconds {
    private Seconds() {}

    public static double of(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
