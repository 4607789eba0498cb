package io.fondaco.platform.database;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Stream;

/** Where reads went and why, and what became of tokens: {@code fondaco_database_…}. */
@Startup
@ApplicationScoped
class ReadMetrics {
    private final MeterRegistry registry;
    private final Counter routingBugs;

    /** What became of a token. */
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
                .description("Writes on a route that only reads; expected to be 0")
                .register(registry);
        // Those that alerts belong on begin at 0, not with the first of what they count.
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
                .description("Consistency tokens, by what became of them")
                .tags("outcome", outcome.name().toLowerCase(Locale.ROOT))
                .register(registry);
    }

    /** A write on a route that only reads: a bug, and an alert. */
    void recordRoutingBug() {
        routingBugs.increment();
    }
}
