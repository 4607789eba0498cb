package io.fondaco.platform.admission;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** How many completions a pod begins at a time, and how long others stand in line. */
@ConfigMapping(prefix = "fondaco.admission")
interface AdmissionSettings {
    /** Completions that a pod begins at a time. Fewer than connections to the primary, so that what was begun can end. */
    @WithDefault("12")
    int atATime();

    /** Requests that stand in line, per pod; more are turned away at once. */
    @WithDefault("1000")
    int line();

    /** How long a request stands in line before it is turned away, to come again. */
    @WithDefault("2s")
    Duration patience();

    /** How long a ticket keeps its place in the order. */
    @WithDefault("10m")
    Duration ticketAge();

    /** Signs tickets, at least 32 characters, the same in every pod. Absent: the key that the first migration made. */
    Optional<String> secret();
}
