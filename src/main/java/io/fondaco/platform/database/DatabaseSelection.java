package io.fondaco.platform.database;

import io.fondaco.platform.embedded.EmbeddedCluster;
import io.fondaco.platform.topology.JdbcUrl;
import io.smallrye.config.SmallRyeConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Selects the database of this process before the application starts: the configured servers, or else the embedded
 * cluster.
 *
 * @param embedded the started cluster; empty with configured servers
 * @param settings configuration values that the application needs for this database
 */
public record DatabaseSelection(Optional<EmbeddedCluster> embedded, Map<String, String> settings) {
    /** The admin API key of a shop on the embedded cluster. It is printed at start and is not a secret. */
    public static final String LOCAL_ADMIN_KEY = "fk_local_admin";

    private static final String PRIMARY_URL = "fondaco.database.primary-url";
    private static final String REPLICA_URLS = "fondaco.database.replica-urls";
    private static final String USERNAME = "fondaco.database.username";
    private static final String PASSWORD = "fondaco.database.password";
    private static final String REPLICA_USERNAME = "fondaco.database.replica-username";
    private static final String REPLICA_PASSWORD = "fondaco.database.replica-password";
    private static final String MIGRATE_AT_START = "fondaco.database.migrate-at-start";
    private static final String EMBEDDED = "fondaco.database.embedded";

    /** The data directory of the embedded cluster. */
    static final String DATA_DIR = "fondaco.data-dir";

    static final String DEFAULT_DATA_DIR = ".fondaco";
    private static final String DEMO_SHOP = "fondaco.demo-shop";
    private static final String TEST_PAYMENTS = "fondaco.payment.test.enabled";
    private static final String TEST_PAYMENTS_SECRET = "fondaco.payment.test.webhook-secret";
    private static final String MANUAL_PAYMENTS = "fondaco.payment.manual.enabled";
    private static final String HTTP_HOST = "quarkus.http.host";
    private static final String LOOPBACK = "127.0.0.1";
    private static final String BOOTSTRAP_KEY = "fondaco.access.bootstrap-key";
    private static final String BOOTSTRAP_KEY_ALWAYS = "fondaco.access.bootstrap-key-always-accepted";

    /**
     * @throws IncompleteConfiguration if a required setting is missing or invalid; the message says which, in one line
     */
    public static DatabaseSelection resolve(SmallRyeConfig config) {
        // After a live reload, the settings that an earlier call of this method left in the JVM are still present.
        boolean embeddedByEarlierStart =
                config.getOptionalValue(EMBEDDED, Boolean.class).orElse(false);
        Optional<String> primaryUrl = config.getOptionalValue(PRIMARY_URL, String.class);
        if (primaryUrl.isPresent() && !embeddedByEarlierStart) {
            return configured(config, primaryUrl.get());
        }
        if (primaryUrl.isEmpty()
                && config.getOptionalValue(EMBEDDED, Boolean.class).isPresent()) {
            throw new IncompleteConfiguration("The embedded database is switched off, so %s must be set."
                    .formatted(environmentVariable(PRIMARY_URL)));
        }
        if (!embeddedByEarlierStart) {
            for (String property : List.of(REPLICA_URLS, USERNAME, PASSWORD)) {
                if (config.getOptionalValue(property, String.class).isPresent()) {
                    throw new IncompleteConfiguration(
                            "%s is set but %s is not: set it, or unset both to run on the embedded database."
                                    .formatted(environmentVariable(property), environmentVariable(PRIMARY_URL)));
                }
            }
        }
        return embedded(config);
    }

    private static DatabaseSelection configured(SmallRyeConfig config, String primaryUrl) {
        List<String> missing = new ArrayList<>();
        for (String needed : List.of(USERNAME, PASSWORD)) {
            if (config.getOptionalValue(needed, String.class).isEmpty()) {
                missing.add(environmentVariable(needed));
            }
        }
        if (!missing.isEmpty()) {
            throw new IncompleteConfiguration("%s is set but %s is missing."
                    .formatted(environmentVariable(PRIMARY_URL), String.join(" and ", missing)));
        }
        requireUrls(PRIMARY_URL, primaryUrl);
        config.getOptionalValue(REPLICA_URLS, String.class).ifPresent(urls -> requireUrls(REPLICA_URLS, urls));
        return new DatabaseSelection(Optional.empty(), Map.of());
    }

    private static DatabaseSelection embedded(SmallRyeConfig config) {
        Path directory = Path.of(config.getOptionalValue(DATA_DIR, String.class).orElse(DEFAULT_DATA_DIR));
        EmbeddedCluster cluster = EmbeddedCluster.start(directory);
        Map<String, String> settings = new TreeMap<>(Map.of(
                EMBEDDED, "true",
                PRIMARY_URL, cluster.primaryUrl(),
                REPLICA_URLS, cluster.replicaUrl(),
                USERNAME, cluster.username(),
                PASSWORD, cluster.password(),
                REPLICA_USERNAME, cluster.readerUsername(),
                REPLICA_PASSWORD, cluster.readerPassword()));
        settings.putAll(embeddedDefaults(config));
        return new DatabaseSelection(Optional.of(cluster), settings);
    }

    /**
     * Defaults that the embedded cluster sets for settings that are not configured. The admin API key and the payment
     * providers among them are public knowledge, so the application listens on the loopback address only.
     */
    static Map<String, String> embeddedDefaults(SmallRyeConfig config) {
        Map<String, String> defaults = new TreeMap<>(Map.of(
                HTTP_HOST, LOOPBACK,
                MIGRATE_AT_START, "true",
                DEMO_SHOP, "true",
                TEST_PAYMENTS, "true",
                TEST_PAYMENTS_SECRET, "test-webhook-secret",
                MANUAL_PAYMENTS, "true",
                BOOTSTRAP_KEY, LOCAL_ADMIN_KEY,
                BOOTSTRAP_KEY_ALWAYS, "true"));
        defaults.keySet()
                .removeIf(key -> config.getOptionalValue(key, String.class).isPresent());
        return defaults;
    }

    private static void requireUrls(String property, String urls) {
        try {
            JdbcUrl.parseAll(urls);
        } catch (IllegalArgumentException e) {
            throw new IncompleteConfiguration("%s %s.".formatted(environmentVariable(property), e.getMessage()));
        }
    }

    private static String environmentVariable(String property) {
        return property.toUpperCase(java.util.Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** The database configuration is incomplete or invalid. */
    public static final class IncompleteConfiguration extends RuntimeException {
        IncompleteConfiguration(String message) {
            super(message);
        }
    }
}
