package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Clients that send the same request in a loop, whatever the response, and count status codes and latencies. */
final class LoadGenerator implements AutoCloseable {
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(20);
    private static final List<String> UNAVAILABLE_CODES =
            List.of("overloaded", "busy", "database_slow", "database_unavailable", "database_full", "outcome_unknown");

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Integer> responseCounts = new ConcurrentHashMap<>();
    private final Map<String, Duration> maxLatencies = new ConcurrentHashMap<>();
    private volatile boolean stopped;

    /** Clients that read a product page. Its handle is the SKU in lower case. */
    static LoadGenerator browsing(int clients, URI shop, String sku) {
        URI product = shop.resolve("/store/v1/products/" + sku.toLowerCase(Locale.ROOT));
        return new LoadGenerator(clients, () -> paced(HttpRequest.newBuilder(product)));
    }

    /** Clients that create a cart with one unit of the SKU. */
    static LoadGenerator creatingCarts(int clients, URI shop, String sku) {
        String body = "{\"currency\":\"GBP\",\"lines\":[{\"sku\":\"%s\",\"quantity\":1}]}".formatted(sku);
        return new LoadGenerator(
                clients,
                () -> paced(HttpRequest.newBuilder(shop.resolve("/store/v1/carts"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))));
    }

    private static HttpRequest.Builder paced(HttpRequest.Builder request) {
        TestTiming.pause();
        return request;
    }

    /** Starts immediately. */
    LoadGenerator(int clients, Supplier<HttpRequest.Builder> request) {
        for (int i = 0; i < clients; i++) {
            threads.submit(() -> {
                while (!stopped) {
                    long begin = System.nanoTime();
                    String response = send(request.get());
                    maxLatencies.merge(response, Duration.ofNanos(System.nanoTime() - begin), LoadGenerator::max);
                    responseCounts.merge(response, 1, Integer::sum);
                }
            });
        }
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private String send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response =
                    http.send(request.timeout(REQUEST_TIMEOUT).build(), HttpResponse.BodyHandlers.ofString());
            return response.statusCode() == 503
                    ? classifyUnavailable(response)
                    : Integer.toString(response.statusCode());
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    /** The problem code of a 503 with a known code and Retry-After, else the whole body. */
    private static String classifyUnavailable(HttpResponse<String> response) {
        for (String code : UNAVAILABLE_CODES) {
            if (response.body().contains("\"code\":\"" + code + "\"")
                    && response.headers().firstValueAsLong("Retry-After").isPresent()) {
                return "503 " + code;
            }
        }
        return "503 " + response.body();
    }

    /** The number of responses so far, by status and problem code. */
    Map<String, Integer> responseCounts() {
        return new TreeMap<>(responseCounts);
    }

    int count(String response) {
        return responseCounts.getOrDefault(response, 0);
    }

    /** The maximum latency of this response; zero if there was none. */
    Duration maxLatency(String response) {
        return maxLatencies.getOrDefault(response, Duration.ZERO);
    }

    /** Stops the clients and waits for their last responses. */
    @Override
    public void close() {
        stopped = true;
        threads.shutdown();
        try {
            assertThat(threads.awaitTermination(2 * REQUEST_TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                    .as("every request has finished or timed out")
                    .isTrue();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        http.close();
    }
}
