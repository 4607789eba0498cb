package io.fondaco;

import io.fondaco.platform.database.DatabaseChoice;
import io.fondaco.platform.database.EmbeddedCluster;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;

/**
 * Starts the house: {@code java -jar quarkus-run.jar}, or with {@code migrate} behind it to bring the schemas up to date
 * and exit.
 */
@QuarkusMain
public final class Fondaco implements QuarkusApplication {
    private static final Logger LOG = Logger.getLogger(Fondaco.class);
    private static final String MIGRATE = "migrate";
    private static final Path CONFIGURATION_FILE = Path.of("config", "application.properties");
    private static final int FILE_ORDINAL = 260;
    private static final long DRAIN_SECONDS = 30;

    /** Opens when the application has stopped and no longer needs its database. */
    private static final CountDownLatch STOPPED = new CountDownLatch(1);

    public static void main(String[] arguments) {
        DatabaseChoice database;
        try {
            database = DatabaseChoice.make(configuration());
        } catch (DatabaseChoice.HalfConfigured | IllegalStateException e) {
            LOG.fatal(e.getMessage());
            System.exit(1);
            return;
        }
        database.settings().forEach(System::setProperty);
        database.embedded().ifPresent(Fondaco::closeAtExit);
        if (List.of(arguments).contains(MIGRATE)) {
            System.setProperty("fondaco.database.migrate-at-start", "true");
            System.setProperty("fondaco.demo-shop", "false");
            System.setProperty("quarkus.http.host-enabled", "false");
            System.setProperty("quarkus.scheduler.enabled", "false");
        }
        Quarkus.run(
                Fondaco.class,
                (exitCode, failure) -> {
                    if (failure != null) {
                        LOG.fatal("Fondaco could not start or run on", failure);
                    }
                    STOPPED.countDown();
                    Runtime.getRuntime().exit(exitCode);
                },
                arguments);
    }

    /** What may choose the database: system properties, the environment, and the file beside the application. */
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

    /** The database goes last: after the application has drained, or after 30 s. */
    private static void closeAtExit(EmbeddedCluster cluster) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            try {
                                boolean stopped = STOPPED.await(DRAIN_SECONDS, TimeUnit.SECONDS);
                                if (!stopped) {
                                    LOG.warnf("The application did not stop within %d s", DRAIN_SECONDS);
                                }
                            } catch (InterruptedException _) {
                                Thread.currentThread().interrupt();
                            }
                            cluster.close();
                        },
                        "embedded-cluster-stop"));
    }

    @Override
    public int run(String... arguments) {
        if (List.of(arguments).contains(MIGRATE)) {
            return 0;
        }
        if (Boolean.getBoolean("fondaco.database.embedded")) {
            welcome();
        }
        Quarkus.waitForExit();
        return 0;
    }

    private static void welcome() {
        String port = ConfigProvider.getConfig().getValue("quarkus.http.port", String.class);
        String key = ConfigProvider.getConfig().getValue("fondaco.access.bootstrap-key", String.class);
        String shownKey = key.equals(DatabaseChoice.LOCAL_ADMIN_KEY) ? key : "the one you configured";
        LOG.infof("""


                  Fondaco is open.
                    API         http://localhost:%s/store/v1/products
                    Swagger UI  http://localhost:%s/q/swagger-ui
                    Admin key   %s   (Authorization: Bearer <key>)
                """, port, port, shownKey);
    }
}
