package io.fondaco.platform.admission;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** How many requests a pod serves at a time, and how long others wait. */
@ConfigMapping(prefix = "fondaco.admission")
interface AdmissionSettings {
    /**
     * Checkouts that a pod runs at a time. Fewer than the connections to the primary, so that started checkouts can
     * finish.
     */
    @WithDefault("12")
    int maxCheckouts();

    /** Checkouts that wait, per pod; further ones are rejected immediately. */
    @WithDefault("1000")
    int maxWaitingCheckouts();

    /** How long a checkout waits before it is rejected with a queue ticket. */
    @WithDefault("2s")
    Duration maxCheckoutWait();

    /** How long a queue ticket keeps its place in the order. */
    @WithDefault("10m")
    Duration ticketAge();

    /**
     * Signs queue tickets; at least 32 characters, the same in every pod. Absent: the key that the first migration
     * generated.
     */
    Optional<String> secret();

    /**
     * Requests that a pod serves at a time, not counting checkouts and cached responses. The catalogue may use three
     * quarters of them, the back office a half, imports and exports an eighth. A higher number does not make a pod
     * faster, only each request slower.
     */
    @WithDefault("48")
    int maxRequests();

    /** Requests of each priority that wait; further ones are rejected immediately with 503. */
    @WithDefault("500")
    int requestsInLine();

    /** Maximum wait of a request for a cart or an order. */
    @WithDefault("2s")
    Duration buyPatience();

    /** Maximum wait of a catalogue request that the cache does not handle; a tenth of it in a standing queue. */
    @WithDefault("500ms")
    Duration browsePatience();

    /** Maximum wait of a back office request; a tenth of it in a standing queue. */
    @WithDefault("500ms")
    Duration adminPatience();

    /** Maximum wait of an import or export; a tenth of it in a standing queue. */
    @WithDefault("200ms")
    Duration bulkPatience();

    /** Paths of imports and exports. */
    @WithDefault("/admin/v1/imports,/admin/v1/exports")
    Set<String> bulkPaths();
}
