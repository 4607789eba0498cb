package io.fondaco.platform.database;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/** Where reads went and why, and what became of tokens: {@code fondaco_database_…}. */
@ApplicationScoped
class ReadMetrics {
    private final MeterRegistry registry;

    ReadMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void chosen(Seat seat) {
        registry.counter(
                        "fondaco.database.reads",
                        "node",
                        seat.node().name(),
                        "role",
                        seat.reason().onPrimary() ? "primary" : "replica",
                        "reason",
                        seat.reason().label())
                .increment();
    }

    void refused(Seat.Reason reason) {
        registry.counter("fondaco.database.reads.refused", "reason", reason.label())
                .increment();
    }

    void retried() {
        registry.counter("fondaco.database.reads.retried").increment();
    }

    void waited(Duration time, boolean reached) {
        Timer.builder("fondaco.database.token.wait")
                .description("How long reads waited for a replica to reach their token")
                .tags("reached", Boolean.toString(reached))
                .publishPercentiles(0.5, 0.99)
                .register(registry)
                .record(time);
    }

    /** @param outcome valid, invalid, older_timeline, ahead, unplaced */
    void token(String outcome) {
        Counter.builder("fondaco.database.tokens")
                .description("Consistency tokens, by what became of them")
                .tags("outcome", outcome)
                .register(registry)
                .increment();
    }

    /** A write on a route that only reads: a bug, and an alert. */
    void routingBug() {
        registry.counter("fondaco.database.routing.bugs").increment();
    }
}
