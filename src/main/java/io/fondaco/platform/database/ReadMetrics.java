package io.fondaco.platform.database;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Stream;

/** Counts where reads went and why, and the outcomes of consistency tokens: {@code fondaco_database_…}. */
@Startup
@ApplicationScoped
class ReadMetrics {
    private final MeterRegistry registry;
    private final Counter routingBugs;

    /** The outcome of reading or creating a token. */
    enum TokenOutcome {
        VALID,
        INVALID,
        OLDER_TIMELINE,
        NOT_OF_THIS_HISTORY,
        AHEAD,
        UNPLACED
    }

    ReadMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.routingBugs = Counter.builder("fondaco.database.routing.bugs")
                .description("Writes on a read-only route; expected to be 0")
                .register(registry);
        // Register the counters that have alerts at start, so that the alerts see 0 and not "no data".
        Stream.of(TokenOutcome.values()).forEach(this::tokenCounter);
        Stream.of(NodeLease.RoutingReason.LAG, NodeLease.RoutingReason.NO_REPLICA)
                .forEach(this::refusalCounter);
    }

    void recordRoute(NodeLease nodeLease) {
        registry.counter(
                        "fondaco.database.reads",
                        "node",
                        nodeLease.node().name(),
                        "role",
                        nodeLease.reason().onPrimary() ? "primary" : "replica",
                        "reason",
                        nodeLease.reason().label())
                .increment();
    }

    void recordRefusal(NodeLease.RoutingReason routingReason) {
        refusalCounter(routingReason).increment();
    }

    private Counter refusalCounter(NodeLease.RoutingReason routingReason) {
        return registry.counter("fondaco.database.reads.refused", "reason", routingReason.label());
    }

    void recordRetry() {
        registry.counter("fondaco.database.reads.retried").increment();
    }

    void recordTokenWait(Duration time, boolean reached) {
        Timer.builder("fondaco.database.token.wait")
                .description("How long reads waited for a replica to reach their token")
                .tags("reached", Boolean.toString(reached))
                .publishPercentiles(0.5, 0.99)
                .register(registry)
                .record(time);
    }

    void recordToken(TokenOutcome outcome) {
        tokenCounter(outcome).increment();
    }

    private Counter tokenCounter(TokenOutcome outcome) {
        return Counter.builder("fondaco.database.tokens")
                .description("Consistency tokens, by outcome")
                .tags("outcome", outcome.name().toLowerCase(Locale.ROOT))
                .register(registry);
    }

    /** Counts a write on a read-only route; this is a bug, and an alert fires. */
    void recordRoutingBug() {
        routingBugs.increment();
    }
}
