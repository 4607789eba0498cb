package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fondaco.platform.embedded.ReplicatedPostgres;
import io.fondaco.platform.embedded.ReplicatedPostgres.ClusterMember;
import io.fondaco.platform.embedded.TmpfsDisk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The primary's disk is full, for its tables (53100) and for its log, without which it ends. Who looks notices nothing, who buys is
 * told to come again, nothing is left half done, and when there is room again the same pods sell on (matrix row 12, invariants I1,
 * I2, I3 and I5). Skipped where no disk of its own can be had.
 */
class DiskFullIT {
    private static final Logger LOG = Logger.getLogger(DiskFullIT.class);
    private static final Duration LASTING =
            Duration.ofSeconds(Math.min(60, Integer.getInteger("faults.seconds", 4) * 2));
    private static final int MEGABYTES = 256;
    private static final int BUYERS = 4;
    private static final int VICTIM = 1;
    private static final Duration SOON = Duration.ofSeconds(60);

    /** Of the pods, once the database takes writes again. */
    private static final Duration RECOVERY = TestTiming.scaled(Duration.ofSeconds(10));

    @TempDir
    private Path directory;

    private Optional<TmpfsDisk> disk = Optional.empty();
    private ShopCluster shop;
    private String sku;

    @BeforeEach
    void open() {
        disk = TmpfsDisk.mount(directory, MEGABYTES);
        assumeTrue(disk.isPresent(), "no user and mount namespaces for us here");
        shop = ShopCluster.open(
                "disk-full", ReplicatedPostgres.startOn(disk.get(), directory, 1), ShopCluster.FAST_RECOVERY);
        sku = shop.createProduct(Map.of("main", 1_000_000));
    }

    @AfterEach
    void close() {
        List<AutoCloseable> all = new ArrayList<>(Arrays.asList(shop));
        disk.ifPresent(all::add);
        Pods.closeAll(all);
    }

    @Test
    void whoWritesIsToldThatThereIsNoRoomAndSellsOnWhenThereIs() throws Exception {
        // Room in the log, which is made in pieces, so that it is the tables that find none.
        shop.database().primary().execute("SELECT pg_switch_wal()");
        shop.database().primary().execute("CHECKPOINT");
        fillUntil(outageTraffic -> outageTraffic.cartCreation().count("503 database_full") > 0);
    }

    @Test
    void aPrimaryThatEndsForWantOfRoomInItsLogIsFoundAgain() throws Exception {
        fillUntil(
                outageTraffic -> isPrimaryDown() && outageTraffic.cartCreation().count("503 database_unavailable") > 0);
    }

    private void fillUntil(Predicate<OutageTraffic> felt) throws Exception {
        OutageTraffic outageTraffic = new OutageTraffic(shop.pod(VICTIM), sku, BUYERS);
        RetryingShoppers retryingShoppers = new RetryingShoppers(shop, VICTIM, sku);
        try (outageTraffic;
                retryingShoppers) {
            await().atMost(SOON).until(() -> retryingShoppers.confirmedOrderCount() > BUYERS);
            disk.orElseThrow().fillSpace();
            await().atMost(SOON).until(() -> felt.test(outageTraffic));
            Pods.sleep(LASTING);
            disk.orElseThrow().freeSpace();
            restartPrimary();
            int before = retryingShoppers.confirmedOrderCount();
            outageTraffic.awaitCartsCreated(RECOVERY);
            await().atMost(RECOVERY).until(() -> retryingShoppers.confirmedOrderCount() > before);
        }
        LOG.infof("A full disk: %s, %d orders", outageTraffic, retryingShoppers.confirmedOrderCount());
        outageTraffic.assertReadsAndLivenessUnaffected();
        assertThat(outageTraffic.cartCreation().responseCounts().keySet())
                .isSubsetOf("201", "503 database_full", "503 database_unavailable", "503 outcome_unknown");
        InvariantChecks.awaitNoViolations(shop.database(), ShopCluster.RECOVERY_TIMEOUT);
        retryingShoppers.assertConfirmedOrdersExist();
    }

    /** Has the log begin a new piece, which needs room, as many orders would. @return whether the server has ended over it */
    private boolean isPrimaryDown() {
        ClusterMember primary = shop.database().primary();
        try {
            primary.execute("SELECT pg_logical_emit_message(true, 'full', 'x'); SELECT pg_switch_wal()");
        } catch (IllegalStateException e) {
            LOG.debug("It ends, or has ended", e);
        }
        return !primary.isRunning();
    }

    /** Starts it if it has ended, as an orchestrator does. */
    private void restartPrimary() {
        ReplicatedPostgres database = shop.database();
        await().atMost(SOON).ignoreExceptions().until(() -> {
            if (!database.primary().isRunning()) {
                database.restart(database.primary());
            }
            return database.primary().query("SELECT pg_is_in_recovery()").equals("f");
        });
    }
}
