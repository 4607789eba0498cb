package io.fondaco;

import io.fondaco.payment.StripeTestSupport;
import io.fondaco.platform.embedded.ReplicatedPostgres;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Starts one real primary with a real replica, empty at the beginning, for all {@code @QuarkusTest} classes. */
@WithTestResource(value = PostgresTestResource.class, scope = TestResourceScope.GLOBAL)
public final class PostgresTestResource implements QuarkusTestResourceLifecycleManager {
    public static final String ADMIN_KEY = "fk_the_administrator_of_the_tests";

    private ReplicatedPostgres database;
    private Path directory;

    @Override
    public Map<String, String> start() {
        try {
            directory = TestDirectories.create();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        database = ReplicatedPostgres.startWithoutFsync(directory, 1);
        Map<String, String> settings = new HashMap<>(database.credentialsProperties());
        settings.putAll(Map.ofEntries(
                Map.entry(
                        "fondaco.database.primary-url",
                        database.jdbcUrl(List.of(database.primary().port()))),
                Map.entry(
                        "fondaco.database.replica-urls",
                        database.jdbcUrl(List.of(database.replicas().getFirst().port()))),
                Map.entry("fondaco.database.migrate-at-start", "true"),
                Map.entry("fondaco.demo-shop", "false"),
                Map.entry("fondaco.payment.test.enabled", "true"),
                Map.entry("fondaco.payment.test.webhook-secret", "test-webhook-secret"),
                Map.entry("fondaco.payment.manual.enabled", "true"),
                // Webhook receivers listen on any free port; AddressGuardTest covers the default.
                Map.entry("fondaco.webhook.allowed-ports", "1-65535"),
                Map.entry("fondaco.web.store-origins", "https://shop.example,https://other.example"),
                Map.entry("fondaco.access.bootstrap-key", ADMIN_KEY),
                // Tests create keys with keys:write and continue to use this one.
                Map.entry("fondaco.access.bootstrap-key-always-accepted", "true"),
                Map.entry("fondaco.messaging.retry-delay", "100ms"),
                Map.entry("fondaco.messaging.max-attempts", "4"),
                Map.entry("fondaco.checkout.recovery-interval", "1s"),
                Map.entry("quarkus.http.test-port", "0")));
        // Staff captures payments here; IntegrationsProfile captures immediately.
        settings.putAll(StripeTestSupport.settings("manual"));
        return settings;
    }

    @Override
    public void stop() {
        if (database != null) {
            database.close();
        }
        try {
            TestDirectories.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
