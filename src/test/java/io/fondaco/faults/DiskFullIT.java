package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fondaco.platform.embedded.ReplicatedPostgres;
import io.fondaco.platform.embedded.ReplicatedPostgres.Member;
import io.fondaco.platform.embedded.SmallDisk;
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
    private static final Duration RECOVERY = Pace.within(Duration.ofSeconds(10));

    @TempDir
    private Path directory;

    private Optional<SmallDisk> disk = Optional.empty();
    private SellingShop shop;
    private String sku;

    @BeforeEach
    void open() {
        disk = SmallDisk.mount(directory, MEGABYTES);
        assumeTrue(disk.isPresent(), "no user and mount namespaces for us here");
        shop = SellingShop.open(
                "disk-full", ReplicatedPostgres.startOn(disk.get(), directory, 1), SellingShop.TAKEN_UP_SOON);
        sku = shop.put(Map.of("main", 1_000_000));
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
        fillUntil(trade -> trade.opening().count("503 database_full") > 0);
    }

    @Test
    void aPrimaryThatEndsForWantOfRoomInItsLogIsFoundAgain() throws Exception {
        fillUntil(trade -> hasEnded() && trade.opening().count("503 database_unavailable") > 0);
    }

    private void fillUntil(Predicate<Trade> felt) throws Exception {
        Trade trade = new Trade(shop.pod(VICTIM), sku, BUYERS);
        Shoppers shoppers = new Shoppers(shop, VICTIM, sku);
        try (trade;
                shoppers) {
            await().atMost(SOON).until(() -> shoppers.orders() > BUYERS);
            disk.orElseThrow().fill();
            await().atMost(SOON).until(() -> felt.test(trade));
            Pods.pass(LASTING);
            disk.orElseThrow().free();
            awaitPrimary();
            int before = shoppers.orders();
            trade.awaitOpened(RECOVERY);
            await().atMost(RECOVERY).until(() -> shoppers.orders() > before);
        }
        LOG.infof("A full disk: %s, %d orders", trade, shoppers.orders());
        trade.assertNobodyElseNoticed();
        assertThat(trade.opening().answers().keySet())
                .isSubsetOf("201", "503 database_full", "503 database_unavailable", "503 outcome_unknown");
        Books.awaitAgreement(shop.database(), SellingShop.RECOVERY);
        shoppers.assertToldTheTruth();
    }

    /** Has the log begin a new piece, which needs room, as many orders would. @return whether the server has ended over it */
    private boolean hasEnded() {
        Member primary = shop.database().primary();
        try {
            primary.execute("SELECT pg_logical_emit_message(true, 'full', 'x'); SELECT pg_switch_wal()");
        } catch (IllegalStateException e) {
            LOG.debug("It ends, or has ended", e);
        }
        return !primary.isRunning();
    }

    /** Starts it if it has ended, as an orchestrator does. */
    private void awaitPrimary() {
        ReplicatedPostgres database = shop.database();
        await().atMost(SOON).ignoreExceptions().until(() -> {
            if (!database.primary().isRunning()) {
                database.revive(database.primary());
            }
            return database.primary().query("SELECT pg_is_in_recovery()").equals("f");
        });
    }
}
