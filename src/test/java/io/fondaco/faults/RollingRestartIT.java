package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.platform.embedded.ReplicatedPostgres;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three pods behind a balancer, and shoppers who never try anything twice: while pods are stopped and started one after the
 * other, with a change of the schema in between, nothing fails; when one is killed, only what it was just doing.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RollingRestartIT {
    private static final Logger LOG = Logger.getLogger(RollingRestartIT.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PODS = 3;
    private static final int BUYERS = 3;
    private static final int VISITORS = 3;
    private static final int MOST_NOTED = 20;
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(20);

    /** More than the balancer takes to see that a pod is not ready, or is again. */
    private static final Duration NOTICED = Duration.ofSeconds(2);

    @TempDir
    private static Path directory;

    private static ReplicatedPostgres database;
    private static Map<String, String> environment;
    private static final List<PackagedApp> PODS_UP = new ArrayList<>();
    private static LoadBalancer balancer;

    @BeforeAll
    static void open() {
        database = ReplicatedPostgres.start(directory, 1);
        environment = Pods.selling(database);
        environment.put("QUARKUS_SHUTDOWN_DELAY", "3S");
        for (int pod = 0; pod < PODS; pod++) {
            PODS_UP.add(PackagedApp.start("rolling-pod-" + pod, environment));
        }
        try (ShopClient staff = new ShopClient(PODS_UP.getFirst().base(), PackagedApp.ADMIN_KEY)) {
            staff.offer("ROLLING", 1_000_000);
        }
        balancer = LoadBalancer.over(PODS_UP, directory);
    }

    @AfterAll
    static void close() {
        List<AutoCloseable> all = new ArrayList<>();
        all.add(balancer);
        all.addAll(PODS_UP);
        all.add(database);
        Pods.closeAll(all);
    }

    /** Shoppers and visitors at work. */
    private static final class Crowd implements AutoCloseable {
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(2))
                .build();
        private final ConcurrentLinkedQueue<String> failedReads = new ConcurrentLinkedQueue<>();
        private final ConcurrentLinkedQueue<String> failedWrites = new ConcurrentLinkedQueue<>();
        private final AtomicLong requests = new AtomicLong();
        private final AtomicLong orders = new AtomicLong();
        private volatile boolean stopped;

        private Crowd() {
            for (int i = 0; i < VISITORS; i++) {
                threads.submit(() -> repeat(this::visit));
            }
            for (int i = 0; i < BUYERS; i++) {
                threads.submit(() -> repeat(this::buy));
            }
        }

        private void repeat(Runnable act) {
            while (!stopped) {
                act.run();
            }
        }

        private void visit() {
            send(failedReads, "GET", "/store/v1/products/rolling", "", Map.of(), "", 200);
            send(failedReads, "GET", "/store/v1/products?limit=10", "", Map.of(), "", 200);
        }

        private void buy() {
            JsonNode cart = send(
                    failedWrites,
                    "POST",
                    "/store/v1/carts",
                    "",
                    Map.of(),
                    "{\"currency\":\"GBP\",\"email\":\"%s@example.com\",\"lines\":[{\"sku\":\"ROLLING\",\"quantity\":1}]}"
                            .formatted(UUID.randomUUID()),
                    201);
            if (cart == null) {
                return;
            }
            String path = "/store/v1/carts/" + cart.get("id").asText();
            String token = cart.get("cart_token").asText();
            send(failedWrites, "PATCH", path, token, Map.of(), "{\"shipping_method\":\"pickup\"}", 200);
            JsonNode order = send(
                    failedWrites,
                    "POST",
                    path + "/complete",
                    token,
                    Map.of("Idempotency-Key", UUID.randomUUID().toString()),
                    "{\"payment\":{\"provider\":\"test\",\"token\":\"tok_ok\"}}",
                    201);
            if (order != null) {
                orders.incrementAndGet();
            }
        }

        private static void note(ConcurrentLinkedQueue<String> failed, String what) {
            // Enough to see that it is wrong, and why.
            if (failed.size() < MOST_NOTED) {
                failed.add(what);
            }
        }

        /** Once. @return the answer; null if it was not the expected one */
        private JsonNode send(
                ConcurrentLinkedQueue<String> failed,
                String method,
                String path,
                String token,
                Map<String, String> headers,
                String body,
                int expected) {
            requests.incrementAndGet();
            URI target = balancer.next();
            try {
                HttpRequest.Builder request = HttpRequest.newBuilder(target.resolve(path))
                        .timeout(REQUEST_LIMIT)
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body));
                if (!token.isEmpty()) {
                    request.header("Authorization", "Bearer " + token);
                }
                headers.forEach(request::header);
                HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() == expected) {
                    return JSON.readTree(answer.body());
                }
                note(failed, "%s %s: %d %s".formatted(method, path, answer.statusCode(), answer.body()));
            } catch (IOException e) {
                note(failed, "%s %s at %s: %s".formatted(method, path, target, e));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            return null;
        }

        @Override
        public void close() {
            stopped = true;
            threads.shutdown();
            try {
                assertThat(threads.awaitTermination(REQUEST_LIMIT.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            http.close();
        }
    }

    @Test
    @Order(1)
    void nothingFailsWhilePodsAreReplacedAndTheSchemaGrows() {
        Crowd crowd = new Crowd();
        try (crowd) {
            Pods.pass(NOTICED);
            for (int pod = 0; pod < PODS; pod++) {
                PODS_UP.get(pod).close();
                if (pod == 1) {
                    database.primary()
                            .execute("SET lock_timeout = '1s'; ALTER TABLE cart.cart ADD COLUMN rolling text");
                    database.primary().execute("CREATE INDEX CONCURRENTLY rolling_test ON cart.cart (rolling)");
                }
                PODS_UP.set(pod, PODS_UP.get(pod).startAgain("rolling-pod-" + pod, environment));
                Pods.pass(NOTICED);
            }
        }
        LOG.infof("Rolling restart: %s requests, %s orders", crowd.requests, crowd.orders);
        assertThat(crowd.failedReads).isEmpty();
        assertThat(crowd.failedWrites).isEmpty();
        assertThat(crowd.orders.get()).isPositive();
        assertThat(Integer.parseInt(database.primary().query("SELECT count(*) FROM \"order\".orders")))
                .isEqualTo(crowd.orders.intValue());
    }

    @Test
    @Order(2)
    void whenAPodIsKilledOnlyWhatItWasJustDoingFails() {
        Crowd crowd = new Crowd();
        try (crowd) {
            Pods.pass(NOTICED);
            PODS_UP.getFirst().kill();
            Pods.pass(NOTICED.multipliedBy(2));
            PODS_UP.set(0, PODS_UP.getFirst().startAgain("rolling-pod-0", environment));
            Pods.pass(NOTICED);
        }
        LOG.infof(
                "A pod killed: %s requests, %s orders; failed %s and %s",
                crowd.requests, crowd.orders, crowd.failedReads, crowd.failedWrites);
        assertThat(crowd.failedWrites).as("at most one each").hasSizeLessThanOrEqualTo(BUYERS);
        if (balancer.triesReadsAgain()) {
            assertThat(crowd.failedReads).isEmpty();
        }
    }
}
