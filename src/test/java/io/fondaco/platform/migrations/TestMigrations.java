package io.fondaco.platform.migrations;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import javax.sql.DataSource;

/** The migrations of this build, for tests that prepare a database before an application starts. */
public final class TestMigrations {
    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration RETRY_TIMEOUT = Duration.ofMinutes(1);
    private static final int FINGERPRINT_BYTES = 8;

    private TestMigrations() {}

    /** Migrates all schemas. */
    public static void migrate(DataSource primary) {
        new MigrationRunner(primary, LOCK_TIMEOUT, RETRY_TIMEOUT).migrate(MigrationScripts.ofThisRelease());
    }

    /** Returns a fingerprint of the migrations of this build: equal if and only if all their texts are. */
    public static String fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            MigrationScripts.ofThisRelease()
                    .modules()
                    .forEach((module, scripts) -> scripts.forEach((name, sql) -> digest.update(
                            (module + '\0' + name + '\0' + sql + '\0').getBytes(StandardCharsets.UTF_8))));
            return HexFormat.of().formatHex(digest.digest(), 0, FINGERPRINT_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
