package io.fondaco.platform.cache;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Size and lifetime of each pod's cache, and how pods exchange invalidations. */
@ConfigMapping(prefix = "fondaco.cache")
interface CacheSettings {
    /** Whether responses are cached at all. */
    @WithDefault("true")
    boolean enabled();

    /**
     * Maximum heap for cached responses, per pod; the least used are evicted first. Negative entries (404) may use a
     * sixteenth of it in addition, so that random URLs cannot evict responses.
     */
    @WithDefault("67108864")
    long maxBytes();

    /** Lifetime of a cached response that is not invalidated; each entry gets up to a fifth less, at random. */
    @WithDefault("10m")
    Duration timeToLive();

    /**
     * The staleness bound: how long after its last read of the invalidation log a pod still serves cached responses;
     * then it loads each response. So no response is older than this plus its time in transit, even if messages between
     * pods are lost.
     */
    @WithDefault("2s")
    Duration maxLogAge();

    /**
     * How long after the last read of the invalidation log a response may be served when no database server answers, if
     * no invalidation of it is known.
     */
    @WithDefault("5m")
    Duration maxStaleness();

    /**
     * For the test that proves that it detects stale responses: false makes this an ordinary cache that does not
     * compare positions. Never set it in production.
     */
    @WithDefault("true")
    boolean checkPositions();

    /** {@code max-age} of responses without a token: how long a browser may reuse them without revalidation. */
    @WithDefault("0s")
    Duration browserMaxAge();

    /**
     * {@code s-maxage}: how long a CDN may reuse responses without a token. Until a purge or its expiry, a change is
     * not visible there.
     */
    @WithDefault("0s")
    Duration sharedMaxAge();

    /** {@code stale-while-revalidate}: how long a CDN may serve an expired response while it loads a new one. */
    @WithDefault("0s")
    Duration staleWhileRevalidate();

    /** The response header with the cache tags, by which a CDN can purge: {@code Surrogate-Key}, {@code Cache-Tag}. */
    Optional<String> surrogateKeyHeader();

    /**
     * How pods find each other. Without {@code dns} and {@code members} a pod joins no cluster and receives
     * invalidations from the log only.
     */
    Cluster cluster();

    /** The cluster of pods. */
    interface Cluster {
        /**
         * A DNS name that resolves to the addresses of all pods: a headless service that includes pods that are not
         * ready. Absent, as well as {@code members}: no cluster, and invalidations come from the log only.
         */
        Optional<String> dns();

        /** The pods by name instead of DNS: {@code host[port],host[port]}. Not all of them need to be running. */
        Optional<String> members();

        /** Whether a cluster is configured. */
        default boolean isConfigured() {
            return dns().isPresent() || members().isPresent();
        }

        /** The name of the cluster; clusters with another name are not joined. */
        @WithDefault("fondaco")
        String name();

        /** The address to listen on for messages of other pods; may be a JGroups pattern. */
        @WithDefault("SITE_LOCAL")
        String bindAddress();

        /** TCP port for messages of other pods; failure detection listens on this port plus 50,000. */
        @WithDefault("7800")
        int bindPort();

        /**
         * A PKCS#12 file with the key of the pods and the certificates that they trust: with it pods connect by mutual
         * TLS only. Without it, make sure that only pods can reach these ports.
         */
        Optional<String> keystore();

        /** The password of the keystore. */
        Optional<String> keystorePassword();

        /**
         * A pod that sends no heartbeat for this long is removed from the cluster until it answers again. After a
         * split, the parts of a cluster search for each other at least this often, and at most twice as often.
         */
        @WithDefault("10s")
        Duration failureTimeout();

        /** The address under which other pods reach this one, if it differs from the bind address. */
        Optional<String> externalAddress();

        /** The port of the external address, if it differs; failure detection uses this port plus 50,000. */
        Optional<Integer> externalPort();
    }
}
