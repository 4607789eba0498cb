package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Buyers and visitors that never retry a request. */
final class NoRetryTraffic implements AutoCloseable {
    /** Each loses at most one request to a killed pod. */
    static final int BUYERS = 3;

    private static final int VISITORS = 3;
    private static final int MAX_RECORDED_FAILURES = 20;
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(20);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Supplier<URI> pods;
    private final String sku;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final ConcurrentLinkedQueue<String> failedReads = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> failedWrites = new ConcurrentLinkedQueue<>();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicInteger orders = new AtomicInteger();
    private volatile boolean stopped;

    /**
     * Starts immediately.
     *
     * @param pods the target of the next request
     * @param sku the SKU to buy; its product's handle is the same in lower case
     */
    NoRetryTraffic(Supplier<URI> pods, String sku) {
        this.pods = pods;
        this.sku = sku;
        for (int i = 0; i < VISITORS; i++) {
            threads.submit(() -> repeat(this::browse));
        }
        for (int i = 0; i < BUYERS; i++) {
            threads.submit(() -> repeat(this::buy));
        }
    }

    private void repeat(Runnable action) {
        while (!stopped) {
            action.run();
            TestTiming.pause();
        }
    }

    private void browse() {
        send(failedReads, "GET", "/store/v1/products/" + sku.toLowerCase(Locale.ROOT), "", Map.of(), "", 200);
        send(failedReads, "GET", "/store/v1/products?limit=10", "", Map.of(), "", 200);
    }

    private void buy() {
        JsonNode cart = send(
                failedWrites,
                "POST",
                "/store/v1/carts",
                "",
                Map.of(),
                "{\"currency\":\"GBP\",\"email\":\"%s@example.com\",\"lines\":[{\"sku\":\"%s\",\"quantity\":1}]}"
                        .formatted(UUID.randomUUID(), sku),
                201);
        if (cart == null) {
            return;
        }
        String path = "/store/v1/carts/" + cart.get("id").asText();
        String token = cart.get("cart_token").asText();
        if (send(failedWrites, "PATCH", path, token, Map.of(), "{\"shipping_method\":\"pickup\"}", 200) == null) {
            return;
        }
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

    private static void recordFailure(ConcurrentLinkedQueue<String> failed, String failure) {
        // A few failures are enough to find the cause.
        if (failed.size() < MAX_RECORDED_FAILURES) {
            failed.add(failure);
        }
    }

    /** Sends a request once. @return the response body; null if the status was not the expected one */
    private JsonNode send(
            ConcurrentLinkedQueue<String> failed,
            String method,
            String path,
            String token,
            Map<String, String> headers,
            String body,
            int expected) {
        requests.incrementAndGet();
        URI target = pods.get();
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(target.resolve(path))
                    .timeout(REQUEST_TIMEOUT)
                    .header("Content-Type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(body));
            if (!token.isEmpty()) {
                request.header("Authorization", "Bearer " + token);
            }
            headers.forEach(request::header);
            HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() == expected) {
                return JSON.readTree(response.body());
            }
            recordFailure(failed, "%s %s: %d %s".formatted(method, path, response.statusCode(), response.body()));
        } catch (IOException e) {
            recordFailure(failed, "%s %s at %s: %s".formatted(method, path, target, e));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return null;
    }

    long requests() {
        return requests.get();
    }

    int orders() {
        return orders.get();
    }

    Collection<String> failedReads() {
        return failedReads;
    }

    Collection<String> failedWrites() {
        return failedWrites;
    }

    /** Stops the clients and waits for their last responses. */
    @Override
    public void close() {
        stopped = true;
        threads.shutdown();
        try {
            assertThat(threads.awaitTermination(REQUEST_TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        http.close();
    }
}
