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

/** Clients that ask for the same without a pause, whatever they are told. */
final class LoadGenerator implements AutoCloseable {
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(20);
    private static final List<String> REFUSALS =
            List.of("overloaded", "busy", "database_slow", "database_unavailable", "database_full", "outcome_unknown");

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Integer> responseCounts = new ConcurrentHashMap<>();
    private final Map<String, Duration> maxLatencies = new ConcurrentHashMap<>();
    private volatile boolean over;

    /** Visitors of a product, whose handle is the SKU in small letters. */
    static LoadGenerator browsing(int clients, URI shop, String sku) {
        URI product = shop.resolve("/store/v1/products/" + sku.toLowerCase(Locale.ROOT));
        return new LoadGenerator(clients, () -> paced(HttpRequest.newBuilder(product)));
    }

    /** Shoppers who put one of it into a new cart. */
    static LoadGenerator creatingCarts(int clients, URI shop, String sku) {
        String cart = "{\"currency\":\"GBP\",\"lines\":[{\"sku\":\"%s\",\"quantity\":1}]}".formatted(sku);
        return new LoadGenerator(
                clients,
                () -> paced(HttpRequest.newBuilder(shop.resolve("/store/v1/carts"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(cart))));
    }

    private static HttpRequest.Builder paced(HttpRequest.Builder request) {
        TestTiming.pause();
        return request;
    }

    /** Begins at once. */
    LoadGenerator(int clients, Supplier<HttpRequest.Builder> request) {
        for (int i = 0; i < clients; i++) {
            threads.submit(() -> {
                while (!over) {
                    long begin = System.nanoTime();
                    String answer = ask(request.get());
                    maxLatencies.merge(answer, Duration.ofNanos(System.nanoTime() - begin), LoadGenerator::longer);
                    responseCounts.merge(answer, 1, Integer::sum);
                }
            });
        }
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private String ask(HttpRequest.Builder request) {
        try {
            HttpResponse<String> answer =
                    http.send(request.timeout(REQUEST_TIMEOUT).build(), HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 503 ? classifyUnavailable(answer) : Integer.toString(answer.statusCode());
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    /** One that tells what it is and when to come again, or else the whole of it. */
    private static String classifyUnavailable(HttpResponse<String> answer) {
        for (String code : REFUSALS) {
            if (answer.body().contains("\"code\":\"" + code + "\"")
                    && answer.headers().firstValueAsLong("Retry-After").isPresent()) {
                return "503 " + code;
            }
        }
        return "503 " + answer.body();
    }

    /** How often what was answered until now. */
    Map<String, Integer> responseCounts() {
        return new TreeMap<>(responseCounts);
    }

    int count(String answer) {
        return responseCounts.getOrDefault(answer, 0);
    }

    /** The longest that anybody waited for that answer; zero if nobody got it. */
    Duration maxLatency(String answer) {
        return maxLatencies.getOrDefault(answer, Duration.ZERO);
    }

    /** Ends it, and waits for the last answers. */
    @Override
    public void close() {
        over = true;
        threads.shutdown();
        try {
            assertThat(threads.awaitTermination(2 * REQUEST_TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                    .as("every request is answered or given up")
                    .isTrue();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        http.close();
    }
}
