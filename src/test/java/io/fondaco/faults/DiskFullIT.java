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
 * The primary's disk is full: for its tables (SQLSTATE 53100), or for its WAL, and then the server stops. Reads are not
 * affected, buyers get 503 with Retry-After, nothing is left half done, and when there is space again the same pods
 * continue to sell (matrix row 12, invariants I1, I2, I3 and I5). Skipped if no separate disk can be mounted.
 */
class DiskFullIT {
    private static final Logger LOG = Logger.getLogger(DiskFullIT.class);
    private static final Duration OUTAGE =
            Duration.ofSeconds(Math.min(60, Integer.getInteger("faults.seconds", 4) * 2));
    private static final int MEGABYTES = 256;
    private static final int BUYERS = 4;
    private static final int VICTIM = 1;
    private static final Duration STEP_TIMEOUT = Duration.ofSeconds(60);

    /** Starts when the database accepts writes again. */
    private static final Duration POD_RECOVERY_TIMEOUT = TestTiming.scaled(Duration.ofSeconds(10));

    @TempDir
    private Path directory;

    private Optional<TmpfsDisk> disk = Optional.empty();
    private ShopCluster shop;
    private String sku;

    @BeforeEach
    void open() {
        disk = TmpfsDisk.mount(directory, MEGABYTES);
        assumeTrue(disk.isPresent(), "user and mount namespaces are not available");
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
    void writesAreRefusedWhileTheDiskIsFullAndSellingContinuesAfterwards() throws Exception {
        // A new WAL segment has space, so that writes to the tables fail first.
        shop.database().primary().execute("SELECT pg_switch_wal()");
        shop.database().primary().execute("CHECKPOINT");
        fillUntil(outageTraffic -> outageTraffic.cartCreation().count("503 database_full") > 0);
    }

    @Test
    void primaryThatStopsForLackOfWalSpaceIsFoundAgain() throws Exception {
        fillUntil(
                outageTraffic -> isPrimaryDown() && outageTraffic.cartCreation().count("503 database_unavailable") > 0);
    }

    private void fillUntil(Predicate<OutageTraffic> noticed) throws Exception {
        OutageTraffic outageTraffic = new OutageTraffic(shop.pod(VICTIM), sku, BUYERS);
        RetryingShoppers retryingShoppers = new RetryingShoppers(shop, VICTIM, sku);
        try (outageTraffic;
                retryingShoppers) {
            await().atMost(STEP_TIMEOUT).until(() -> retryingShoppers.confirmedOrderCount() > BUYERS);
            disk.orElseThrow().fillSpace();
            await().atMost(STEP_TIMEOUT).until(() -> noticed.test(outageTraffic));
            Pods.sleep(OUTAGE);
            disk.orElseThrow().freeSpace();
            restartPrimary();
            int before = retryingShoppers.confirmedOrderCount();
            outageTraffic.awaitCartsCreated(POD_RECOVERY_TIMEOUT);
            await().atMost(POD_RECOVERY_TIMEOUT).until(() -> retryingShoppers.confirmedOrderCount() > before);
        }
        LOG.infof("Disk full: %s, %d confirmed orders", outageTraffic, retryingShoppers.confirmedOrderCount());
        outageTraffic.assertReadsAndLivenessUnaffected();
        assertThat(outageTraffic.cartCreation().responseCounts().keySet())
                .isSubsetOf("201", "503 database_full", "503 database_unavailable", "503 outcome_unknown");
        InvariantChecks.awaitNoViolations(shop.database(), ShopCluster.RECOVERY_TIMEOUT);
        retryingShoppers.assertConfirmedOrdersExist();
    }

    /**
     * Switches to a new WAL segment, which needs space, as many orders would.
     *
     * @return true if the server has stopped
     */
    private boolean isPrimaryDown() {
        ClusterMember primary = shop.database().primary();
        try {
            primary.execute("SELECT pg_logical_emit_message(true, 'full', 'x'); SELECT pg_switch_wal()");
        } catch (IllegalStateException e) {
            LOG.debug("The primary stops or has stopped", e);
        }
        return !primary.isRunning();
    }

    /** Starts the primary if it has stopped, as an orchestrator does. */
    private void restartPrimary() {
        ReplicatedPostgres database = shop.database();
        await().atMost(STEP_TIMEOUT).ignoreExceptions().until(() -> {
            if (!database.primary().isRunning()) {
                database.restart(database.primary());
            }
            return database.primary().query("SELECT pg_is_in_recovery()").equals("f");
        });
    }
}
