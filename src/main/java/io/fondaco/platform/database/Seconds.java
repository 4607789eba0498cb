package io.fondaco.platform.database;

import java.time.Duration;

/** Durations as {@code make_interval(secs => …)} takes them. */
public final class Seconds {
    private Seconds() {}

    public static double of(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
