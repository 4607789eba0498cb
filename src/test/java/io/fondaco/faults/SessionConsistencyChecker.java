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
 * Shoppers' and staff's view of the promise: each client adds one to a counter of its own (the stock of a SKU), again and
 * again, and reads it back through whichever pod comes next. A read may not be older than the client's last answered
 * write, nor than its last read. What was not answered is sent again with the same key until it is.
 *
 * <p>Every request and answer goes into a history, a line each.
 */
final class SessionConsistencyChecker implements AutoCloseable {
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration SETTLE = Duration.ofSeconds(60);
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
     * What came of a run.
     *
     * @param acknowledgedWrites writes that were answered, each followed by reads
     * @param staleReads reads that missed the client's own answered write
     * @param nonMonotonicReads reads that were older than the client's read before
     * @param unexpectedReads reads of more than was ever written
     * @param lostWrites answered writes that a failover lost, as the clients saw it
     * @param errors answers that were no success, by method and status
     * @param longestReadOutageMillis the longest time in which one client got no read through
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
            SortedMap<String, Long> all = new TreeMap<>(errors);
            other.errors.forEach((kind, count) -> all.merge(kind, count, Long::sum));
            return new ConsistencyReport(
                    acknowledgedWrites + other.acknowledgedWrites,
                    reads + other.reads,
                    staleReads + other.staleReads,
                    nonMonotonicReads + other.nonMonotonicReads,
                    unexpectedReads + other.unexpectedReads,
                    lostWrites + other.lostWrites,
                    all,
                    Math.max(longestReadOutageMillis, other.longestReadOutageMillis),
                    Math.max(longestWriteOutageMillis, other.longestWriteOutageMillis));
        }
    }

    private static final ConsistencyReport NOTHING = new ConsistencyReport(0, 0, 0, 0, 0, 0, new TreeMap<>(), 0, 0);

    /** A run in the background; joins with its report. */
    final class ConsistencyRun {
        private final List<Future<ConsistencyReport>> clients = new ArrayList<>();
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private volatile boolean stopped;

        /** Ends the run: what is unanswered is settled first. */
        ConsistencyReport stop() {
            stopped = true;
            try {
                ConsistencyReport sum = NOTHING;
                for (Future<ConsistencyReport> client : clients) {
                    sum = sum.plus(client.get(SETTLE.toSeconds() + 30, TimeUnit.SECONDS));
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

    /** What each counter must hold: the number of its answered writes. */
    Map<String, Long> expected() {
        synchronized (expected) {
            return new TreeMap<>(expected);
        }
    }

    /** After a failover that lost answered writes, or after a run that was not about them: what is, counts from now on. */
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

        /** Adds one; sent until it is answered, and read in between as an impatient user does. */
        private void write(String key, BooleanSupplier stopped) {
            attemptedWrites++;
            long giveUp = System.nanoTime() + SETTLE.toNanos();
            while (true) {
                Optional<HttpResponse<String>> answer = send(
                        "POST",
                        "/admin/v1/stock/adjustments",
                        headers(Map.of("Idempotency-Key", key)),
                        "{\"sku\":\"%s\",\"delta\":1}".formatted(sku));
                if (answer.isPresent() && answer.get().statusCode() == 200) {
                    longestWriteOutage = Math.max(longestWriteOutage, since(writeOutageStart));
                    writeOutageStart = 0;
                    acknowledgedWrites++;
                    boolean replayed = answer.get()
                            .headers()
                            .firstValue("Idempotent-Replayed")
                            .isPresent();
                    updateToken(answer.get());
                    long there = value(answer.get().body(), "");
                    if (!replayed && there <= lastAcknowledgedValue) {
                        lostWrites += lastAcknowledgedValue + 1 - there;
                        lastReadValue = there;
                        lastAcknowledgedValue = there;
                    } else {
                        lastAcknowledgedValue = replayed ? Math.max(lastAcknowledgedValue, there) : there;
                    }
                    return;
                }
                writeOutageStart = writeOutageStart == 0 ? System.nanoTime() : writeOutageStart;
                if (System.nanoTime() > giveUp) {
                    throw new IllegalStateException("Write %s of %s is not answered".formatted(key, sku));
                }
                LockSupport.parkNanos(PAUSE_AFTER_ERROR_NANOS);
                if (!stopped.getAsBoolean()) {
                    read();
                }
            }
        }

        private void read() {
            Optional<HttpResponse<String>> answer = send("GET", "/admin/v1/stock?sku=" + sku, headers(Map.of()), "");
            if (answer.isEmpty() || answer.get().statusCode() != 200) {
                readOutageStart = readOutageStart == 0 ? System.nanoTime() : readOutageStart;
                return;
            }
            longestReadOutage = Math.max(longestReadOutage, since(readOutageStart));
            readOutageStart = 0;
            reads++;
            boolean failedOver = updateToken(answer.get());
            long value = value(answer.get().body(), sku);
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

        /** The answer's token takes the place of the one that was sent. Whether it is of a later timeline. */
        private boolean updateToken(HttpResponse<String> answer) {
            String answered = answer.headers().firstValue(TOKEN).orElse("");
            if (answered.isEmpty()) {
                return false;
            }
            boolean failover = !token.isEmpty() && timeline(answered) > timeline(token);
            token = answered;
            return failover;
        }

        private Map<String, String> headers(Map<String, String> others) {
            Map<String, String> headers = new TreeMap<>(others);
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
                HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() != 200) {
                    errors.merge(method + " " + answer.statusCode() + " " + code(answer.body()), 1L, Long::sum);
                }
                appendHistory(
                        "\"client\":%d,\"begin\":%d,\"end\":%d,\"method\":\"%s\",\"key\":\"%s\",\"sent\":\"%s\",\"status\":%d,\"token\":\"%s\",\"body\":%s"
                                .formatted(
                                        number,
                                        begin / 1000,
                                        System.nanoTime() / 1000,
                                        method,
                                        headers.getOrDefault("Idempotency-Key", ""),
                                        headers.getOrDefault(TOKEN, ""),
                                        answer.statusCode(),
                                        answer.headers().firstValue(TOKEN).orElse(""),
                                        answer.body().startsWith("{") ? answer.body() : "null"));
                return Optional.of(answer);
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
