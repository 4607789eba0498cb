package io.fondaco.platform.database;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;

/** Which database Fondaco runs on; {@link DatabaseChoice} decides with it before the application starts. */
@ConfigMapping(prefix = "fondaco.database")
interface DatabaseSettings {
    /** JDBC URL of the primary, several hosts allowed. Absent: the embedded cluster. */
    Optional<String> primaryUrl();

    /** JDBC URLs of the replicas. Absent with a primary given: reads go to the primary. */
    Optional<List<String>> replicaUrls();

    /** All replicas in one JDBC URL; made from {@link #replicaUrls}, not to be set. */
    Optional<String> replicaUrl();

    /** Who connects, to all of them. */
    Optional<String> username();

    /** The password that goes with it. */
    Optional<String> password();

    /** Who connects to the replicas, when that is somebody else: a role that may only SELECT. */
    Optional<String> replicaUsername();

    /** The password that goes with it. */
    Optional<String> replicaPassword();

    /** Whether starting the application migrates the schemas. Default: with the embedded cluster only. */
    Optional<Boolean> migrateAtStart();

    /** Whether this is the embedded cluster: set by the start. Set to false by hand, as in an image, it forbids one. */
    @WithDefault("false")
    boolean embedded();
}
