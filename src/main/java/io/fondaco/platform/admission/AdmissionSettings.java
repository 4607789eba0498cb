package io.fondaco.platform.admission;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** How many requests a pod serves at a time, and how long others wait. */
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

    /**
     * Requests that a pod serves at a time, beside completions and what its cache answers. Three quarters of them may be for the
     * catalogue, half of the back office, an eighth imports and exports. More do not make a pod faster, only slower for each.
     */
    @WithDefault("48")
    int requestsAtATime();

    /** Requests of each priority that wait for others to be served; more are answered 503 at once. */
    @WithDefault("500")
    int requestsInLine();

    /** How long a request for a cart or an order waits at most. */
    @WithDefault("2s")
    Duration buyPatience();

    /** How long a request for the catalogue that the cache has no part in waits at most; a tenth of it while more come than can be served. */
    @WithDefault("500ms")
    Duration browsePatience();

    /** How long a request of the back office waits at most; a tenth of it while more come than can be served. */
    @WithDefault("500ms")
    Duration adminPatience();

    /** How long an import or an export waits at most; a tenth of it while more come than can be served. */
    @WithDefault("200ms")
    Duration bulkPatience();

    /** Paths of imports and exports. */
    @WithDefault("/admin/v1/imports,/admin/v1/exports")
    Set<String> bulkPaths();
}
