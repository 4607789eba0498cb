package io.fondaco.platform.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.FreePort;
import io.fondaco.platform.embedded.ReplicatedPostgres;
import io.fondaco.platform.embedded.ReplicatedPostgres.Member;
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

    /** Behind the address may be a server that crashed and came up with less. */
    @Test
    void aNewConnectionMakesWhatWasKnownOfItsServerVoidUntilItIsAskedAgain() throws SQLException {
        try (Node replica = node(url(database.replicas().getFirst()), new AtomicInteger())) {
            Position there = replica.ask(LIMIT).orElseThrow();
            assertThat(replica.reaches(there)).isTrue();
            try (Connection _ = replica.connection()) {
                assertThat(replica.reaches(there)).isFalse();
                assertThat(replica.ask(LIMIT)).isPresent();
                assertThat(replica.reaches(there)).isTrue();
            }
            try (Connection _ = replica.connection()) {
                assertThat(replica.reaches(there))
                        .as("with a connection that it had")
                        .isTrue();
            }
        }
    }

    @Test
    void thoseWhoAskTogetherShareAnAnswer() throws Exception {
        AtomicInteger answers = new AtomicInteger();
        try (Node replica = node(url(database.replicas().getFirst()), answers);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            replica.ask(LIMIT).orElseThrow();
            int before = answers.get();
            CompletableFuture<Void> go = new CompletableFuture<>();
            List<Future<Boolean>> asking = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                asking.add(threads.submit(() -> {
                    go.join();
                    return replica.ask(LIMIT).isPresent();
                }));
            }
            go.complete(null);
            for (Future<Boolean> each : asking) {
                assertThat(each.get()).isTrue();
            }
            assertThat(answers.get() - before).as("questions for 500 who ask").isBetween(1, 250);
        }
    }

    @Test
    void aPrimaryIsNoReplicaAndReachesNothing() {
        try (Node primary = node(url(database.primary()), new AtomicInteger())) {
            Position there = primary.ask(LIMIT).orElseThrow();
            assertThat(there.timeline()).isEqualTo(1);
            assertThat(primary.reaches(there)).isFalse();
        }
    }

    /** A server that is stopped, or a pod that gets no CPU: given up after a while, unlike one that refuses. */
    @Test
    void whoAcceptsAndDoesNotAnswerIsSlow() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            assertThat(away(silent.getLocalPort())).isFalse();
        }
    }

    @Test
    void whoRefusesIsAway() throws Exception {
        assertThat(away(FreePort.find())).isTrue();
    }

    /** What a node makes of the server at that port. */
    private static boolean away(int port) throws Exception {
        CompletableFuture<Boolean> told = new CompletableFuture<>();
        Hearer hearer = new Hearer(new AtomicInteger()) {
            @Override
            public void failed(Node of, SQLException failure, boolean away) {
                told.complete(away);
            }
        };
        try (Node _ = node("jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port), hearer)) {
            return told.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private static String url(Member member) {
        return database.jdbcUrl(List.of(member.port()));
    }

    private static Node node(String url, AtomicInteger answers) {
        return node(url, new Hearer(answers));
    }

    private static Node node(String url, Node.Watcher watcher) {
        MeterRegistry metrics = new SimpleMeterRegistry();
        DatabaseSettings settings = new SmallRyeConfigBuilder()
                .withMapping(DatabaseSettings.class)
                .withSources(new PropertiesConfigSource(
                        Map.of("fondaco.database.check-interval", "PT1H", "fondaco.database.check-timeout", "PT2S"),
                        "test",
                        100))
                .withConverter(Duration.class, 200, NodeTest::duration)
                .build()
                .getConfigMapping(DatabaseSettings.class);
        Login reader = new Login(
                database.loginProperties().get("fondaco.database.replica-username"),
                database.loginProperties().get("fondaco.database.replica-password"));
        Node node = new Node(
                "node",
                url,
                reader,
                reader,
                4,
                settings,
                new TopologyMetrics(metrics, settings, new Tracing(OpenTelemetry.noop())).pool("replica", "node"),
                watcher);
        node.start();
        return node;
    }

    private static class Hearer implements Node.Watcher {
        private final AtomicInteger answers;

        Hearer(AtomicInteger answers) {
            this.answers = answers;
        }

        @Override
        public void answered(Node of, Sample sample, boolean regular) {
            answers.incrementAndGet();
        }

        @Override
        public void failed(Node of, SQLException failure, boolean away) {}

        @Override
        public boolean beats(Node of, Sample sample) {
            return false;
        }
    }

    /** As Quarkus reads them: 100ms, 4s, 5m, or ISO 8601. */
    private static Duration duration(String text) {
        if (text.startsWith("P")) {
            return Duration.parse(text);
        }
        return text.endsWith("ms")
                ? Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)))
                : Duration.parse("PT" + text);
    }
}
