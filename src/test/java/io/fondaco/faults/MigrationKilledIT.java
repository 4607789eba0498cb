package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.platform.embedded.ReplicatedPostgres.ClusterMember;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The migration job of the next release is killed in the middle of a migration: first in a transactional one, then
 * while it creates an index concurrently. The pods of this release keep selling. A pod of the next release, which
 * migrates at its start, finishes the migrations and sells (matrix row 26).
 */
class MigrationKilledIT {
    private static final Logger LOG = Logger.getLogger(MigrationKilledIT.class);
    private static final String SKU = "HALFWAY";
    private static final Duration STEP_TIMEOUT = Duration.ofSeconds(60);

    /** Longer than the next run takes to start: the server does not notice that its client is dead. */
    private static final int STATEMENT_SECONDS = 20;

    private static final String IN_TRANSACTION = """
            CREATE TABLE cart.half_way (cart_id uuid PRIMARY KEY);
            SELECT pg_sleep(coalesce(current_setting('half_way.seconds', true), '0')::int);
            """;
    private static final String CONCURRENTLY = """
            DROP INDEX CONCURRENTLY IF EXISTS cart.cart_half_way;
            CREATE INDEX CONCURRENTLY cart_half_way ON cart.cart (currency);
            """;

    @TempDir
    private Path directory;

    private final List<AutoCloseable> processes = new ArrayList<>();
    private ShopCluster shop;
    private int version;
    private Path nextRelease;

    @BeforeEach
    void open() throws IOException {
        shop = ShopCluster.open("half-way", directory.resolve("database"), Map.of());
        shop.client(0).importProductWithStock(SKU, 1_000_000);
        version = Integer.parseInt(queryMigrationHistory("max(version::int)"));
        nextRelease = nextRelease();
    }

    @AfterEach
    void close() {
        processes.addAll(Arrays.asList(shop));
        Pods.closeAll(processes);
    }

    @Test
    void oldPodsKeepSellingAndTheNextReleaseFinishesTheMigrations() throws Exception {
        ClusterMember primary = shop.database().primary();
        AtomicInteger requestNumber = new AtomicInteger();
        NoRetryTraffic noRetryTraffic = new NoRetryTraffic(
                () -> shop.pod(requestNumber.getAndIncrement()).base(), SKU);
        try (noRetryTraffic;
                Connection other = primary.session();
                Statement statement = other.createStatement()) {
            primary.execute("ALTER DATABASE fondaco SET half_way.seconds = '%d'".formatted(STATEMENT_SECONDS));
            killWhen("query LIKE '%pg_sleep%' AND state = 'active'");
            primary.execute("ALTER DATABASE fondaco RESET half_way.seconds");
            assertThat(queryMigrationHistory("max(version::int)")).isEqualTo(Integer.toString(version));

            other.setAutoCommit(false);
            statement.execute("LOCK TABLE cart.cart IN ROW EXCLUSIVE MODE");
            killWhen("query LIKE '%CREATE INDEX CONCURRENTLY cart_half_way%' AND wait_event_type = 'Lock'");
            assertThat(queryMigrationHistory("max(version::int)")).isEqualTo(Integer.toString(version + 1));
            assertThat(indexIsValid()).isEqualTo("f");

            PackagedApp next = launchNext();
            other.rollback();
            next.awaitReady();
            try (ShopClient shopper = new ShopClient(next.base(), "")) {
                shopper.buy("GBP", SKU);
            }
        }
        LOG.infof("Migration killed twice: %d requests, %d orders", noRetryTraffic.requests(), noRetryTraffic.orders());
        assertThat(noRetryTraffic.failedReads()).isEmpty();
        assertThat(noRetryTraffic.failedWrites()).isEmpty();
        assertThat(noRetryTraffic.orders()).isPositive();
        assertThat(queryMigrationHistory("max(version::int)")).isEqualTo(Integer.toString(version + 2));
        assertThat(queryMigrationHistory("count(*) FILTER (WHERE NOT success)")).isEqualTo("0");
        assertThat(indexIsValid()).isEqualTo("t");
        InvariantChecks.awaitNoViolations(shop.database(), ShopCluster.RECOVERY_TIMEOUT);
    }

    private PackagedApp launchNext() {
        Map<String, String> environment = environment();
        environment.put("FONDACO_DATABASE_MIGRATE_AT_START", "true");
        PackagedApp pod = PackagedApp.launchBuild(nextRelease, "half-way-next", environment);
        processes.add(pod);
        return pod;
    }

    /** Starts the migration job and kills it when {@code pg_stat_activity} has a row that matches. */
    private void killWhen(String activity) throws InterruptedException {
        PackagedApp migration = migrate();
        await().atMost(STEP_TIMEOUT).until(() -> !shop.query(
                        "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND " + activity)
                .equals("0"));
        migration.kill();
    }

    private PackagedApp migrate() {
        PackagedApp migration = PackagedApp.launchBuild(nextRelease, "half-way-migrate", environment(), "migrate");
        processes.add(migration);
        return migration;
    }

    private Map<String, String> environment() {
        Map<String, String> environment = shop.environment();
        environment.put("FONDACO_DATABASE_MIGRATE_AT_START", "false");
        environment.put("TIER", "1");
        return environment;
    }

    private String queryMigrationHistory(String columns) {
        return shop.query("SELECT %s FROM cart.flyway_schema_history".formatted(columns));
    }

    private String indexIsValid() {
        return shop.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 'cart.cart_half_way'::regclass");
    }

    /** This release plus two migrations. */
    private Path nextRelease() throws IOException {
        Path built = PackagedApp.JAR.getParent();
        Path release = directory.resolve("next-release");
        try (Stream<Path> files = Files.walk(built)) {
            // The AOT cache is of no use, because it belongs to other jars.
            for (Path file :
                    files.filter(file -> !file.toString().endsWith(".aot")).toList()) {
                Files.copy(file, release.resolve(built.relativize(file).toString()));
            }
        }
        try (Stream<Path> jars = Files.list(release.resolve("app"));
                FileSystem jar = FileSystems.newFileSystem(jars.findFirst().orElseThrow())) {
            Path migrations = jar.getPath("db-migrations", "cart");
            Files.writeString(migrations.resolve("V%d__half_way.sql".formatted(version + 1)), IN_TRANSACTION);
            Files.writeString(migrations.resolve("V%d__index.sql".formatted(version + 2)), CONCURRENTLY);
        }
        return release;
    }
}
