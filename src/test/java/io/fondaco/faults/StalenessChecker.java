package io.fondaco.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.process.PackagedApp;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * Checks how stale a product's price is: a writer repeatedly raises it by a cent, and readers poll it through every
 * pod, half of them with the token of the last acknowledged raise. So each read shows which raise it includes, and how
 * old it is.
 */
final class StalenessChecker implements AutoCloseable {
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(20);
    private static final Logger LOG = Logger.getLogger(StalenessChecker.class);
    private static final String TOKEN = "Fondaco-Consistency";

    private final String variant;
    private final String product;
    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    /** Raise n has the price {@code first + n}. */
    private final List<Raise> raises = new ArrayList<>();

    private final long first;

    /** An acknowledged raise. */
    private record Raise(long price, long answeredAt, String token) {}

    /** @param product slug of a product with one variant */
    StalenessChecker(PackagedApp pod, String product, String sku) {
        this.product = product;
        JsonNode variants =
                read(send(admin(pod, "/admin/v1/variants?sku=" + sku).build()));
        JsonNode only = variants.get("data").get(0);
        variant = only.get("id").asText();
        first = only.get("prices").get(0).get("price").get("amount").asLong();
        raises.add(new Raise(first, System.nanoTime(), ""));
    }

    /**
     * The result of polling.
     *
     * @param staleReadsWithToken reads with a token that did not include the token's raise
     * @param readsBeyondBound reads without a token that were older than the bound
     * @param maxStalenessMillis the maximum age of a read without a token: the time since the first raise that it does
     *     not include was acknowledged
     * @param errors responses other than success and requests without a response, by pod and status
     */
    record StalenessReport(
            long reads,
            long staleReadsWithToken,
            long readsBeyondBound,
            long maxStalenessMillis,
            long slowestRaiseMillis,
            SortedMap<String, Long> errors) {

        StalenessReport plus(StalenessReport other) {
            SortedMap<String, Long> all = new TreeMap<>(errors);
            other.errors.forEach((kind, count) -> all.merge(kind, count, Long::sum));
            return new StalenessReport(
                    reads + other.reads,
                    staleReadsWithToken + other.staleReadsWithToken,
                    readsBeyondBound + other.readsBeyondBound,
                    Math.max(maxStalenessMillis, other.maxStalenessMillis),
                    Math.max(slowestRaiseMillis, other.slowestRaiseMillis),
                    all);
        }
    }

    private static final StalenessReport NOTHING = new StalenessReport(0, 0, 0, 0, 0, new TreeMap<>());

    /** Readers that poll in the background. */
    final class PollingRun implements AutoCloseable {
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final List<Future<StalenessReport>> readers = new ArrayList<>();
        private volatile boolean stopped;
        private StalenessReport total = NOTHING;

        StalenessReport stop() {
            stopped = true;
            try {
                for (Future<StalenessReport> reader : readers) {
                    total = total.plus(reader.get(REQUEST_TIMEOUT.toSeconds() + 10, TimeUnit.SECONDS));
                }
                readers.clear();
                return total;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            } finally {
                threads.shutdownNow();
            }
        }

        @Override
        public void close() {
            stopped = true;
            threads.shutdownNow();
        }
    }

    /** Two readers on each pod, one with tokens and one without. */
    PollingRun poll(List<PackagedApp> pods, Duration bound) {
        return poll(pods, bound, List.of(true, false));
    }

    /** One reader on each pod, without a token. */
    PollingRun pollWithoutToken(List<PackagedApp> pods, Duration bound) {
        return poll(pods, bound, List.of(false));
    }

    private PollingRun poll(List<PackagedApp> pods, Duration bound, List<Boolean> readers) {
        PollingRun pollingRun = new PollingRun();
        for (PackagedApp pod : pods) {
            for (boolean withToken : readers) {
                pollingRun.readers.add(
                        pollingRun.threads.submit(() -> poll(pod, withToken, bound, () -> pollingRun.stopped)));
            }
        }
        return pollingRun;
    }

    private StalenessReport poll(PackagedApp pod, boolean withToken, Duration bound, BooleanSupplier stopped) {
        StalenessReport sum = NOTHING;
        while (!stopped.getAsBoolean()) {
            sum = sum.plus(pollOnce(pod, withToken, bound));
            TestTiming.pause();
        }
        return sum;
    }

    private StalenessReport pollOnce(PackagedApp pod, boolean withToken, Duration bound) {
        SortedMap<String, Long> errors = new TreeMap<>();
        long begin = System.nanoTime();
        Raise last = last();
        HttpRequest.Builder request =
                HttpRequest.newBuilder(page(pod)).timeout(REQUEST_TIMEOUT).GET();
        if (withToken && !last.token().isEmpty()) {
            request.header(TOKEN, last.token());
        }
        try {
            HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                errors.put(pod.base().getPort() + " " + response.statusCode(), 1L);
                return new StalenessReport(1, 0, 0, 0, 0, errors);
            }
            StalenessReport stalenessReport = evaluate(price(response.body()), last, begin, withToken, bound);
            if (stalenessReport.staleReadsWithToken() > 0) {
                LOG.errorf(
                        "%s returned price %d for token %s of price %d, %d ms after that raise was acknowledged: %s",
                        pod.base(),
                        price(response.body()),
                        last.token(),
                        last.price(),
                        TimeUnit.NANOSECONDS.toMillis(begin - last.answeredAt()),
                        response.headers().map());
            }
            return stalenessReport;
        } catch (IOException e) {
            errors.put(pod.base().getPort() + " " + e.getClass().getSimpleName(), 1L);
            return new StalenessReport(1, 0, 0, 0, 0, errors);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return NOTHING;
        }
    }

    private StalenessReport evaluate(long price, Raise last, long begin, boolean withToken, Duration bound) {
        if (price >= last.price()) {
            return new StalenessReport(1, 0, 0, 0, 0, new TreeMap<>());
        }
        if (withToken) {
            return new StalenessReport(1, 1, 0, 0, 0, new TreeMap<>());
        }
        long missedAt = raise(price + 1).answeredAt();
        long age = begin - missedAt;
        return new StalenessReport(
                1, 0, age > bound.toNanos() ? 1 : 0, TimeUnit.NANOSECONDS.toMillis(age), 0, new TreeMap<>());
    }

    /** Raises the price through a pod and waits for the response. */
    StalenessReport raise(PackagedApp pod) {
        long price = last().price() + 1;
        long begin = System.nanoTime();
        HttpResponse<String> response = send(admin(pod, "/admin/v1/variants/" + variant)
                .header("Content-Type", "application/json")
                .header("If-Match", "*")
                .method(
                        "PATCH",
                        HttpRequest.BodyPublishers.ofString(
                                "{\"prices\":[{\"price\":{\"amount\":%d,\"currency\":\"EUR\"}}]}".formatted(price)))
                .build());
        if (response.statusCode() != 200) {
            throw new IllegalStateException(response.statusCode() + ": " + response.body());
        }
        long answeredAt = System.nanoTime();
        synchronized (raises) {
            raises.add(new Raise(
                    price, answeredAt, response.headers().firstValue(TOKEN).orElseThrow()));
        }
        return new StalenessReport(0, 0, 0, 0, TimeUnit.NANOSECONDS.toMillis(answeredAt - begin), new TreeMap<>());
    }

    /** Raises the price repeatedly for this time, with a pause after each raise. */
    StalenessReport raiseFor(PackagedApp pod, Duration time, Duration pause) {
        StalenessReport sum = NOTHING;
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            sum = sum.plus(raise(pod));
            Pods.sleep(pause);
        }
        return sum;
    }

    /** The price that a pod returns without a token. */
    long displayedPrice(PackagedApp pod) {
        return price(
                send(HttpRequest.newBuilder(page(pod)).timeout(REQUEST_TIMEOUT).build())
                        .body());
    }

    /** The price of the last acknowledged raise. */
    long price() {
        return last().price();
    }

    private URI page(PackagedApp pod) {
        return pod.base().resolve("/store/v1/products/" + product);
    }

    private Raise last() {
        synchronized (raises) {
            return raises.getLast();
        }
    }

    private Raise raise(long price) {
        synchronized (raises) {
            return raises.get((int) (price - first));
        }
    }

    private long price(String page) {
        return read(page).get("variants").get(0).get("price").get("amount").asLong();
    }

    private JsonNode read(HttpResponse<String> response) {
        return read(response.body());
    }

    private JsonNode read(String text) {
        try {
            return json.readTree(text);
        } catch (IOException e) {
            throw new IllegalStateException(text, e);
        }
    }

    private static HttpRequest.Builder admin(PackagedApp pod, String path) {
        return HttpRequest.newBuilder(pod.base().resolve(path))
                .timeout(REQUEST_TIMEOUT)
                .header("Authorization", "Bearer " + PackagedApp.ADMIN_KEY);
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
