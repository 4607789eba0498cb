package io.fondaco.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Checks session consistency: each client repeatedly increments its own counter (the stock of a SKU) and reads it back
 * through any pod. A read may not be older than the client's last acknowledged write, nor than its last read. A write
 * without a response is sent again with the same key until it is answered.
 *
 * <p>Every request and response is appended to the request history, one JSON line each.
 */
final class SessionConsistencyChecker implements AutoCloseable {
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(60);
    private static final long PAUSE_AFTER_ERROR_NANOS = 50_000_000;
    private static final String TOKEN = "Fondaco-Consistency";

    private final LoadBalancer balancer;
    private final String adminKey;
    private final List<String> skus;
    private final long seed;
    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final BufferedWriter history;
    private final Map<String, Long> expected = new TreeMap<>();
    private final AtomicInteger runs = new AtomicInteger();

    SessionConsistencyChecker(LoadBalancer balancer, String adminKey, List<String> skus, long seed, Path historyFile) {
        this.balancer = balancer;
        this.adminKey = adminKey;
        this.skus = List.copyOf(skus);
        this.seed = seed;
        try {
            Files.createDirectories(historyFile.toAbsolutePath().getParent());
            this.history = Files.newBufferedWriter(historyFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        skus.forEach(sku -> expected.put(sku, 0L));
    }

    /**
     * The result of a run.
     *
     * @param acknowledgedWrites acknowledged writes, each followed by reads
     * @param staleReads reads that are older than the client's last acknowledged write
     * @param nonMonotonicReads reads that are older than the client's previous read
     * @param unexpectedReads reads of a value that was never written
     * @param lostWrites acknowledged writes that a failover lost, as the clients saw it
     * @param errors responses other than success, by method and status
     * @param longestReadOutageMillis the longest time in which no read of one client succeeded
     */
    record ConsistencyReport(
            long acknowledgedWrites,
            long reads,
            long staleReads,
            long nonMonotonicReads,
            long unexpectedReads,
            long lostWrites,
            SortedMap<String, Long> errors,
            long longestReadOutageMillis,
            long longestWriteOutageMillis) {
        ConsistencyReport plus(ConsistencyReport other) {
            SortedMap<String, Long> mergedErrors = new TreeMap<>(errors);
            other.errors.forEach((kind, count) -> mergedErrors.merge(kind, count, Long::sum));
            return new ConsistencyReport(
                    acknowledgedWrites + other.acknowledgedWrites,
                    reads + other.reads,
                    staleReads + other.staleReads,
                    nonMonotonicReads + other.nonMonotonicReads,
                    unexpectedReads + other.unexpectedReads,
                    lostWrites + other.lostWrites,
                    mergedErrors,
                    Math.max(longestReadOutageMillis, other.longestReadOutageMillis),
                    Math.max(longestWriteOutageMillis, other.longestWriteOutageMillis));
        }
    }

    private static final ConsistencyReport NOTHING = new ConsistencyReport(0, 0, 0, 0, 0, 0, new TreeMap<>(), 0, 0);

    /** A run in the background. */
    final class ConsistencyRun {
        private final List<Future<ConsistencyReport>> clients = new ArrayList<>();
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private volatile boolean stopped;

        /** Stops the run. Unanswered writes are repeated first until they are answered. */
        ConsistencyReport stop() {
            stopped = true;
            try {
                ConsistencyReport sum = NOTHING;
                for (Future<ConsistencyReport> client : clients) {
                    sum = sum.plus(client.get(SETTLE_TIMEOUT.toSeconds() + 30, TimeUnit.SECONDS));
                }
                return sum;
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            } catch (Exception e) {
                throw new IllegalStateException(e);
            } finally {
                threads.shutdownNow();
            }
        }
    }

    ConsistencyRun start(boolean withTokens) {
        ConsistencyRun consistencyRun = new ConsistencyRun();
        int number = runs.incrementAndGet();
        for (int i = 0; i < skus.size(); i++) {
            CounterClient counterClient = new CounterClient(number, i, withTokens);
            consistencyRun.clients.add(
                    consistencyRun.threads.submit(() -> counterClient.run(() -> consistencyRun.stopped)));
        }
        return consistencyRun;
    }

    /** The expected value of each counter: the number of its acknowledged writes. */
    Map<String, Long> expected() {
        synchronized (expected) {
            return new TreeMap<>(expected);
        }
    }

    /**
     * Accepts the stored values as expected, after a failover that lost writes or after other writes to the counters.
     */
    void resetExpected(Map<String, Long> actual) {
        synchronized (expected) {
            expected.putAll(actual);
        }
    }

    private final class CounterClient {
        private final int run;
        private final int number;
        private final String sku;
        private final boolean withTokens;
        private final Random random;
        private final SortedMap<String, Long> errors = new TreeMap<>();
        private String token = "";
        private long lastAcknowledgedValue;
        private long lastReadValue;
        private long attemptedWrites;
        private long acknowledgedWrites;
        private long reads;
        private long staleReads;
        private long nonMonotonicReads;
        private long unexpectedReads;
        private long lostWrites;
        private long readOutageStart;
        private long writeOutageStart;
        private long longestReadOutage;
        private long longestWriteOutage;

        CounterClient(int run, int number, boolean withTokens) {
            this.run = run;
            this.number = number;
            this.sku = skus.get(number);
            this.withTokens = withTokens;
            this.random = new Random(seed + 1000L * run + number);
            this.lastAcknowledgedValue = expected().get(sku);
            this.attemptedWrites = lastAcknowledgedValue;
        }

        ConsistencyReport run(BooleanSupplier stopped) {
            for (long n = 0; !stopped.getAsBoolean(); n++) {
                write("r%d-c%d-n%d-%d".formatted(run, number, n, seed), stopped);
                for (int i = 0; i <= random.nextInt(3); i++) {
                    read();
                }
                TestTiming.pause();
            }
            synchronized (expected) {
                expected.merge(sku, acknowledgedWrites, Long::sum);
            }
            return new ConsistencyReport(
                    acknowledgedWrites,
                    reads,
                    staleReads,
                    nonMonotonicReads,
                    unexpectedReads,
                    lostWrites,
                    errors,
                    longestReadOutage,
                    longestWriteOutage);
        }

        /** Increments the counter. Repeats the request until it is answered, and reads in between. */
        private void write(String key, BooleanSupplier stopped) {
            attemptedWrites++;
            long deadline = System.nanoTime() + SETTLE_TIMEOUT.toNanos();
            while (true) {
                Optional<HttpResponse<String>> response = send(
                        "POST",
                        "/admin/v1/stock/adjustments",
                        headers(Map.of("Idempotency-Key", key)),
                        "{\"sku\":\"%s\",\"delta\":1}".formatted(sku));
                if (response.isPresent() && response.get().statusCode() == 200) {
                    longestWriteOutage = Math.max(longestWriteOutage, since(writeOutageStart));
                    writeOutageStart = 0;
                    acknowledgedWrites++;
                    boolean replayed = response.get()
                            .headers()
                            .firstValue("Idempotent-Replayed")
                            .isPresent();
                    updateToken(response.get());
                    long value = value(response.get().body(), "");
                    if (!replayed && value <= lastAcknowledgedValue) {
                        lostWrites += lastAcknowledgedValue + 1 - value;
                        lastReadValue = value;
                        lastAcknowledgedValue = value;
                    } else {
                        lastAcknowledgedValue = replayed ? Math.max(lastAcknowledgedValue, value) : value;
                    }
                    return;
                }
                writeOutageStart = writeOutageStart == 0 ? System.nanoTime() : writeOutageStart;
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("Write %s of %s was not answered in time".formatted(key, sku));
                }
                LockSupport.parkNanos(PAUSE_AFTER_ERROR_NANOS);
                if (!stopped.getAsBoolean()) {
                    read();
                }
            }
        }

        private void read() {
            Optional<HttpResponse<String>> response = send("GET", "/admin/v1/stock?sku=" + sku, headers(Map.of()), "");
            if (response.isEmpty() || response.get().statusCode() != 200) {
                readOutageStart = readOutageStart == 0 ? System.nanoTime() : readOutageStart;
                return;
            }
            longestReadOutage = Math.max(longestReadOutage, since(readOutageStart));
            readOutageStart = 0;
            reads++;
            boolean failedOver = updateToken(response.get());
            long value = value(response.get().body(), sku);
            if (failedOver && value < Math.max(lastAcknowledgedValue, lastReadValue)) {
                lostWrites += Math.max(0, lastAcknowledgedValue - value);
                lastAcknowledgedValue = value;
                lastReadValue = value;
                return;
            }
            if (value < lastAcknowledgedValue) {
                staleReads++;
                appendHistory("\"judged\":\"stale\",\"sku\":\"%s\",\"value\":%d,\"written\":%d"
                        .formatted(sku, value, lastAcknowledgedValue));
            } else if (value < lastReadValue) {
                nonMonotonicReads++;
                appendHistory("\"judged\":\"backward\",\"sku\":\"%s\",\"value\":%d,\"seen\":%d"
                        .formatted(sku, value, lastReadValue));
            }
            if (value > attemptedWrites) {
                unexpectedReads++;
            }
            lastReadValue = Math.max(lastReadValue, value);
        }

        /** Replaces the client's token by that of the response. @return true if it is of a newer timeline */
        private boolean updateToken(HttpResponse<String> response) {
            String responseToken = response.headers().firstValue(TOKEN).orElse("");
            if (responseToken.isEmpty()) {
                return false;
            }
            boolean failover = !token.isEmpty() && timeline(responseToken) > timeline(token);
            token = responseToken;
            return failover;
        }

        private Map<String, String> headers(Map<String, String> extraHeaders) {
            Map<String, String> headers = new TreeMap<>(extraHeaders);
            if (withTokens && !token.isEmpty()) {
                headers.put(TOKEN, token);
            }
            return headers;
        }

        private static int timeline(String token) {
            return Integer.parseInt(token.substring(0, 8), 16);
        }

        private Optional<HttpResponse<String>> send(
                String method, String path, Map<String, String> headers, String body) {
            URI target = balancer.next().resolve(path);
            HttpRequest.Builder request = HttpRequest.newBuilder(target)
                    .timeout(REQUEST_TIMEOUT)
                    .header("Authorization", "Bearer " + adminKey)
                    .header("Content-Type", "application/json")
                    .method(
                            method,
                            body.isEmpty()
                                    ? HttpRequest.BodyPublishers.noBody()
                                    : HttpRequest.BodyPublishers.ofString(body));
            headers.forEach(request::header);
            long begin = System.nanoTime();
            try {
                HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
                if (response.statusCode() != 200) {
                    errors.merge(method + " " + response.statusCode() + " " + code(response.body()), 1L, Long::sum);
                }
                appendHistory(("\"client\":%d,\"begin\":%d,\"end\":%d,\"method\":\"%s\",\"key\":\"%s\","
                                + "\"sent\":\"%s\",\"status\":%d,\"token\":\"%s\",\"body\":%s")
                        .formatted(
                                number,
                                begin / 1000,
                                System.nanoTime() / 1000,
                                method,
                                headers.getOrDefault("Idempotency-Key", ""),
                                headers.getOrDefault(TOKEN, ""),
                                response.statusCode(),
                                response.headers().firstValue(TOKEN).orElse(""),
                                response.body().startsWith("{") ? response.body() : "null"));
                return Optional.of(response);
            } catch (IOException e) {
                errors.merge(method + " " + e.getClass().getSimpleName(), 1L, Long::sum);
                appendHistory("\"client\":%d,\"begin\":%d,\"end\":%d,\"method\":\"%s\",\"unknown\":\"%s\""
                        .formatted(
                                number,
                                begin / 1000,
                                System.nanoTime() / 1000,
                                method,
                                e.getClass().getSimpleName()));
                return Optional.empty();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        private String code(String body) {
            try {
                return json.readTree(body).path("code").asText();
            } catch (IOException e) {
                return "";
            }
        }

        private long value(String body, String ofSku) {
            try {
                JsonNode tree = json.readTree(body);
                if (ofSku.isEmpty()) {
                    return tree.path("available").asLong();
                }
                for (JsonNode level : tree.path("data")) {
                    if (level.path("sku").asText().equals(ofSku)) {
                        return level.path("available").asLong();
                    }
                }
                return 0;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static long since(long begin) {
            return begin == 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        }
    }

    private void appendHistory(String members) {
        synchronized (history) {
            try {
                history.write("{" + members + "}\n");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        http.close();
        try {
            synchronized (history) {
                history.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
