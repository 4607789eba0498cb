package io.fondaco;

import io.fondaco.platform.database.DatabaseSelection;
import io.fondaco.platform.embedded.EmbeddedCluster;
import io.quarkus.runtime.Application;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.health.SmallRyeHealthReporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;

/**
 * Starts the application: {@code java -jar quarkus-run.jar}. With the argument {@code migrate} it migrates the schemas
 * and exits.
 */
@QuarkusMain
public final class Fondaco implements QuarkusApplication {
    private static final Logger LOG = Logger.getLogger(Fondaco.class);
    private static final String MIGRATE = "migrate";
    private static final String EMBEDDED_KEY = "fondaco.database.embedded";
    private static final Path CONFIGURATION_FILE = Path.of("config", "application.properties");
    private static final int FILE_ORDINAL = 260;
    private static final long DRAIN_SECONDS = 30;
    private static final Duration READINESS_POLL_INTERVAL = Duration.ofMillis(100);

    public static void main(String[] arguments) {
        AotRestart.restartWithCache();
        DatabaseSelection database;
        try {
            database = DatabaseSelection.resolve(configuration());
        } catch (DatabaseSelection.IncompleteConfiguration | IllegalStateException e) {
            // Logging is not set up yet, and the message must be visible.
            System.err.println("Fondaco does not start: " + e.getMessage());
            System.exit(1);
            return;
        }
        boolean reloaded = Boolean.getBoolean(EMBEDDED_KEY);
        database.settings().forEach(System::setProperty);
        if (!reloaded) {
            database.embedded().ifPresent(Fondaco::closeOnShutdown);
        }
        if (List.of(arguments).contains(MIGRATE)) {
            System.setProperty("fondaco.database.migrate-at-start", "true");
            System.setProperty("fondaco.demo-shop", "false");
            System.setProperty("quarkus.http.host-enabled", "false");
            System.setProperty("quarkus.scheduler.enabled", "false");
        }
        Quarkus.run(Fondaco.class, arguments);
    }

    /**
     * Configuration sources that may select the database: system properties, the environment, and the file in {@code
     * config/}.
     */
    private static SmallRyeConfig configuration() {
        SmallRyeConfigBuilder builder =
                new SmallRyeConfigBuilder().addDefaultInterceptors().addDefaultSources();
        if (Files.isRegularFile(CONFIGURATION_FILE)) {
            try {
                builder.withSources(
                        new PropertiesConfigSource(CONFIGURATION_FILE.toUri().toURL(), FILE_ORDINAL));
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot read " + CONFIGURATION_FILE, e);
            }
        }
        return builder.build();
    }

    /** Stops the database last: after the application has stopped, or after 30 s. */
    private static void closeOnShutdown(EmbeddedCluster cluster) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            awaitApplicationStop();
                            cluster.close();
                        },
                        "embedded-cluster-stop"));
    }

    private static void awaitApplicationStop() {
        Application application = Application.currentApplication();
        if (application == null) {
            return;
        }
        try {
            CompletableFuture.runAsync(application::awaitShutdown).get(DRAIN_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warnf("The application did not stop within %d s: %s", DRAIN_SECONDS, e);
        }
    }

    private final SmallRyeHealthReporter health;

    Fondaco(SmallRyeHealthReporter health) {
        this.health = health;
    }

    @Override
    public int run(String... arguments) {
        if (List.of(arguments).contains(MIGRATE)) {
            return 0;
        }
        if (Boolean.getBoolean(EMBEDDED_KEY)) {
            Thread.ofVirtual().name("startup-banner").start(this::logStartupBannerWhenReady);
        }
        Quarkus.waitForExit();
        return 0;
    }

    /** Logs the banner only when the demo shop has products and requests are served. */
    private void logStartupBannerWhenReady() {
        try {
            while (health.getReadiness().isDown()) {
                Thread.sleep(READINESS_POLL_INTERVAL);
            }
            logStartupBanner();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void logStartupBanner() {
        String port = ConfigProvider.getConfig().getValue("quarkus.http.port", String.class);
        String key = ConfigProvider.getConfig().getValue("fondaco.access.bootstrap-key", String.class);
        String displayedKey = key.equals(DatabaseSelection.LOCAL_ADMIN_KEY) ? key : "as configured";
        LOG.infof("""


                  Fondaco is ready.
                    API         http://localhost:%s/store/v1/products
                    Swagger UI  http://localhost:%s/q/swagger-ui
                    Admin key   %s   (Authorization: Bearer <key>)
                """, port, port, displayedKey);
    }
}
