package io.fondaco.platform.cache;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** What pods keep, for how long, and how they hear from one another. */
@ConfigMapping(prefix = "fondaco.cache")
interface CacheSettings {
    /** Whether answers are kept at all. */
    @WithDefault("true")
    boolean enabled();

    /** Bytes of answers that a pod keeps, at most; the least used go first. */
    @WithDefault("67108864")
    long maxBytes();

    /** Bytes of knowledge about what does not exist, at most: apart, so that who asks at random displaces no answer. */
    @WithDefault("4194304")
    long maxAbsentBytes();

    /** An answer larger than this, with its compressed form, is not kept, in bytes. */
    @WithDefault("1048576")
    int maxAnswerBytes();

    /** Bodies of at least so many bytes are kept compressed as well. */
    @WithDefault("512")
    int compressFrom();

    /** After this an answer is made anew though nothing was told against it; each up to a fifth sooner, by chance. */
    @WithDefault("10m")
    Duration timeToLive();

    /** How long it is remembered that something does not exist. */
    @WithDefault("1m")
    Duration absentTimeToLive();

    /** How often the log of changes is looked at, each time up to a fifth more or less. */
    @WithDefault("100ms")
    Duration checkInterval();

    /**
     * Without a look at the log for so long, kept answers are not served but made anew: no answer is older than this and
     * what it took to send it, whatever becomes of messages between pods.
     */
    @WithDefault("2s")
    Duration lease();

    /** How old an answer may be, if nothing is known against it, when no server of the database answers. */
    @WithDefault("5m")
    Duration maxStale();

    /** How long changes stay in the log. A pod that has not looked for half as long begins anew. */
    @WithDefault("10m")
    Duration retention();

    /** How many changed things a pod remembers; beyond it, it forgets answers as old as the oldest of them instead. */
    @WithDefault("50000")
    int maxMarks();

    /**
     * False makes it a cache like any other, which takes what it reads for true; for tests, to see that they see it. Never
     * in a shop.
     */
    @WithDefault("true")
    boolean checkPositions();

    /** Loads at a time, per pod. */
    @WithDefault("32")
    int maxLoads();

    /** How long a request waits for its load, or for another's of the same answer. */
    @WithDefault("5s")
    Duration loadTimeout();

    /** {@code max-age} of answers without a token: how long a browser may keep them without asking. */
    @WithDefault("0s")
    Duration browserMaxAge();

    /** {@code s-maxage}: how long a CDN may. Nobody can take back what it serves meanwhile unless it is purged. */
    @WithDefault("0s")
    Duration sharedMaxAge();

    /** {@code stale-while-revalidate}, for CDNs. */
    @WithDefault("0s")
    Duration staleWhileRevalidate();

    /** The header that tells a CDN what an answer is made of, to purge by: {@code Surrogate-Key}, {@code Cache-Tag}. */
    Optional<String> surrogateKeyHeader();

    /** How pods find one another. Without either of these two a pod keeps to itself, and hears of changes by the log. */
    Cluster cluster();

    /** The cluster of pods. */
    interface Cluster {
        /** A name that stands for the addresses of all pods: a headless service, with addresses that are not ready yet. */
        Optional<String> dns();

        /** Or the pods by name: {@code host[port],host[port]}. Not all of them need be there. */
        Optional<String> members();

        /** Whether there is one to join. */
        default boolean isConfigured() {
            return dns().isPresent() || members().isPresent();
        }

        /** Clusters with another name are not joined. */
        @WithDefault("fondaco")
        String name();

        /** The address to listen on; a pattern of JGroups. */
        @WithDefault("SITE_LOCAL")
        String bindAddress();

        /** TCP port for messages; that of failure detection is 50,000 above it. */
        @WithDefault("7800")
        int bindPort();

        /**
         * A PKCS#12 file with the key of the pods and the certificates that they trust: with it they talk by TLS only, and
         * only to pods that have such a key too. Without it let nobody but pods reach their ports.
         */
        Optional<String> keystore();

        /** The password of that file. */
        Optional<String> keystorePassword();

        /** After so long without a sign of life a pod is given up by the others, until it is heard of again. */
        @WithDefault("10s")
        Duration failureTimeout();

        /** A cluster that has split looks for its other part this often at least, and twice as often at most. */
        @WithDefault("10s")
        Duration mergeInterval();

        /** The address by which other pods reach this one, where it is another. */
        Optional<String> externalAddress();

        /** The port that goes with it, where it is another; that of failure detection is 50,000 above it likewise. */
        Optional<Integer> externalPort();
    }
}
