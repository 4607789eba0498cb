package io.fondaco;

import io.fondaco.platform.database.DatabaseChoice;
import io.fondaco.platform.embedded.EmbeddedCluster;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Gives every {@code @QuarkusTest} one real primary with a real replica, empty at the beginning. */
@WithTestResource(value = ClusterForTests.class, scope = TestResourceScope.GLOBAL)
public final class ClusterForTests implements QuarkusTestResourceLifecycleManager {
    public static final String ADMIN_KEY = DatabaseChoice.LOCAL_ADMIN_KEY;

    private EmbeddedCluster cluster;
    private Path directory;

    @Override
    public Map<String, String> start() {
        try {
            directory = Files.createTempDirectory("fondaco-tests");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cluster = EmbeddedCluster.start(directory);
        return Map.ofEntries(
                Map.entry("fondaco.database.primary-url", cluster.primaryUrl()),
                Map.entry("fondaco.database.replica-urls", cluster.replicaUrl()),
                Map.entry("fondaco.database.username", cluster.username()),
                Map.entry("fondaco.database.password", cluster.password()),
                Map.entry("fondaco.database.replica-username", cluster.readerUsername()),
                Map.entry("fondaco.database.replica-password", cluster.readerPassword()),
                Map.entry("fondaco.database.migrate-at-start", "true"),
                Map.entry("fondaco.demo-shop", "false"),
                Map.entry("fondaco.payment.test.enabled", "true"),
                Map.entry("fondaco.access.bootstrap-key", ADMIN_KEY),
                Map.entry("fondaco.messaging.retry-delay", "100ms"),
                Map.entry("fondaco.messaging.max-attempts", "4"),
                Map.entry("quarkus.http.test-port", "0"));
    }

    @Override
    public void stop() {
        if (cluster != null) {
            cluster.close();
        }
        try (Stream<Path> files = Files.walk(Objects.requireNonNull(directory))) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(java.io.File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
