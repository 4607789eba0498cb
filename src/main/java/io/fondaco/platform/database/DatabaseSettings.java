package io.fondaco.platform.database;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** Which database Fondaco runs on. */
@ConfigMapping(prefix = "fondaco.database")
interface DatabaseSettings {
    /** JDBC URL of the primary, several hosts allowed. Absent: the embedded cluster. */
    Optional<String> primaryUrl();

    /** Whether starting the application migrates the schemas. Default: with the embedded cluster only. */
    Optional<Boolean> migrateAtStart();
}
