package io.fondaco.platform.topology;

import io.fondaco.platform.tracing.Tracing;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Metrics of the servers, {@code fondaco_database_…}: one series per replica, removed with the replica. */
@ApplicationScoped
public class TopologyMetrics {
    private static final String POOL = "pool";
    private static final String NODE = "node";

    private final MeterRegistry registry;
    private final DatabaseSettings settings;
    private final Tracing tracing;
    private final List<Meter.Id> replicaMeters = new ArrayList<>();
    private volatile @Nullable Topology topology;

    TopologyMetrics(MeterRegistry registry, DatabaseSettings settings, Tracing tracing) {
        this.registry = registry;
        this.settings = settings;
        this.tracing = tracing;
    }

    void registerTopology(Topology described) {
        topology = described;
        Gauge.builder(
                        "fondaco.database.primary.known",
                        described,
                        it -> it.primary().isPresent() ? 1 : 0)
                .description("1 while this pod knows an available primary")
                .register(registry);
        Gauge.builder("fondaco.database.timeline", described, Topology::timeline)
                .description("The newest timeline seen; a promotion raises it")
                .register(registry);
        Gauge.builder("fondaco.database.replicas.in.rotation", described, it -> it.rotation()
                        .size())
                .description("Replicas that may be read")
                .register(registry);
        Gauge.builder("fondaco.database.replicas.expected", described, Topology::expectedReplicaCount)
                .description("Replicas that are expected to be in rotation")
                .register(registry);
        updateReplicaGauges(described.replicas());
    }

    PoolInstrumentation instrumentation(String pool, String node) {
        return new PoolInstrumentation(holdTimer(pool, node), slowStatements(pool, node), tracing);
    }

    /** Returns the interceptor that measures how long a pool's connections are held. */
    public ConnectionHoldTimer holdTimer(String pool, String node) {
        return new ConnectionHoldTimer(Timer.builder("fondaco.database.connection.hold")
                .description("How long a connection is held")
                .tags(POOL, pool, NODE, node)
                .publishPercentiles(0.5, 0.99)
                .register(registry));
    }

    /** Returns the counter and logger of a pool's slow statements. */
    public SlowStatements slowStatements(String pool, String node) {
        return new SlowStatements(
                pool.equals(node) ? pool : pool + " of " + node,
                settings.slowStatement(),
                Counter.builder("fondaco.database.slow.statements")
                        .description("Statements that took longer than fondaco.database.slow-statement")
                        .tags(POOL, pool, NODE, node)
                        .register(registry));
    }

    /**
     * Registers a gauge of the threads that wait for a connection, for a pool that lives as long as the application.
     */
    public void registerWaitingThreads(String pool, String node, Supplier<Number> threads) {
        Gauge.builder("fondaco.database.connections.waiting", threads)
                .description("Threads that wait for a connection")
                .tags(POOL, pool, NODE, node)
                .register(registry);
    }

    synchronized void updateReplicaGauges(List<Node> replicas) {
        replicaMeters.forEach(registry::remove);
        replicaMeters.clear();
        Topology known = topology;
        if (known == null) {
            return;
        }
        for (Node replica : replicas) {
            gauge("replica.lag.bytes", "Lag behind the primary in WAL bytes", replica, known::lagBytes);
            gauge(
                    "replica.lag.seconds",
                    "Lag behind the primary by the heartbeat, in seconds",
                    replica,
                    node -> known.lag(node).toMillis()
                            / (double) Duration.ofSeconds(1).toMillis());
            gauge(
                    "replica.in.rotation",
                    "1 while the replica is in rotation",
                    replica,
                    node -> node.rotationState().isInRotation() ? 1 : 0);
            gauge(
                    "replica.reads.outstanding",
                    "Requests that read from the replica now",
                    replica,
                    Node::outstandingReads);
            gauge("replica.connections", "Open connections from this pod", replica, Node::openConnections);
            replicaMeters.add(Gauge.builder("fondaco.database.connections.waiting", replica, Node::waitingThreads)
                    .description("Threads that wait for a connection")
                    .tags(POOL, "replica", NODE, replica.name())
                    .register(registry)
                    .getId());
        }
    }

    private void gauge(String name, String description, Node replica, ToDoubleFunction<Node> value) {
        replicaMeters.add(Gauge.builder("fondaco.database." + name, replica, value)
                .description(description)
                .tags(Tags.of(NODE, replica.name()))
                .register(registry)
                .getId());
    }
}
