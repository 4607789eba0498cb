package io.fondaco.platform.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.platform.embedded.ReplicatedPostgres;
import io.fondaco.platform.embedded.ReplicatedPostgres.ClusterMember;
import io.fondaco.platform.tracing.Tracing;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Event;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** How the topology checks its servers while no request uses them, and what the first request after that finds. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TopologyIdleTest {
    private static final Duration IDLE_AFTER = Duration.ofSeconds(2);
    private static final Duration COUNTED = Duration.ofSeconds(6);
    private static final long MAX_LAG_BYTES = 1_000_000;

    @TempDir
    private static Path directory;

    private static ReplicatedPostgres database;
    private final List<Topology> pods = new ArrayList<>();

    @BeforeAll
    static void start() {
        database = ReplicatedPostgres.startWithoutFsync(directory, 1);
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @AfterEach
    void stopPods() {
        pods.forEach(pod -> pod.onStop(new ShutdownEvent()));
    }

    /** Two pods that name both servers as primary and as replica. */
    @Test
    @Order(1)
    void idlePodsCheckEachServerAboutOnceASecondAndWriteOneHeartbeatTogether() {
        startPod();
        startPod();
        sleep(IDLE_AFTER.plusMillis(500));
        long onPrimary = statusQueries(database.primary());
        long onReplica = statusQueries(database.replicas().getFirst());
        long heartbeats = heartbeats();

        sleep(COUNTED);

        double podSeconds = 2.0 * COUNTED.toSeconds();
        assertThat((statusQueries(database.primary()) - onPrimary) / podSeconds)
                .as("status queries of the primary per second and pod")
                .isBetween(0.7, 1.6);
        assertThat((statusQueries(database.replicas().getFirst()) - onReplica) / podSeconds)
                .as("status queries of the replica per second and pod")
                .isBetween(0.4, 1.3);
        assertThat((heartbeats() - heartbeats) / (double) COUNTED.toSeconds())
                .as("heartbeats per second")
                .isBetween(0.8, 1.2);
    }

    @Test
    @Order(2)
    void podInUseChecksAtTheCheckInterval() {
        Topology pod = startPod();
        long before = statusQueries(database.replicas().getFirst());
        for (int n = 0; n < 40; n++) {
            pod.awaitCurrentStatus();
            sleep(Duration.ofMillis(50));
        }
        assertThat(statusQueries(database.replicas().getFirst()) - before)
                .as("status queries in two seconds")
                .isBetween(10L, 50L);
    }

    @Test
    @Order(3)
    void replicaThatFellBehindInAnIdleTimeIsNotReadAfterIt() {
        ClusterMember replica = database.replicas().getFirst();
        Topology pod = startPod();
        awaitUnnoticed(
                () -> {
                    replica.execute("SELECT pg_wal_replay_pause()");
                    database.primary()
                            .execute("SELECT pg_logical_emit_message(true, 'test', repeat('x', %d))"
                                    .formatted(2 * MAX_LAG_BYTES));
                },
                () -> pod.rotation().size() == 1,
                () -> replica.execute("SELECT pg_wal_replay_resume()"));

        pod.awaitCurrentStatus();

        assertThat(pod.rotation()).isEmpty();
        replica.execute("SELECT pg_wal_replay_resume()");
        await().atMost(Duration.ofSeconds(10)).until(() -> pod.rotation().size() == 1);
    }

    @Test
    @Order(4)
    void primaryThatDiedInAnIdleTimeIsNotUsedAfterIt() {
        Topology pod = startPod();
        awaitUnnoticed(
                () -> {
                    killPostmaster(database.primary());
                    sleep(Duration.ofMillis(50));
                },
                () -> pod.primary().isPresent(),
                () -> {
                    database.restart(database.primary());
                    await().atMost(Duration.ofSeconds(10))
                            .until(() -> pod.primary().isPresent());
                });

        pod.awaitCurrentStatus();

        assertThat(pod.primary()).isEmpty();
        assertThat(pod.rotation()).as("the replica stays").hasSize(1);
        database.restart(database.primary());
        await().atMost(Duration.ofSeconds(10)).until(() -> pod.primary().isPresent());
    }

    /** Breaks something while the pod is idle, and repeats that if one of its rare checks has noticed it already. */
    private static void awaitUnnoticed(Runnable fault, BooleanSupplier unnoticed, Runnable repair) {
        sleep(IDLE_AFTER.plusMillis(500));
        fault.run();
        for (int attempts = 1; !unnoticed.getAsBoolean(); attempts++) {
            assertThat(attempts).as("attempts").isLessThan(10);
            repair.run();
            sleep(IDLE_AFTER.plusMillis(500));
            fault.run();
        }
    }

    /** Kills the server without waiting for the end of its children. */
    private static void killPostmaster(ClusterMember server) {
        String pid = server.query("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)");
        ProcessHandle.of(Long.parseLong(pid)).orElseThrow().destroyForcibly();
    }

    private Topology startPod() {
        List<Integer> ports =
                database.members().stream().map(ClusterMember::port).toList();
        Map<String, String> properties = new HashMap<>(database.credentialsProperties());
        properties.put("fondaco.database.primary-url", database.jdbcUrl(ports));
        properties.put("fondaco.database.replica-urls", database.jdbcUrl(ports));
        properties.put("fondaco.database.max-lag-bytes", Long.toString(MAX_LAG_BYTES));
        DatabaseSettings settings = NodeTest.settings(properties);
        Topology pod = new Topology(
                settings,
                new TopologyMetrics(new SimpleMeterRegistry(), settings, new Tracing(OpenTelemetry.noop())),
                ignoredEvents());
        pods.add(pod);
        pod.start();
        await().atMost(Duration.ofSeconds(10))
                .until(() -> pod.primary().isPresent() && pod.rotation().size() == 1);
        return pod;
    }

    /** Nothing observes events outside of the application. */
    @SuppressWarnings("unchecked")
    private static Event<PrimaryChanged> ignoredEvents() {
        return (Event<PrimaryChanged>) Proxy.newProxyInstance(
                TopologyIdleTest.class.getClassLoader(), new Class<?>[] {Event.class}, (_, _, _) -> null);
    }

    private static long statusQueries(ClusterMember server) {
        return Long.parseLong(server.query("""
                SELECT coalesce(sum(calls), 0) FROM pg_stat_statements
                 WHERE query ~ 'heartbeat_age_millis' AND query !~ 'pg_stat_statements'
                """));
    }

    /** Each heartbeat is one update of the row. */
    private static long heartbeats() {
        return Long.parseLong(database.primary().query("""
                SELECT coalesce(sum(wal_records), 0) FROM pg_stat_statements
                 WHERE query ~ 'UPDATE topology.heartbeat' AND query !~ 'pg_stat_statements'
                """));
    }

    private static void sleep(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }
}
