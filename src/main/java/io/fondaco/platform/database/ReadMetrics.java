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
    enum Token {
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
        Stream.of(Token.values()).forEach(this::tokens);
        Stream.of(Seat.Reason.LAG, Seat.Reason.NO_REPLICA).forEach(this::refusals);
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
        refusals(reason).increment();
    }

    private Counter refusals(Seat.Reason reason) {
        return registry.counter("fondaco.database.reads.refused", "reason", reason.label());
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

    void token(Token outcome) {
        tokens(outcome).increment();
    }

    private Counter tokens(Token outcome) {
        return Counter.builder("fondaco.database.tokens")
                .description("Consistency tokens, by what became of them")
                .tags("outcome", outcome.name().toLowerCase(Locale.ROOT))
                .register(registry);
    }

    /** A write on a route that only reads: a bug, and an alert. */
    void routingBug() {
        routingBugs.increment();
    }
}
