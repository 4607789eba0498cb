package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.fondaco.platform.embedded.ReplicatedPostgres;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * A shop pod and two worker pods, all real processes; one of them is broken while orders are placed, fulfilled and
 * refunded. SQL and a webhook receiver show that every event of every committed order arrives, that its effect happens
 * once, and that the events of an order arrive in order (fault matrix rows 7 to 9 and 25, invariant I4).
 *
 * <p>The unique constraint on deliveries is dropped first, because it would hide a second effect.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EventFaults {
    static final Logger LOG = Logger.getLogger(EventFaults.class);
    static final Duration FAULT = Duration.ofSeconds(Long.getLong("faults.seconds", 4));
    private static final int KILLS = Integer.getInteger("faults.kills", 2);
    private static final int CLIENTS = 3;

    /** An order is five requests, and its events are delivered to four receivers. */
    private static final int THINK_TIMES_PER_ORDER = 8;

    private static final Duration PUBLISH_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(120);

    Path directory;

    ReplicatedPostgres database;
    FaultyWebhookReceiver faultyWebhookReceiver;
    PackagedApp shop;
    List<PackagedApp> workers;
    Map<String, String> workerEnvironment;
    private final AtomicInteger checkouts = new AtomicInteger();

    /** The additional settings of this event transport. */
    abstract Map<String, String> transportSettings();

    void open(Path freeDirectory) throws IOException {
        directory = freeDirectory;
        database = ReplicatedPostgres.start(directory.resolve("postgres"), 1);
        faultyWebhookReceiver = FaultyWebhookReceiver.open();
        Map<String, String> environment = Pods.sellingEnvironment(database);
        environment.put("FONDACO_SHIPPING_FREE", "true");
        environment.put("FONDACO_CACHE_ENABLED", "false");
        // These processes live for seconds only: the C2 compiler would not finish before they are killed.
        environment.put("TIER", "1");
        environment.putAll(FaultyWebhookReceiver.settings());
        environment.put("FONDACO_WEBHOOK_TIMEOUT", "2s");
        environment.put("FONDACO_WEBHOOK_RETRY_SCHEDULE", "300ms,300ms,1s,2s" + ",5s".repeat(50));
        environment.put("FONDACO_MESSAGING_RETRY_DELAY", "300ms");
        environment.put("FONDACO_MESSAGING_LEASE", "4s");
        environment.put("FONDACO_JOBS_LEASE", "4s");
        environment.put("FONDACO_MESSAGING_MAX_ATTEMPTS", "1000");
        environment.putAll(transportSettings());
        workerEnvironment = Map.copyOf(environment);
        environment.put("FONDACO_ROLES", "browse,buy,admin");
        shop = PackagedApp.start(name("shop"), environment);
        workers = new ArrayList<>();
        workers.add(PackagedApp.start(name("worker-0"), workerEnvironment));
        workers.add(PackagedApp.start(name("worker-1"), workerEnvironment));
        database.primary().execute("ALTER TABLE webhook.delivery DROP CONSTRAINT delivery_endpoint_event_key");
        try (ShopClient staff = staff()) {
            staff.importProducts(
                    "GBP",
                    "Handle,Title,Status,Variant SKU,Variant Price,Variant Inventory Policy\n"
                            + "thing,Thing,active,THING,5.00,continue\n");
            for (String path : List.of("/good", "/third", "/refusing", "/slow")) {
                faultyWebhookReceiver.subscribeToOrderEvents(staff, path);
            }
        }
    }

    private String name(String pod) {
        return getClass().getSimpleName() + "-" + pod;
    }

    private ShopClient staff() {
        return new ShopClient(shop.base(), PackagedApp.ADMIN_KEY);
    }

    @AfterAll
    void close() {
        List<AutoCloseable> all = new ArrayList<>();
        if (workers != null) {
            all.addAll(workers);
        }
        all.addAll(java.util.Arrays.asList(shop, faultyWebhookReceiver, database));
        Pods.closeAll(all);
    }

    @Test
    void workerKilledBetweenPublishingAndMarkingLosesNothingAndRepeatsNoEffect() throws Exception {
        int kills = 0;
        try (OrderLoad orderLoad = load()) {
            orderLoad.throttle(true);
            for (int kill = 0; kill < KILLS; kill++) {
                int victim = kill % workers.size();
                workers.get(victim).awaitReady();
                // Wait until a worker publishes again, that is until the leases of the last victim have expired.
                long publishedBefore = publishedCount();
                await().atMost(SETTLE_TIMEOUT).until(() -> publishedCount() > publishedBefore);
                await().atMost(SETTLE_TIMEOUT).until(() -> killBetweenPublishingAndMarking(workers.get(victim)));
                kills++;
                workers.set(victim, workers.get(victim).relaunch(name("worker-" + victim), workerEnvironment));
            }
            workers.forEach(PackagedApp::awaitReady);
        }
        LOG.infof("%s: %d kills between publishing and marking", getClass().getSimpleName(), kills);
        verifyDelivery();
    }

    /** @return false if nothing was published, because the worker had already published and only waits to mark it */
    private boolean killBetweenPublishingAndMarking(PackagedApp victim) throws Exception {
        // The lock lets workers read the cursors but not move them: events that are published now stay unmarked.
        try (Connection session = database.primary().session();
                Statement lock = session.createStatement()) {
            session.setAutoCommit(false);
            lock.execute("SET LOCAL lock_timeout = '10s'");
            lock.execute("LOCK TABLE messaging.cursor IN EXCLUSIVE MODE");
            long before = publishedCount();
            long deadline = System.nanoTime() + PUBLISH_TIMEOUT.toNanos();
            while (publishedCount() == before && System.nanoTime() < deadline) {
                Pods.sleep(Duration.ofMillis(20));
            }
            boolean published = publishedCount() > before;
            if (published) {
                victim.kill();
            }
            session.rollback();
            return published;
        }
    }

    /** The number of events that are published so far, marked or not. */
    abstract long publishedCount() throws Exception;

    @Test
    void resumedWorkerWithAnExpiredLeaseRepeatsNoEffect() throws Exception {
        try (OrderLoad orderLoad = load()) {
            PackagedApp frozen = workers.getFirst();
            frozen.freeze(true);
            String since = database.primary().query("SELECT now()");
            Pods.sleep(FAULT.multipliedBy(2).plusSeconds(8));
            await().atMost(SETTLE_TIMEOUT)
                    .untilAsserted(() -> assertThat(database.primary().query("""
                                    SELECT finished_at > '%s' FROM jobs.lease WHERE name = 'payment-reconciliation'
                                    """.formatted(since)))
                            .as("the job runs again although its last pod is frozen")
                            .isEqualTo("t"));
            frozen.freeze(false);
            Pods.sleep(FAULT);
        }
        verifyDelivery();
    }

    @Test
    void listenerFailureForOneOrderDelaysOnlyThatOrder() throws Exception {
        String failingOrder;
        try (ShopClient client = staff()) {
            ShopClient.GuestCart cart = openCart(client);
            // The id of an order is not known before it is placed, so the listener starts to fail after that.
            database.primary().execute("""
                    CREATE SCHEMA IF NOT EXISTS faults;
                    CREATE TABLE IF NOT EXISTS faults.ill (subject text PRIMARY KEY);
                    CREATE OR REPLACE FUNCTION faults.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN
                        IF EXISTS (SELECT FROM faults.ill WHERE subject = NEW.subject) THEN
                            RAISE EXCEPTION 'The listener fails at %', NEW.subject;
                        END IF;
                        RETURN NEW;
                    END $$;
                    CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON webhook.message
                        FOR EACH ROW EXECUTE FUNCTION faults.refuse();
                    GRANT USAGE ON SCHEMA faults TO PUBLIC;
                    GRANT SELECT ON faults.ill TO PUBLIC;
                    """);
            failingOrder = complete(client, cart).get("id").asText();
            await().atMost(SETTLE_TIMEOUT)
                    .until(() ->
                            faultyWebhookReceiver.acceptedSequences("/good").containsKey(failingOrder));
            database.primary().execute("INSERT INTO faults.ill VALUES ('%s')".formatted(failingOrder));
            fulfil(client, failingOrder);
            refund(client, failingOrder);
        }
        int before = faultyWebhookReceiver.acceptedEvents("/good").size();
        try (OrderLoad orderLoad = load()) {
            Pods.sleep(FAULT);
        }
        await().atMost(SETTLE_TIMEOUT)
                .until(() -> faultyWebhookReceiver.acceptedEvents("/good").size() > before + 10);
        assertThat(faultyWebhookReceiver.acceptedSequences("/good").get(failingOrder))
                .containsExactly(1L);
        assertThat(Long.parseLong(database.primary()
                        .query("SELECT count(*) FROM messaging.retry WHERE subject = '%s'".formatted(failingOrder))))
                .isEqualTo(2);
        database.primary().execute("DELETE FROM faults.ill");
        verifyDelivery();
        assertThat(faultyWebhookReceiver.acceptedSequences("/good").get(failingOrder))
                .containsExactly(1L, 2L, 3L);
    }

    @Test
    void slowAndRefusingReceiversDelayNoOtherReceiverAndRetriesReachAFlakyOne() throws Exception {
        try (OrderLoad orderLoad = load()) {
            await().atMost(SETTLE_TIMEOUT)
                    .until(() -> faultyWebhookReceiver.requestCount("/slow") > 0
                            && faultyWebhookReceiver.requestCount("/refusing") > 0);
            Pods.sleep(FAULT);
        }
        verifyDelivery();
        assertThat(faultyWebhookReceiver.acceptedEvents("/refusing")).isEmpty();
        await().atMost(SETTLE_TIMEOUT).untilAsserted(() -> assertThat(
                        faultyWebhookReceiver.acceptedSequences("/third").keySet())
                .containsAll(faultyWebhookReceiver.acceptedSequences("/good").keySet()));
    }

    /** A few clients that place, fulfil and refund orders until the load is closed. */
    final class OrderLoad implements AutoCloseable {
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final AtomicBoolean throttled = new AtomicBoolean();
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final List<Future<?>> clients = new ArrayList<>();

        private OrderLoad() {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(threads.submit((Callable<Void>) () -> {
                    try (ShopClient client = staff()) {
                        while (!stopped.get()) {
                            String order =
                                    complete(client, openCart(client)).get("id").asText();
                            fulfil(client, order);
                            refund(client, order);
                            TestTiming.pause(THINK_TIMES_PER_ORDER);
                            if (throttled.get()) {
                                Pods.sleep(Duration.ofMillis(500));
                            }
                        }
                    }
                    return null;
                }));
            }
        }

        /** Slows the clients down, so that a pod that starts gets processor time. */
        void throttle(boolean on) {
            throttled.set(on);
        }

        @Override
        public void close() throws Exception {
            stopped.set(true);
            for (Future<?> client : clients) {
                client.get();
            }
            threads.close();
        }
    }

    OrderLoad load() {
        return new OrderLoad();
    }

    int checkouts() {
        return checkouts.get();
    }

    private static ShopClient.GuestCart openCart(ShopClient client) {
        return client.openCart("GBP", "ada@example.com", List.of(Map.of("sku", "THING", "quantity", 2)));
    }

    private JsonNode complete(ShopClient client, ShopClient.GuestCart guestCart) {
        client.updateCart(
                guestCart,
                Map.of(
                        "shipping_address",
                        Map.of(
                                "name",
                                "Ada",
                                "line1",
                                "1 High Street",
                                "city",
                                "London",
                                "postal_code",
                                "E1 1AA",
                                "country",
                                "GB"),
                        "shipping_method",
                        "standard"));
        JsonNode order = client.complete(guestCart, UUID.randomUUID().toString())
                .expect(201)
                .body();
        checkouts.incrementAndGet();
        return order;
    }

    private static void fulfil(ShopClient client, String order) {
        client.send("POST", "/admin/v1/orders/" + order + "/fulfillments", PackagedApp.ADMIN_KEY, key(), Map.of())
                .expect(201);
    }

    private static void refund(ShopClient client, String order) {
        client.send(
                        "POST",
                        "/admin/v1/orders/" + order + "/refunds",
                        PackagedApp.ADMIN_KEY,
                        key(),
                        Map.of("amount", Map.of("amount", 100, "currency", "GBP")))
                .expect(201);
    }

    private static Map<String, String> key() {
        return Map.of("Idempotency-Key", UUID.randomUUID().toString());
    }

    /** Checks the guarantees after the fault is over and the backlog is delivered. */
    void verifyDelivery() throws Exception {
        Map<String, List<Long>> expected = expectedSequences();
        await().atMost(SETTLE_TIMEOUT).pollInterval(Duration.ofMillis(500)).untilAsserted(() -> assertThat(
                        faultyWebhookReceiver.acceptedSequences("/good").entrySet().stream()
                                .mapToInt(entry -> entry.getValue().size())
                                .sum())
                .as("received order events")
                .isEqualTo(expected.values().stream().mapToInt(List::size).sum()));
        Map<String, List<Long>> received = faultyWebhookReceiver.acceptedSequences("/good");
        assertThat(sorted(received)).as("every event of every order").isEqualTo(expected);
        // A retried delivery does not block later ones, so only for such orders may an event arrive out of order.
        List<String> retriedOrders = database.primary().queryAll("""
                SELECT DISTINCT d.subject FROM webhook.attempt a JOIN webhook.delivery d ON d.id = a.delivery
                  JOIN webhook.endpoint e ON e.id = d.endpoint AND e.url LIKE '%/good'
                 WHERE a.status IS NULL OR a.status >= 300
                """);
        Map<String, List<Long>> withoutRetries = new TreeMap<>(received);
        withoutRetries.keySet().removeAll(retriedOrders);
        assertThat(withoutRetries)
                .as("events of each order in order")
                .allSatisfy((order, numbers) -> assertThat(numbers).as(order).isSorted());
        assertThat(withoutRetries.size())
                .as("orders without a retried delivery")
                .isGreaterThan(received.size() / 2);
        assertThat(database.primary().query("""
                        SELECT count(*) FROM (SELECT endpoint, event FROM webhook.delivery
                                               GROUP BY endpoint, event HAVING count(*) > 1) AS twice
                        """))
                .as("effects that happened twice")
                .isEqualTo("0");
        assertThat(database.primary().query("""
                        SELECT count(*) FROM messaging.outbox o
                         WHERE o.type LIKE 'order.%' AND NOT EXISTS (
                               SELECT FROM webhook.delivery d JOIN webhook.endpoint e ON e.id = d.endpoint
                                WHERE d.event = o.id AND e.url LIKE '%/good')
                        """))
                .as("effects that never happened")
                .isEqualTo("0");
        assertThat(database.primary().query("SELECT count(*) FROM messaging.dead_letter"))
                .isEqualTo("0");
        LOG.infof(
                "%s: %d orders, %d events, all received, each effect once, in order except for %d orders"
                        + " with a failed call; %d calls of /good",
                getClass().getSimpleName(),
                expected.size(),
                expected.values().stream().mapToInt(List::size).sum(),
                retriedOrders.size(),
                faultyWebhookReceiver.requestCount("/good"));
    }

    private static Map<String, List<Long>> sorted(Map<String, List<Long>> numbers) {
        Map<String, List<Long>> sorted = new TreeMap<>();
        numbers.forEach((order, sequence) ->
                sorted.put(order, sequence.stream().sorted().toList()));
        return sorted;
    }

    /** The order history is written independently of the events: each entry must have an event with the same number. */
    private Map<String, List<Long>> expectedSequences() throws SQLException {
        Map<String, List<Long>> sequences = new TreeMap<>();
        Map<String, Long> entries = new TreeMap<>();
        try (Connection session = database.primary().session();
                Statement statement = session.createStatement()) {
            try (ResultSet row =
                    statement.executeQuery("SELECT order_id, count(*) FROM \"order\".history GROUP BY order_id")) {
                while (row.next()) {
                    entries.put(TypeId.format("order", row.getObject(1, UUID.class)), row.getLong(2));
                }
            }
            try (ResultSet row = statement.executeQuery("""
                    SELECT subject, sequence FROM messaging.outbox WHERE type LIKE 'order.%' ORDER BY position
                    """)) {
                while (row.next()) {
                    sequences
                            .computeIfAbsent(row.getString(1), _ -> new ArrayList<>())
                            .add(row.getLong(2));
                }
            }
        }
        assertThat(sequences.keySet()).as("orders with events").isEqualTo(entries.keySet());
        sequences.forEach((order, numbers) -> assertThat(numbers)
                .as(order)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, entries.get(order)).boxed().toList()));
        return sequences;
    }
}
