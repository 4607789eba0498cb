package io.fondaco.platform.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.FreePort;
import io.fondaco.platform.embedded.ReplicatedPostgres;
import io.fondaco.platform.embedded.ReplicatedPostgres.ClusterMember;
import io.fondaco.platform.tracing.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeTest {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    @TempDir
    private static Path directory;

    private static ReplicatedPostgres database;

    @BeforeAll
    static void start() {
        database = ReplicatedPostgres.startWithoutFsync(directory, 1);
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    /** The server behind the address may have crashed and replayed less. */
    @Test
    void newConnectionResetsTheReplayedPositionUntilTheNextCheck() throws SQLException {
        try (Node replica = node(url(database.replicas().getFirst()), new AtomicInteger())) {
            Position position = replica.queryPosition(LIMIT).orElseThrow();
            assertThat(replica.hasReplayed(position)).isTrue();
            try (Connection _ = replica.connection()) {
                assertThat(replica.hasReplayed(position)).isFalse();
                assertThat(replica.queryPosition(LIMIT)).isPresent();
                assertThat(replica.hasReplayed(position)).isTrue();
            }
            try (Connection _ = replica.connection()) {
                assertThat(replica.hasReplayed(position))
                        .as("with a pooled connection")
                        .isTrue();
            }
        }
    }

    @Test
    void concurrentRequestsShareOneStatusQuery() throws Exception {
        AtomicInteger answers = new AtomicInteger();
        try (Node replica = node(url(database.replicas().getFirst()), answers);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            replica.queryPosition(LIMIT).orElseThrow();
            int before = answers.get();
            CompletableFuture<Void> go = new CompletableFuture<>();
            List<Future<Boolean>> requests = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                requests.add(threads.submit(() -> {
                    go.join();
                    return replica.queryPosition(LIMIT).isPresent();
                }));
            }
            go.complete(null);
            for (Future<Boolean> request : requests) {
                assertThat(request.get()).isTrue();
            }
            assertThat(answers.get() - before)
                    .as("status queries for 500 requests")
                    .isBetween(1, 250);
        }
    }

    @Test
    void primaryNeverCountsAsReplayed() {
        try (Node primary = node(url(database.primary()), new AtomicInteger())) {
            Position position = primary.queryPosition(LIMIT).orElseThrow();
            assertThat(position.timeline()).isEqualTo(1);
            assertThat(primary.hasReplayed(position)).isFalse();
        }
    }

    /** A frozen server or a pod without CPU: it is given up after a while, unlike a server that refuses connections. */
    @Test
    void serverThatAcceptsButDoesNotAnswerIsNotReportedUnavailable() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            assertThat(isReportedUnavailable(silent.getLocalPort())).isFalse();
        }
    }

    @Test
    void serverThatRefusesConnectionsIsReportedUnavailable() throws Exception {
        assertThat(isReportedUnavailable(FreePort.find())).isTrue();
    }

    /** Whether a node reports the server at the port as unavailable. */
    private static boolean isReportedUnavailable(int port) throws Exception {
        CompletableFuture<Boolean> unavailable = new CompletableFuture<>();
        CountingListener countingListener = new CountingListener(new AtomicInteger()) {
            @Override
            public void onFailure(Node of, SQLException failure, boolean away) {
                unavailable.complete(away);
            }
        };
        try (Node _ = node("jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port), countingListener)) {
            return unavailable.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private static String url(ClusterMember clusterMember) {
        return database.jdbcUrl(List.of(clusterMember.port()));
    }

    private static Node node(String url, AtomicInteger answers) {
        return node(url, new CountingListener(answers));
    }

    private static Node node(String url, Node.StatusListener statusListener) {
        MeterRegistry metrics = new SimpleMeterRegistry();
        DatabaseSettings settings =
                settings(Map.of("fondaco.database.check-interval", "PT1H", "fondaco.database.check-timeout", "PT2S"));
        DatabaseCredentials reader = new DatabaseCredentials(
                database.credentialsProperties().get("fondaco.database.replica-username"),
                database.credentialsProperties().get("fondaco.database.replica-password"));
        Node node = new Node(
                "node",
                url,
                reader,
                reader,
                4,
                settings,
                new TopologyMetrics(metrics, settings, new Tracing(OpenTelemetry.noop()))
                        .instrumentation("replica", "node"),
                statusListener);
        node.start();
        return node;
    }

    static DatabaseSettings settings(Map<String, String> properties) {
        return new SmallRyeConfigBuilder()
                .withMapping(DatabaseSettings.class)
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .withConverter(Duration.class, 200, NodeTest::duration)
                .build()
                .getConfigMapping(DatabaseSettings.class);
    }

    private static class CountingListener implements Node.StatusListener {
        private final AtomicInteger answers;

        CountingListener(AtomicInteger answers) {
            this.answers = answers;
        }

        @Override
        public void onStatus(Node of, NodeStatus nodeStatus, boolean regular) {
            answers.incrementAndGet();
        }

        @Override
        public void onFailure(Node of, SQLException failure, boolean away) {}

        @Override
        public boolean shouldWriteHeartbeat(Node of) {
            return false;
        }
    }

    /** Converts durations as Quarkus does: 100ms, 4s, 5m, or ISO 8601. */
    private static Duration duration(String text) {
        if (text.startsWith("P")) {
            return Duration.parse(text);
        }
        return text.endsWith("ms")
                ? Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)))
                : Duration.parse("PT" + text);
    }
}
