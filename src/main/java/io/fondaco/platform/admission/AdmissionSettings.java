package io.fondaco.platform.admission;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** How many requests a pod serves at a time, and how long others wait. */
@ConfigMapping(prefix = "fondaco.admission")
interface AdmissionSettings {
    /**
     * Maximum number of checkouts that a pod runs at a time: fewer than its connections to the primary, so that started
     * checkouts can finish.
     */
    @WithDefault("12")
    int maxCheckouts();

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
}
