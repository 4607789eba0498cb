package io.fondaco.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fondaco.platform.embedded.EmbeddedCluster;
import io.fondaco.platform.embedded.TemplateCluster;
import io.fondaco.process.PackagedApp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Replays a real shop's data through the API. {@code -Dreplay.days=305} replays the whole year, {@code
 * -Dreplay.input=…} names another folder of day files.
 */
class RetailReplayIT {
    /**
     * Twice the time to live of units that a pod reserved in a batch and did not sell before it was killed, plus one
     * run of the job that releases expired reservations.
     */
    private static final Duration ORPHANED_RESERVATION_TIMEOUT = Duration.ofMinutes(5);

    private static final Logger LOG = Logger.getLogger(RetailReplayIT.class);
    private static final Path INPUT =
            Path.of(System.getProperty("replay.input", "../shared/real-input/uci-online-retail/by-day"));
    private static final Path TAX_RATES = Path.of("../shared/real-input/reference/eu-vat-rates.json");
    private static final int DAYS = Integer.getInteger("replay.days", 1);

    @TempDir
    private Path data;

    @Test
    void aDayOfARealShopReconcilesToThePennyAndToTheUnit() throws Exception {
        RetailData day = loadRetailData();
        try (EmbeddedCluster cluster = TemplateCluster.start(data);
                PackagedApp app = PackagedApp.start("replay", environment(cluster));
                ShopClient shop = new ShopClient(app.base(), PackagedApp.ADMIN_KEY)) {
            RetailReplay replay = new RetailReplay(shop, day);
            long start = System.nanoTime();
            replay.configure(taxes());
            replay.importCatalog();
            long imported = System.nanoTime();
            replay.placeOrders();
            long placed = System.nanoTime();
            replay.replayCancellations();
            List<String> differences = reconcile(cluster, day, replay, shop);
            LOG.infof(
                    "import %d ms, %d orders in %d ms",
                    Duration.ofNanos(imported - start).toMillis(),
                    day.invoices.size(),
                    Duration.ofNanos(placed - imported).toMillis());
            assertThat(differences).isEmpty();
        }
    }

    @Test
    void aDayWithThreePriceListsAndQuantityTiersReconciles() throws Exception {
        RetailData day = loadRetailData();
        RetailPriceLists priceLists = new RetailPriceLists(Instant.now());
        day.applyPriceLists(priceLists);
        try (EmbeddedCluster cluster = TemplateCluster.start(data);
                PackagedApp app = PackagedApp.start("replay", environment(cluster));
                ShopClient shop = new ShopClient(app.base(), PackagedApp.ADMIN_KEY)) {
            RetailReplay replay = new RetailReplay(shop, day);
            replay.configure(taxes());
            replay.importCatalog();
            replay.importPriceLists(priceLists);
            replay.placeOrders();
            replay.replayCancellations();
            assertThat(reconcile(cluster, day, replay, shop)).isEmpty();
        }
    }

    @Test
    void killsDuringImportAndOrdersLoseAndDuplicateNothing() throws Exception {
        RetailData day = loadRetailData();
        try (EmbeddedCluster cluster = TemplateCluster.start(data);
                KillableApp killable = new KillableApp(environment(cluster));
                ShopClient shop = new ShopClient(killable.base(), PackagedApp.ADMIN_KEY)) {
            RetailReplay replay = new RetailReplay(shop, day, ORPHANED_RESERVATION_TIMEOUT);
            replay.configure(taxes());
            Thread killer = Thread.ofVirtual().start(() -> {
                killable.killWhen(() -> count(cluster, "SELECT count(*) FROM catalog.product") > 300);
                killable.killWhen(() -> replay.placedCount() > 20);
                killable.killWhen(() -> replay.placedCount() > 60);
                killable.killWhen(() -> replay.placedCount() > 100);
            });
            replay.importCatalog();
            replay.placeOrders();
            killer.join(Duration.ofMinutes(2));
            replay.replayCancellations();
            assertThat(killable.kills()).isEqualTo(4);
            assertThat(shop.retries()).as("requests interrupted by a kill").isPositive();
            assertThat(reconcile(cluster, day, replay, shop)).isEmpty();
        }
    }

    private static RetailData loadRetailData() throws IOException {
        assumeTrue(Files.isDirectory(INPUT), "no real input at " + INPUT + ": the replay is skipped");
        RetailData data = RetailData.read(INPUT, DAYS);
        assertThat(data.invoices).isNotEmpty();
        assertThat(data.cancellations).isNotEmpty();
        return data;
    }

    private static RetailTaxes taxes() {
        return RetailTaxes.read(TAX_RATES);
    }

    private static List<String> reconcile(EmbeddedCluster cluster, RetailData day, RetailReplay replay, ShopClient shop)
            throws Exception {
        // The API reads its lists from the replica, which may be some milliseconds behind.
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> count(
                                cluster,
                                "SELECT count(*) FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn()")
                        > 0);
        ReplayReconciliation replayReconciliation = new ReplayReconciliation(day, replay, shop, taxes());
        List<String> differences =
                replayReconciliation.run(cluster.primaryUrl(), cluster.username(), cluster.password());
        LOG.info(System.lineSeparator() + replayReconciliation.report());
        return differences;
    }

    private static Map<String, String> environment(EmbeddedCluster cluster) {
        return Map.of(
                "FONDACO_DATABASE_PRIMARY_URL",
                cluster.primaryUrl(),
                "FONDACO_DATABASE_REPLICA_URLS",
                cluster.replicaUrl(),
                "FONDACO_DATABASE_USERNAME",
                cluster.username(),
                "FONDACO_DATABASE_PASSWORD",
                cluster.password(),
                "FONDACO_DATABASE_MIGRATE_AT_START",
                "true",
                "FONDACO_PAYMENT_TEST_ENABLED",
                "true",
                "FONDACO_ACCESS_BOOTSTRAP_KEY",
                PackagedApp.ADMIN_KEY);
    }

    private static long count(EmbeddedCluster cluster, String sql) {
        try (var connection = java.sql.DriverManager.getConnection(
                        cluster.primaryUrl(), cluster.username(), cluster.password());
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        } catch (java.sql.SQLException e) {
            // The tables may not exist yet.
            LOG.debug(e.getMessage());
            return 0;
        }
    }
}
