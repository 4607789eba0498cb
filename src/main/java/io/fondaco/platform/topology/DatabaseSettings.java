package io.fondaco.platform.topology;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** The database servers of Fondaco, and the limits by which their health is judged. */
@ConfigMapping(prefix = "fondaco.database")
public interface DatabaseSettings {
    /**
     * JDBC URL of the primary. With several hosts, the one that is the primary now is used, and found again after a
     * failover; so name every server that may be promoted. Absent: the embedded cluster.
     */
    Optional<String> primaryUrl();

    /**
     * JDBC URLs of the replicas, separated by commas; each may have several hosts. A host name with several addresses
     * (a headless service) is resolved repeatedly. The current primary is left out, so all servers may be named. Absent
     * with a primary given: reads go to the primary.
     */
    Optional<String> replicaUrls();

    /**
     * The expected number of replicas, without the primary; fewer in rotation is an alert. Absent: the number of
     * servers that the URLs resolve to now. Set it if one host name stands for several replicas, because a replica that
     * is gone disappears from the name service.
     */
    OptionalInt replicasExpected();

    /**
     * Whether the promotion of a server among the replicas counts as a failover: its timeline becomes the database's,
     * and a primary of an older timeline is refused. Enable it for clusters whose primary has one host name that leads
     * to the new primary after a failover. While it is off, a replica that somebody promotes for a copy of their own
     * stops no writes.
     */
    @WithDefault("false")
    boolean replicasMayBePromoted();

    /** The user for all servers. */
    Optional<String> username();

    /** The password of that user. */
    Optional<String> password();

    /**
     * The user for reading from the replicas, if it differs: a role that may only SELECT. Default: the user for all
     * servers.
     */
    Optional<String> replicaUsername();

    /** The password of the user for the replicas. */
    Optional<String> replicaPassword();

    /** Whether the application migrates the schemas at start. Default: only with the embedded cluster. */
    Optional<Boolean> migrateAtStart();

    /**
     * Set to false explicitly, as in the image, it forbids the embedded cluster. Otherwise it is set at start: whether
     * the database is the embedded cluster.
     */
    @WithDefault("false")
    boolean embedded();

    /**
     * Maximum number of connections to each replica, per pod. Without configured replicas, the maximum for reading from
     * the primary.
     */
    @WithDefault("20")
    int replicaPoolSize();

    /**
     * How often each server's status is queried while the pod has requests; about once a second without. Each interval
     * is up to a fifth longer or shorter, so that pods do not query in step.
     */
    @WithDefault("100ms")
    Duration checkInterval();

    /** How long a server may take to answer a status query. */
    @WithDefault("100ms")
    Duration checkTimeout();

    /** A replica that lags more than this many WAL bytes leaves the rotation; it returns below half of it. */
    @WithDefault("16777216")
    long maxLagBytes();

    /** A replica that lags more than this by the heartbeat leaves the rotation; it returns below half of it. */
    @WithDefault("4s")
    Duration maxLag();

    /**
     * A primary that refuses connections is given up immediately; one that does not answer, after this time. Requests
     * that still wait for it then get a 503.
     */
    @WithDefault("3s")
    Duration primaryTimeout();

    /** A statement that takes longer than this is counted, and logged without its values. */
    @WithDefault("1s")
    Duration slowStatement();

    /** How long a read waits for a replica to reach the caller's token before it falls back to the primary. */
    @WithDefault("30ms")
    Duration tokenWait();

    /** Maximum number of concurrent fallback reads on the primary, per pod; further ones are rejected. 0: none. */
    @WithDefault("8")
    int fallbackLimit();

    /**
     * Returns the maximum number of concurrent reads on the primary: the fallback limit, or the pool size if no
     * replicas are configured.
     */
    default int readsOnPrimary() {
        return replicaUrls().isPresent() ? fallbackLimit() : replicaPoolSize();
    }

    /**
     * The secret that signs consistency tokens: at least 32 characters, the same in every pod. Absent: a key that the
     * first migration created and stored in the database.
     */
    Optional<String> consistencySecret();

    /** @throws IllegalStateException if a setting that every connection needs is absent */
    static String required(Optional<String> setting) {
        return setting.orElseThrow(() -> new IllegalStateException("No database is configured"));
    }
}
