package io.fondaco.platform.messaging;

import io.fondaco.platform.database.Connections;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/** Metrics of event delivery, {@code fondaco_messaging_…}, per listener. The listener {@code kafka} is the relay. */
@Startup
@ApplicationScoped
class MessagingMetrics {
    private static final String LISTENER = "listener";

    /**
     * Counts the events beyond the cursors of each reader of the outbox, up to 100,000, and the retries and dead
     * letters of all listeners. Listeners that read from Kafka have a backlog of 0 here.
     */
    private static final String BACKLOG = """
            SELECT s.listener,
                   (SELECT count(*) FROM (
                       SELECT FROM messaging.cursor c JOIN messaging.outbox o
                              ON o.bucket = c.bucket AND o.position > c.position
                        WHERE c.listener = s.listener AND c.listener = ANY (?) LIMIT 100000) AS counted) AS events,
                   (SELECT extract(epoch FROM now() - min(oldest.published_at)) FROM messaging.cursor c
                     CROSS JOIN LATERAL (SELECT o.published_at FROM messaging.outbox o
                                          WHERE o.bucket = c.bucket AND o.position > c.position
                                          ORDER BY o.position LIMIT 1) oldest
                     WHERE c.listener = s.listener AND c.listener = ANY (?)) AS age,
                   (SELECT count(*) FROM messaging.retry p WHERE p.listener = s.listener) AS parked,
                   (SELECT count(*) FROM messaging.dead_letter d WHERE d.listener = s.listener) AS dead
              FROM messaging.subscription s
            """;

    private final MeterRegistry registry;
    private final Connections connections;
    private final Counter publishFailures;
    private final Map<String, Counter> handled = new ConcurrentHashMap<>();
    private final Map<String, Timer> latency = new ConcurrentHashMap<>();
    private volatile Map<String, ListenerBacklog> backlogs = Map.of();
    private final Set<String> described = ConcurrentHashMap.newKeySet();

    private record ListenerBacklog(long events, double ageSeconds, long parked, long dead) {
        static final ListenerBacklog NONE = new ListenerBacklog(0, 0, 0, 0);
    }

    MessagingMetrics(MeterRegistry registry, Connections connections) {
        this.registry = registry;
        this.connections = connections;
        this.publishFailures = Counter.builder("fondaco.messaging.publish.failures")
                .description("Batches that could not be published to Kafka")
                .register(registry);
    }

    /** Counts events whose effects are about to be committed. */
    void handled(String listener, List<Event> events) {
        if (events.isEmpty()) {
            return;
        }
        handled.computeIfAbsent(listener, key -> counter("handled", "Events handled", key))
                .increment(events.size());
        Timer timer = latency.computeIfAbsent(listener, key -> Timer.builder("fondaco.messaging.latency")
                .description("Time from the publication of an event to its handling")
                .tag(LISTENER, key)
                .publishPercentiles(0.5, 0.99)
                .register(registry));
        Instant now = Instant.now();
        for (Event event : events) {
            Duration age = Duration.between(event.time(), now);
            timer.record(age.isNegative() ? Duration.ZERO : age);
        }
    }

    void failed(String listener) {
        counter("failures", "Failed attempts of a listener to handle an event", listener)
                .increment();
    }

    void published(int events) {
        Counter.builder("fondaco.messaging.published")
                .description("Events that Kafka has acknowledged")
                .register(registry)
                .increment(events);
    }

    void publishFailed() {
        publishFailures.increment();
    }

    private Counter counter(String name, String description, String listener) {
        return Counter.builder("fondaco.messaging." + name)
                .description(description)
                .tag(LISTENER, listener)
                .register(registry);
    }

    /**
     * Measures the backlogs; one statement.
     *
     * @param readers the listeners that read the outbox
     */
    void sampleBacklog(List<String> readers) throws SQLException {
        Map<String, ListenerBacklog> sampled = new HashMap<>();
        try (Connection connection = connections.toPrimary();
                PreparedStatement select = connection.prepareStatement(BACKLOG)) {
            select.setArray(1, connection.createArrayOf("text", readers.toArray()));
            select.setArray(2, connection.createArrayOf("text", readers.toArray()));
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    sampled.put(
                            row.getString(1),
                            new ListenerBacklog(
                                    row.getLong(2), Math.max(0, row.getDouble(3)), row.getLong(4), row.getLong(5)));
                }
            }
        }
        backlogs = Map.copyOf(sampled);
        sampled.keySet().stream().filter(described::add).forEach(this::registerGauges);
    }

    private void registerGauges(String listener) {
        gauge("backlog", "Events that wait for a listener, counted up to 100,000", listener, ListenerBacklog::events);
        gauge(
                "backlog.age.seconds",
                "Age of the oldest event that waits for a listener",
                listener,
                ListenerBacklog::ageSeconds);
        gauge(
                "parked",
                "Events in the retry queue, including those that wait behind a failed one",
                listener,
                ListenerBacklog::parked);
        gauge("dead.letters", "Dead letters", listener, ListenerBacklog::dead);
    }

    private void gauge(String name, String description, String listener, ToDoubleFunction<ListenerBacklog> value) {
        Gauge.builder(
                        "fondaco.messaging." + name,
                        () -> value.applyAsDouble(backlogs.getOrDefault(listener, ListenerBacklog.NONE)))
                .description(description)
                .tag(LISTENER, listener)
                .register(registry);
    }
}
