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

    /** Maximum heap for cached responses, in bytes; the least used are evicted first. */
    @WithDefault("67108864")
    long maxBytes();

    /** Maximum heap for negative entries (404), in bytes; separate, so that random URLs cannot evict real entries. */
    @WithDefault("4194304")
    long maxNegativeBytes();

    /** Lifetime of a cached response that is not invalidated; each entry gets up to a fifth less, at random. */
    @WithDefault("10m")
    Duration timeToLive();

    /**
     * How long after its last read of the invalidation log a pod still serves cached responses; then it loads each
     * response. So no response is older than this plus its time in transit, even if messages between pods are lost.
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
     * Maximum number of entries in the invalidation index. Evicting the oldest raises the floor: anything read below it
     * is stale.
     */
    @WithDefault("50000")
    int maxIndexEntries();

    /**
     * False makes this an ordinary cache that does not compare positions; only for tests that prove that they would
     * detect it. Never set it in production.
     */
    @WithDefault("true")
    boolean checkPositions();

    /** Maximum number of concurrent loads, per pod. */
    @WithDefault("32")
    int maxConcurrentLoads();

    /** {@code max-age} of responses without a token: how long a browser may reuse them without revalidation. */
    @WithDefault("0s")
    Duration browserMaxAge();

    /** {@code s-maxage}: how long a CDN may reuse them. Until a purge or its expiry, a change is not visible there. */
    @WithDefault("0s")
    Duration sharedMaxAge();

    /** {@code stale-while-revalidate}, for CDNs. */
    @WithDefault("0s")
    Duration staleWhileRevalidate();

    /** The response header with the tags, by which a CDN can purge: {@code Surrogate-Key}, {@code Cache-Tag}. */
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
         * ready.
         */
        Optional<String> dns();

        /** Or the pods by name: {@code host[port],host[port]}. Not all of them need to be running. */
        Optional<String> members();

        /** Whether a cluster is configured. */
        default boolean isConfigured() {
            return dns().isPresent() || members().isPresent();
        }

        /** Clusters with another name are not joined. */
        @WithDefault("fondaco")
        String name();

        /** The address to listen on, as a JGroups pattern. */
        @WithDefault("SITE_LOCAL")
        String bindAddress();

        /** TCP port for messages; failure detection listens on this port plus 50,000. */
        @WithDefault("7800")
        int bindPort();

        /**
         * A PKCS#12 file with the key of the pods and the certificates that they trust: with it pods connect by mutual
         * TLS only. Without it, make sure that only pods can reach these ports.
         */
        Optional<String> keystore();

        /** The password of that file. */
        Optional<String> keystorePassword();

        /** A pod that sends no heartbeat for this long is removed from the cluster until it answers again. */
        @WithDefault("10s")
        Duration failureTimeout();

        /**
         * After a split, the parts of a cluster search for each other at least this often, and at most twice as often.
         */
        @WithDefault("10s")
        Duration mergeInterval();

        /** The address under which other pods reach this one, if it differs from the bind address. */
        Optional<String> externalAddress();

        /** The port that belongs to it, if it differs; failure detection uses this port plus 50,000. */
        Optional<Integer> externalPort();
    }
}
