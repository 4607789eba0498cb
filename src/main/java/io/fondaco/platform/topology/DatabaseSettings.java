package io.fondaco.platform.topology;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** Which servers Fondaco runs on, and how it judges them. */
@ConfigMapping(prefix = "fondaco.database")
public interface DatabaseSettings {
    /**
     * JDBC URL of the primary. Several hosts: whichever of them is the primary now, found again after a failover; so name
     * every server that may be promoted.
     */
    Optional<String> primaryUrl();

    /**
     * JDBC URLs of the replicas, separated by commas, each with several hosts if you like. A host name that stands for
     * several addresses (a headless service) is resolved again and again. A server that is the primary just now is left
     * out, so it does no harm to name all. Absent with a primary given: reads go to the primary.
     */
    Optional<String> replicaUrls();

    /**
     * Replicas that there are meant to be, the primary not counted: fewer in rotation is an alert. Absent: those that the URLs stand
     * for just now. Set it where a name stands for several, of which one that is gone leaves no trace.
     */
    OptionalInt replicasExpected();

    /**
     * Whether a server among the replicas that was promoted is believed: its timeline is the database's then, and a primary of an older one
     * is refused. For clusters whose primary is reached by one name that leads to its successor after a failover. Absent, somebody who
     * promotes a replica for a copy of their own stops nobody's writes.
     */
    @WithDefault("false")
    boolean replicasMayBePromoted();

    /** Who connects, to all of them. */
    Optional<String> username();

    /** The password that goes with it. */
    Optional<String> password();

    /** Who reads the replicas, when that is somebody else: a role that may only SELECT. */
    Optional<String> replicaUsername();

    /** The password that goes with it. */
    Optional<String> replicaPassword();

    /** Whether starting the application migrates the schemas. Default: with the embedded cluster only. */
    Optional<Boolean> migrateAtStart();

    /** How long a migration waits for a table that somebody holds, and all who want the table behind it, before it lets go and tries again. */
    @WithDefault("1s")
    Duration migrationLockTimeout();

    /** How long a module's migrations are tried again before the whole is given up. */
    @WithDefault("5m")
    Duration migrationPatience();

    /** Whether this is the embedded cluster: set by the start. Set to false by hand, as in an image, it forbids one. */
    @WithDefault("false")
    boolean embedded();

    /** Connections kept to each replica, at most; to read the primary with, where no replicas are configured. */
    @WithDefault("20")
    int replicaPoolSize();

    /** How often each server is asked how far it is; each time up to a fifth more or less, so that pods do not march in step. */
    @WithDefault("100ms")
    Duration checkInterval();

    /** How long an answer to that may take. */
    @WithDefault("100ms")
    Duration checkTimeout();

    /** Failed checks in a row that take a replica out of the rotation. A connection that breaks does it at once. */
    @WithDefault("2")
    int checksToLeave();

    /** Good checks in a row that bring it back. */
    @WithDefault("3")
    int checksToReturn();

    /** A replica further behind than this, in bytes of the log, leaves the rotation; it returns at half of it. */
    @WithDefault("16777216")
    long maxLagBytes();

    /** A replica further behind than this, by the heartbeat, leaves the rotation; it returns at half of it. */
    @WithDefault("4s")
    Duration maxLag();

    /** How often the primary's heartbeat row is written, by all pods together. */
    @WithDefault("1s")
    Duration heartbeatInterval();

    /**
     * A primary that refuses connections is given up at once; one that merely does not answer, after this long. Requests
     * that still wait for it are then cut off with a 503.
     */
    @WithDefault("3s")
    Duration abandonPrimaryAfter();

    /** A statement that takes longer is counted, and logged without its values. */
    @WithDefault("1s")
    Duration slowStatement();

    /** How often names of replicas are resolved again. */
    @WithDefault("5s")
    Duration discoveryInterval();

    /** How long a read waits for a replica to reach the caller's token before it goes to the primary. */
    @WithDefault("30ms")
    Duration tokenWait();

    /** Reads that may be on the primary at one time because no replica would do, per pod; more are turned away. 0: none. */
    @WithDefault("8")
    int fallbackLimit();

    /** How long such a read waits for its turn. */
    @WithDefault("100ms")
    Duration fallbackWait();

    /** Reads that may be on the primary at one time: a few, unless there are no replicas by intention. */
    default int readsOnPrimary() {
        return replicaUrls().isPresent() ? fallbackLimit() : replicaPoolSize();
    }

    /**
     * How old the catalogue may be that callers without a token are shown when there is no replica in rotation and the
     * primary has no room for more reads.
     */
    @WithDefault("5m")
    Duration maxStale();

    /**
     * Signs consistency tokens, at least 32 characters, the same in every pod. Absent: a key that the first migration
     * made and keeps in the database.
     */
    Optional<String> consistencySecret();

    /** How long a browser keeps the token's cookie. */
    @WithDefault("10m")
    Duration consistencyCookieMaxAge();

    /** @throws IllegalStateException for what every connection needs and is not there */
    static String required(Optional<String> setting) {
        return setting.orElseThrow(() -> new IllegalStateException("No database is configured"));
    }
}
