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
 * No connection to the primary is available: the pod's pool is exhausted, or the server has none left. Requests that
 * need one are refused within the acquisition timeout, other requests are not affected, and the liveness probe succeeds
 * (matrix row 11).
 */
class ConnectionsExhaustedIT {
    private static final Logger LOG = Logger.getLogger(ConnectionsExhaustedIT.class);
    private static final Duration OUTAGE =
            Duration.ofSeconds(Math.min(60, Integer.getInteger("faults.seconds", 4) * 3));
    private static final int POOL_SIZE = 4;
    private static final int BUYERS = 3 * POOL_SIZE;

    /** {@code quarkus.datasource.primary.jdbc.acquisition-timeout}. */
    private static final Duration ACQUISITION_TIMEOUT = Duration.ofSeconds(5);

    /** The lock timeout of a statement. */
    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(5);

    /** The margin for two busy cores. */
    private static final Duration SLACK = TestTiming.scaled(Duration.ofSeconds(2));

    private static final Duration RECOVERY_TIMEOUT = TestTiming.scaled(Duration.ofSeconds(10));
    private static final Duration SETUP_TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    private static Path directory;

    private static ShopCluster shop;
    private static String sku;

    @BeforeAll
    static void open() {
        shop = ShopCluster.open(
                "exhausted",
                directory,
                Map.of("QUARKUS_DATASOURCE_PRIMARY_JDBC_MAX_SIZE", Integer.toString(POOL_SIZE)));
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
    void requestsFailInTimeWhileThePoolIsExhausted() throws Exception {
        OutageTraffic outageTraffic = new OutageTraffic(shop.pod(0), sku, BUYERS);
        try (outageTraffic) {
            outageTraffic.awaitCartsCreated();
            try (Connection holder = shop.database().primary().session();
                    Statement statement = holder.createStatement()) {
                holder.setAutoCommit(false);
                // This mode is not replicated, so that the replicas are not blocked.
                statement.execute("LOCK TABLE cart.cart IN SHARE ROW EXCLUSIVE MODE");
                await().atMost(SETUP_TIMEOUT)
                        .until(() -> shop.query("""
                                SELECT count(*) >= %d FROM pg_stat_activity
                                 WHERE usename = 'fondaco' AND wait_event_type = 'Lock'
                                """.formatted(POOL_SIZE)).equals("t"));
                Pods.sleep(OUTAGE);
                holder.rollback();
            }
            assertRecovered(outageTraffic);
        }
        LOG.infof("Pool exhausted: %s", outageTraffic);
        LoadGenerator cartCreation = outageTraffic.cartCreation();
        assertThat(cartCreation.responseCounts().keySet()).isSubsetOf("201", "503 overloaded", "503 busy");
        assertThat(cartCreation.count("503 overloaded")).isPositive();
        assertThat(cartCreation.maxLatency("503 overloaded")).isLessThan(ACQUISITION_TIMEOUT.plus(SLACK));
        assertThat(cartCreation.maxLatency("503 busy"))
                .as("requests that got a connection late and then waited for the lock")
                .isLessThan(ACQUISITION_TIMEOUT.plus(LOCK_TIMEOUT).plus(SLACK));
        assertReadsAndLivenessUnaffected(outageTraffic);
    }

    @Test
    void requestsFailInTimeWhileTheServerHasNoConnectionLeft() throws Exception {
        OutageTraffic outageTraffic = new OutageTraffic(shop.pod(0), sku, BUYERS);
        try (outageTraffic) {
            outageTraffic.awaitCartsCreated();
            try (ConnectionHog connectionHog = new ConnectionHog()) {
                await().atMost(SETUP_TIMEOUT).until(connectionHog::isRefused);
                // A refused connection attempt occupies a server slot until it is refused, also a reserved one.
                await().atMost(SETUP_TIMEOUT)
                        .ignoreException(IllegalStateException.class)
                        .until(ConnectionsExhaustedIT::terminatePoolConnections);
                Pods.sleep(OUTAGE);
            }
            assertRecovered(outageTraffic);
        }
        LOG.infof("Server without free connections: %s", outageTraffic);
        LoadGenerator cartCreation = outageTraffic.cartCreation();
        assertThat(cartCreation.responseCounts().keySet())
                .isSubsetOf("201", "503 database_unavailable", "503 overloaded", "503 outcome_unknown");
        assertThat(cartCreation.count("503 database_unavailable")).isPositive();
        assertThat(cartCreation.maxLatency("503 database_unavailable")).isLessThan(ACQUISITION_TIMEOUT.plus(SLACK));
        assertReadsAndLivenessUnaffected(outageTraffic);
    }

    private static void assertRecovered(OutageTraffic outageTraffic) {
        outageTraffic.awaitCartsCreated(RECOVERY_TIMEOUT);
        try (ShopClient shopper = new ShopClient(shop.pod(0).base(), "", Duration.ZERO)) {
            shopper.buy("GBP", sku);
        }
    }

    private static void assertReadsAndLivenessUnaffected(OutageTraffic outageTraffic) {
        outageTraffic.assertReadsAndLivenessUnaffected();
        assertThat(outageTraffic.browsing().maxLatency("200"))
                .as("reads do not wait for the primary's pool")
                .isLessThan(TestTiming.scaled(ACQUISITION_TIMEOUT));
    }

    /** Terminates the connections of the pods' pools. @return true if there are none left */
    private static boolean terminatePoolConnections() {
        return shop.query("""
                        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                         WHERE usename = 'fondaco' AND application_name NOT IN ('stranger', 'fondaco-topology')
                        """).equals("0");
    }

    /** Takes all unreserved connections of the server, and each that becomes free. */
    private static final class ConnectionHog implements AutoCloseable {
        private static final int THREADS = 4;
        private static final String TOO_MANY_CONNECTIONS = "53300";
        private static final Duration PAUSE = Duration.ofMillis(20);

        private final PGSimpleDataSource server = new PGSimpleDataSource();
        private final Queue<Connection> connections = new ConcurrentLinkedQueue<>();
        private final AtomicBoolean refused = new AtomicBoolean();
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private volatile boolean stopped;

        ConnectionHog() {
            server.setUrl(
                    shop.database().jdbcUrl(List.of(shop.database().primary().port())));
            server.setUser(shop.database().credentialsEnvironment().get("FONDACO_DATABASE_USERNAME"));
            server.setPassword(shop.database().credentialsEnvironment().get("FONDACO_DATABASE_PASSWORD"));
            server.setApplicationName("stranger");
            for (int i = 0; i < THREADS; i++) {
                threads.submit(this::acquireConnections);
            }
        }

        private void acquireConnections() {
            while (!stopped) {
                try {
                    connections.add(server.getConnection());
                } catch (SQLException e) {
                    refused.compareAndSet(false, TOO_MANY_CONNECTIONS.equals(e.getSQLState()));
                    Pods.sleep(PAUSE);
                }
            }
        }

        boolean isRefused() {
            return refused.get();
        }

        @Override
        public void close() {
            stopped = true;
            threads.close();
            Pods.closeAll(new ArrayList<>(connections));
        }
    }
}
