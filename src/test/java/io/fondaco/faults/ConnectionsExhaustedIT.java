package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.replay.ShopClient;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * There is no connection to the primary: all of the pod's pool are in use, or the server has none left. Who needs one is told so
 * within the time that the pool waits for one, who does not notices nothing, and nobody thinks that the pod is dead (matrix row 11).
 */
class ConnectionsExhaustedIT {
    private static final Logger LOG = Logger.getLogger(ConnectionsExhaustedIT.class);
    private static final Duration LASTING =
            Duration.ofSeconds(Math.min(60, Integer.getInteger("faults.seconds", 4) * 3));
    private static final int POOL = 4;
    private static final int BUYERS = 3 * POOL;

    /** {@code quarkus.datasource.primary.jdbc.acquisition-timeout}. */
    private static final Duration ACQUISITION = Duration.ofSeconds(5);

    /** How long a statement waits for a lock. */
    private static final Duration LOCK = Duration.ofSeconds(5);

    /** What two busy cores add to any limit. */
    private static final Duration SLACK = TestTiming.scaled(Duration.ofSeconds(2));

    private static final Duration RECOVERY = TestTiming.scaled(Duration.ofSeconds(10));
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    private static Path directory;

    private static ShopCluster shop;
    private static String sku;

    @BeforeAll
    static void open() {
        shop = ShopCluster.open(
                "exhausted", directory, Map.of("QUARKUS_DATASOURCE_PRIMARY_JDBC_MAX_SIZE", Integer.toString(POOL)));
        sku = shop.createProduct(Map.of("main", 1_000_000));
    }

    @AfterAll
    static void close() {
        if (shop != null) {
            shop.close();
        }
    }

    @AfterEach
    void checkInvariants() {
        InvariantChecks.awaitNoViolations(shop.database(), ShopCluster.RECOVERY_TIMEOUT);
    }

    @Test
    void whoFindsAllConnectionsOfThePoolInUseIsToldSoInTime() throws Exception {
        OutageTraffic outageTraffic = new OutageTraffic(shop.pod(0), sku, BUYERS);
        try (outageTraffic) {
            outageTraffic.awaitCartsCreated();
            try (Connection holder = shop.database().primary().session();
                    Statement statement = holder.createStatement()) {
                holder.setAutoCommit(false);
                // Not one that replicas would have to hold, too.
                statement.execute("LOCK TABLE cart.cart IN SHARE ROW EXCLUSIVE MODE");
                await().atMost(SOON).until(() -> shop.query("""
                                SELECT count(*) >= %d FROM pg_stat_activity
                                 WHERE usename = 'fondaco' AND wait_event_type = 'Lock'
                                """.formatted(POOL)).equals("t"));
                Pods.sleep(LASTING);
                holder.rollback();
            }
            assertRecovered(outageTraffic);
        }
        LOG.infof("A pool in use: %s", outageTraffic);
        LoadGenerator opening = outageTraffic.cartCreation();
        assertThat(opening.responseCounts().keySet()).isSubsetOf("201", "503 overloaded", "503 busy");
        assertThat(opening.count("503 overloaded")).isPositive();
        assertThat(opening.maxLatency("503 overloaded")).isLessThan(ACQUISITION.plus(SLACK));
        assertThat(opening.maxLatency("503 busy"))
                .as("who got a connection late, and waited for the lock with it")
                .isLessThan(ACQUISITION.plus(LOCK).plus(SLACK));
        assertReadsAndLivenessUnaffected(outageTraffic);
    }

    @Test
    void whoFindsNoConnectionLeftAtTheServerIsToldSoInTime() throws Exception {
        OutageTraffic outageTraffic = new OutageTraffic(shop.pod(0), sku, BUYERS);
        try (outageTraffic) {
            outageTraffic.awaitCartsCreated();
            try (ConnectionHog connectionHog = new ConnectionHog()) {
                await().atMost(SOON).until(connectionHog::isRefused);
                // Who is refused has held one of the server's places until then, also of those that are kept for us.
                await().atMost(SOON)
                        .ignoreException(IllegalStateException.class)
                        .until(ConnectionsExhaustedIT::terminatePoolConnections);
                Pods.sleep(LASTING);
            }
            assertRecovered(outageTraffic);
        }
        LOG.infof("A server without connections: %s", outageTraffic);
        LoadGenerator opening = outageTraffic.cartCreation();
        assertThat(opening.responseCounts().keySet())
                .isSubsetOf("201", "503 database_unavailable", "503 overloaded", "503 outcome_unknown");
        assertThat(opening.count("503 database_unavailable")).isPositive();
        assertThat(opening.maxLatency("503 database_unavailable")).isLessThan(ACQUISITION.plus(SLACK));
        assertReadsAndLivenessUnaffected(outageTraffic);
    }

    private static void assertRecovered(OutageTraffic outageTraffic) {
        outageTraffic.awaitCartsCreated(RECOVERY);
        try (ShopClient shopper = new ShopClient(shop.pod(0).base(), "", Duration.ZERO)) {
            shopper.buy("GBP", sku);
        }
    }

    private static void assertReadsAndLivenessUnaffected(OutageTraffic outageTraffic) {
        outageTraffic.assertReadsAndLivenessUnaffected();
        assertThat(outageTraffic.browsing().maxLatency("200"))
                .as("who looks waits for no connection of the primary's pool")
                .isLessThan(TestTiming.scaled(ACQUISITION));
    }

    /** Ends the connections of the pods' pools. @return whether there are none left */
    private static boolean terminatePoolConnections() {
        return shop.query("""
                        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                         WHERE usename = 'fondaco' AND application_name NOT IN ('stranger', 'fondaco-topology')
                        """).equals("0");
    }

    /** Others who take all connections that the server has for anybody, and each that becomes free. */
    private static final class ConnectionHog implements AutoCloseable {
        private static final int AT_A_TIME = 4;
        private static final String TOO_MANY = "53300";
        private static final Duration PAUSE = Duration.ofMillis(20);

        private final PGSimpleDataSource server = new PGSimpleDataSource();
        private final Queue<Connection> taken = new ConcurrentLinkedQueue<>();
        private final AtomicBoolean refused = new AtomicBoolean();
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private volatile boolean over;

        ConnectionHog() {
            server.setUrl(
                    shop.database().jdbcUrl(List.of(shop.database().primary().port())));
            server.setUser(shop.database().credentialsEnvironment().get("FONDACO_DATABASE_USERNAME"));
            server.setPassword(shop.database().credentialsEnvironment().get("FONDACO_DATABASE_PASSWORD"));
            server.setApplicationName("stranger");
            for (int i = 0; i < AT_A_TIME; i++) {
                threads.submit(this::acquireConnections);
            }
        }

        private void acquireConnections() {
            while (!over) {
                try {
                    taken.add(server.getConnection());
                } catch (SQLException e) {
                    refused.compareAndSet(false, TOO_MANY.equals(e.getSQLState()));
                    Pods.sleep(PAUSE);
                }
            }
        }

        boolean isRefused() {
            return refused.get();
        }

        @Override
        public void close() {
            over = true;
            threads.close();
            Pods.closeAll(new ArrayList<>(taken));
        }
    }
}
