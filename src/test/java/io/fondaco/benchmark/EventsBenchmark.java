package io.fondaco.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.faults.KafkaBroker;
import io.fondaco.platform.embedded.EmbeddedCluster;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures the cost of event delivery for a shop that sells, with the database and with Kafka: checkouts per second of
 * the same pod with a relay on the same machine and with that relay stopped, alternating within one run; the speed at
 * which a backlog drains; and the time from publishing an event to its handling at half load. {@code ./mvnw verify
 * -Pbenchmark -Dit.test=EventsBenchmark}
 */
class EventsBenchmark {
    private static final Logger LOG = Logger.getLogger(EventsBenchmark.class);
    private static final int SECONDS = Integer.getInteger("benchmark.seconds", 20);
    private static final int CLIENTS = Integer.getInteger("benchmark.clients", 16);
    private static final int ROUNDS = 3;
    private static final int WARM_UP_FACTOR = 8;

    @TempDir
    private Path data;

    private EmbeddedCluster cluster;
    private List<String> skus;

    @Test
    void checkoutsWithRelayComparedWithStoppedRelay() throws Exception {
        StringBuilder report = new StringBuilder("%d clients, %d rounds of %d s%n".formatted(CLIENTS, ROUNDS, SECONDS));
        try (EmbeddedCluster started = EmbeddedCluster.start(data.resolve("postgres"));
                KafkaBroker kafkaBroker = KafkaBroker.start(data.resolve("kafka"))) {
            cluster = started;
            Map<String, String> withoutRelay = new TreeMap<>(environment());
            withoutRelay.put("FONDACO_ROLES", "browse,buy,admin");
            try (PackagedApp without = PackagedApp.start("benchmark-no-relay", withoutRelay)) {
                prepareShop(without);
                measure("database", Map.of(), without, report);
                measure(
                        "Kafka",
                        Map.of("FONDACO_KAFKA_BOOTSTRAP_SERVERS", kafkaBroker.bootstrapServers()),
                        without,
                        report);
            }
        }
        LOG.info(System.lineSeparator() + report);
    }

    private void measure(String carrier, Map<String, String> settings, PackagedApp shop, StringBuilder report)
            throws Exception {
        Map<String, String> environment = new TreeMap<>(environment());
        environment.putAll(settings);
        try (PackagedApp relay = PackagedApp.start("benchmark-" + carrier, environment)) {
            // Warm up both processes before measuring.
            sell(shop, WARM_UP_FACTOR * SECONDS, 0);
            awaitDrained();
            double running = 0;
            double stopped = 0;
            double drained = 0;
            for (int round = 0; round < ROUNDS; round++) {
                // This order distributes growth and warm-up effects equally over both.
                running += sell(shop, SECONDS, 0) / (2 * ROUNDS);
                awaitDrained();
                relay.freeze(true);
                stopped += sell(shop, 2 * SECONDS, 0) / ROUNDS;
                long backlog = unhandledEvents();
                relay.freeze(false);
                long started = System.nanoTime();
                awaitDrained();
                drained += backlog / seconds(started) / ROUNDS;
                running += sell(shop, SECONDS, 0) / (2 * ROUNDS);
                awaitDrained();
            }
            Instant begin = Instant.now();
            double rateAtHalfLoad = sell(shop, SECONDS, running / 2);
            awaitDrained();
            report.append("  %-9s checkouts with the relay %7.1f/s, stopped %7.1f/s: %5.2f%n"
                    .formatted(carrier, running, stopped, running / stopped));
            report.append(
                    "  %-9s a backlog drains with %,.0f events/s, waking up included%n".formatted(carrier, drained));
            report.append("  %-9s at %.1f checkouts/s an event is handled after %s%n"
                    .formatted(carrier, rateAtHalfLoad, latency(begin)));
            assertThat(running).isPositive();
        }
    }

    /**
     * @param rate checkouts per second; 0 for no limit
     * @return checkouts per second
     */
    private double sell(PackagedApp app, int seconds, double rate) throws Exception {
        AtomicInteger sold = new AtomicInteger();
        long started = System.nanoTime();
        long end = started + TimeUnit.SECONDS.toNanos(seconds);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int client = i;
                clients.add(threads.submit((Callable<Void>) () -> {
                    try (ShopClient shop = new ShopClient(app.base(), PackagedApp.ADMIN_KEY)) {
                        for (int n = 0; System.nanoTime() < end; n++) {
                            if (rate > 0) {
                                long due = started + (long) (1e9 * (n * CLIENTS + client) / rate);
                                LockSupport.parkNanos(Math.max(0, Math.min(due, end) - System.nanoTime()));
                                if (due >= end) {
                                    break;
                                }
                            }
                            buy(shop);
                            sold.incrementAndGet();
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> client : clients) {
                client.get();
            }
        }
        return sold.get() / seconds(started);
    }

    private void buy(ShopClient shop) {
        int first = ThreadLocalRandom.current().nextInt(skus.size());
        ShopClient.GuestCart guestCart = shop.openCart(
                "EUR",
                UUID.randomUUID() + "@example.com",
                List.of(
                        Map.of("sku", skus.get(first), "quantity", 1),
                        Map.of("sku", skus.get((first + 1) % skus.size()), "quantity", 1)));
        shop.updateCart(guestCart, Map.of("shipping_method", "pickup"));
        shop.complete(guestCart, UUID.randomUUID().toString()).expect(201);
    }

    /** Events that the webhook module has not handled yet. */
    private long unhandledEvents() throws SQLException {
        return Long.parseLong(query("SELECT (SELECT count(*) FROM messaging.outbox)"
                + " - (SELECT count(*) FROM messaging.inbox WHERE listener = 'webhook')"));
    }

    private void awaitDrained() {
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> unhandledEvents() <= 0);
    }

    private String latency(Instant since) throws SQLException {
        return query("""
                SELECT format('p50 %%s ms, p99 %%s ms', round(1000 * p[1]::numeric, 1), round(1000 * p[2]::numeric, 1))
                  FROM (SELECT percentile_cont(ARRAY [0.5, 0.99])
                               WITHIN GROUP (ORDER BY extract(epoch FROM handled_at - published_at)) AS p
                          FROM messaging.inbox WHERE published_at > '%s') AS q
                """.formatted(since));
    }

    private String query(String sql) throws SQLException {
        try (Connection connection = BenchmarkShop.connect(cluster);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private void prepareShop(PackagedApp app) throws Exception {
        try (ShopClient shop = new ShopClient(app.base(), PackagedApp.ADMIN_KEY)) {
            skus = BenchmarkShop.awaitImportAndRestock(cluster, shop);
        }
        try (Connection connection = BenchmarkShop.connect(cluster);
                Statement statement = connection.createStatement()) {
            // Remove the events of the demo shop import.
            statement.execute("TRUNCATE messaging.outbox, messaging.inbox");
        }
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new TreeMap<>(BenchmarkShop.environment(cluster));
        // A relay that is frozen for a round keeps its leases.
        environment.put("FONDACO_MESSAGING_LEASE", "60s");
        return environment;
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
