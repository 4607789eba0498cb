package io.fondaco.webhook;

import io.fondaco.platform.database.Seconds;
import io.fondaco.platform.database.SqlArrays;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.messaging.Event;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;

/** Which event goes to which endpoint, and how far it got. */
@ApplicationScoped
class WebhookDeliveries {
    private static final String INSERT_MESSAGES = """
            INSERT INTO webhook.message (event, type, subject, sequence, version, published_at, data, traceparent)
            SELECT * FROM unnest(?::uuid[], ?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::timestamptz[], ?::text[], ?::text[])
            ON CONFLICT DO NOTHING
            """;

    private static final String INSERT_DELIVERIES = """
            INSERT INTO webhook.delivery (id, endpoint, event, subject, sequence)
            SELECT * FROM unnest(?::uuid[], ?::uuid[], ?::uuid[], ?::text[], ?::bigint[])
            ON CONFLICT DO NOTHING
            """;

    /**
     * Takes up what is due, from every endpoint as much as this pod has room for it. A subject's events go out in their order
     * the first time; what has to be tried again does not hold up the later ones.
     */
    private static final String CLAIM = """
            WITH busy AS (
                SELECT * FROM unnest(?::uuid[], ?::int[]) AS b (endpoint, calls)
            ), due AS (
                SELECT d.id, e.url, e.secret_generation, e.previous_until > now() AS both
                  FROM webhook.endpoint e LEFT JOIN busy b ON b.endpoint = e.id
                 CROSS JOIN LATERAL (
                       SELECT d.id FROM webhook.delivery d
                        WHERE d.endpoint = e.id AND d.status = 'pending' AND d.next_attempt_at <= now()
                          AND (d.attempts > 0 OR NOT EXISTS (
                               SELECT FROM webhook.delivery f
                                WHERE f.endpoint = d.endpoint AND f.subject = d.subject AND f.sequence < d.sequence
                                  AND f.status = 'pending' AND f.attempts = 0))
                        ORDER BY d.next_attempt_at
                        LIMIT greatest(0, CASE WHEN e.consecutive_failures >= 5 THEN 1 ELSE ? END - coalesce(b.calls, 0))
                          FOR UPDATE SKIP LOCKED) d
                 WHERE e.status = 'enabled' AND e.deleted_at IS NULL
                 LIMIT ?
            )
            UPDATE webhook.delivery d
               SET next_attempt_at = now() + make_interval(secs => ?), lease = gen_random_uuid()
              FROM due, webhook.message m
             WHERE d.id = due.id AND m.event = d.event
            RETURNING d.id, d.lease, d.endpoint, due.url, due.secret_generation, due.both, d.attempts,
                      m.event, m.type, m.subject, m.sequence, m.version, m.published_at, m.data, m.traceparent
            """;

    /** Writes down an attempt, and what follows for the delivery and for its endpoint. */
    private static final String RECORD_ATTEMPT = """
            WITH settled AS (
                UPDATE webhook.delivery
                   SET attempts = attempts + 1, status = ?, lease = NULL,
                       delivered_at = CASE WHEN ? = 'delivered' THEN now() END,
                       next_attempt_at = now() + make_interval(secs => ?)
                 WHERE id = ? AND lease = ? AND status = 'pending'
                RETURNING id, endpoint
            ), logged AS (
                INSERT INTO webhook.attempt (delivery, at, duration_ms, status, error, response)
                SELECT id, ?, ?, nullif(?, 0), ?, ? FROM settled
            ), healthy AS (
                UPDATE webhook.endpoint e SET consecutive_failures = 0, failing_since = NULL
                  FROM settled s WHERE e.id = s.endpoint AND ? AND e.consecutive_failures > 0
            )
            UPDATE webhook.endpoint e
               SET consecutive_failures = e.consecutive_failures + 1, failing_since = coalesce(e.failing_since, now())
              FROM settled s WHERE e.id = s.endpoint AND NOT ?
            RETURNING e.failing_since < now() - make_interval(secs => ?) AND e.consecutive_failures >= 5 AS hopeless
            """;

    /** A trial is between us and the endpoint that was tried. */
    private static final String REPLAY = """
            WITH wanted AS (
                SELECT m.event, m.subject, m.sequence, m.published_at FROM webhook.message m
                 WHERE m.published_at >= ? AND m.published_at < ? AND m.type = ANY (?)
                   AND (m.type <> ? OR EXISTS (
                        SELECT FROM webhook.delivery t WHERE t.endpoint = ? AND t.event = m.event))
                 ORDER BY m.published_at, m.event LIMIT ?
            ), again AS (
                INSERT INTO webhook.delivery AS d (id, endpoint, event, subject, sequence)
                SELECT uuidv7(), ?, event, subject, sequence FROM wanted
                ON CONFLICT (endpoint, event) DO UPDATE
                   SET status = 'pending', attempts = 0, next_attempt_at = now(), lease = NULL, delivered_at = NULL
                 WHERE d.status <> 'delivered' OR NOT ?
                RETURNING id)
            SELECT (SELECT count(*) FROM again), count(*), max(published_at) FROM wanted
            """;

    private final EntityManager entities;
    private final WebhookSettings settings;
    private final WebhookPayloadRenderer webhookPayloadRenderer;

    WebhookDeliveries(EntityManager entities, WebhookSettings settings, WebhookPayloadRenderer webhookPayloadRenderer) {
        this.entities = entities;
        this.settings = settings;
        this.webhookPayloadRenderer = webhookPayloadRenderer;
    }

    /** An endpoint as far as it matters to who hands out events. */
    record Subscriber(UUID id, List<String> eventTypes, boolean enabled) {
        Subscriber {
            eventTypes = List.copyOf(eventTypes);
        }

        boolean subscribesTo(Event event) {
            return event.matches(eventTypes);
        }
    }

    List<Subscriber> subscribers() {
        return session().doReturningWork(connection -> {
            List<Subscriber> subscribers = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(
                            "SELECT id, event_types, status = 'enabled' FROM webhook.endpoint WHERE deleted_at IS NULL");
                    ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    subscribers.add(new Subscriber(
                            row.getObject(1, UUID.class),
                            List.of((String[]) row.getArray(2).getArray()),
                            row.getBoolean(3)));
                }
            }
            return subscribers;
        });
    }

    /** One event for one endpoint. */
    private record SubscribedEvent(Subscriber subscriber, Event event) {}

    /**
     * Writes down what is to be sent to whom; three statements, one when nobody wants anything. Events for endpoints that are
     * disabled are kept, to be replayed. @return whether there is anything to send
     */
    boolean enqueue(List<Event> events) {
        return enqueue(events, subscribers());
    }

    boolean enqueue(List<Event> events, List<Subscriber> subscribers) {
        Set<Event> wanted = new HashSet<>();
        List<SubscribedEvent> pairs = new ArrayList<>();
        for (Event event : events) {
            for (Subscriber subscriber : subscribers) {
                if (subscriber.subscribesTo(event)) {
                    wanted.add(event);
                    if (subscriber.enabled()) {
                        pairs.add(new SubscribedEvent(subscriber, event));
                    }
                }
            }
        }
        List<Event> messages = events.stream().filter(wanted::contains).toList();
        if (!messages.isEmpty()) {
            insertMessages(messages);
        }
        if (!pairs.isEmpty()) {
            insertDeliveries(pairs);
        }
        return !pairs.isEmpty();
    }

    private void insertMessages(List<Event> events) {
        session().doWork(connection -> {
            try (PreparedStatement insert = connection.prepareStatement(INSERT_MESSAGES)) {
                insert.setArray(1, SqlArrays.ofColumn(connection, "uuid", events, Event::id));
                insert.setArray(2, SqlArrays.ofColumn(connection, "text", events, Event::type));
                insert.setArray(3, SqlArrays.ofColumn(connection, "text", events, Event::subject));
                insert.setArray(4, SqlArrays.ofColumn(connection, "bigint", events, Event::sequence));
                insert.setArray(5, SqlArrays.ofColumn(connection, "bigint", events, Event::version));
                insert.setArray(6, SqlArrays.ofColumn(connection, "timestamptz", events, event -> event.time()
                        .toString()));
                insert.setArray(7, SqlArrays.ofColumn(connection, "text", events, Event::data));
                insert.setArray(8, SqlArrays.ofColumn(connection, "text", events, Event::traceParent));
                insert.executeUpdate();
            }
        });
    }

    private void insertDeliveries(List<SubscribedEvent> pairs) {
        session().doWork(connection -> {
            try (PreparedStatement insert = connection.prepareStatement(INSERT_DELIVERIES)) {
                insert.setArray(1, SqlArrays.ofColumn(connection, "uuid", pairs, _ -> TypeId.newUuid()));
                insert.setArray(2, SqlArrays.ofColumn(connection, "uuid", pairs, subscribedEvent -> subscribedEvent
                        .subscriber()
                        .id()));
                insert.setArray(3, SqlArrays.ofColumn(connection, "uuid", pairs, subscribedEvent -> subscribedEvent
                        .event()
                        .id()));
                insert.setArray(4, SqlArrays.ofColumn(connection, "text", pairs, subscribedEvent -> subscribedEvent
                        .event()
                        .subject()));
                insert.setArray(5, SqlArrays.ofColumn(connection, "bigint", pairs, subscribedEvent -> subscribedEvent
                        .event()
                        .sequence()));
                insert.executeUpdate();
            }
        });
    }

    /**
     * Takes up calls that are due; one statement.
     *
     * @param busy calls that this pod has under way, per endpoint
     */
    @ActivateRequestContext
    @Transactional
    List<DeliveryAttempt> claim(Map<UUID, Integer> busy, int most) {
        return session().doReturningWork(connection -> {
            try (PreparedStatement claim = connection.prepareStatement(CLAIM)) {
                List<Map.Entry<UUID, Integer>> entries = List.copyOf(busy.entrySet());
                claim.setArray(1, SqlArrays.ofColumn(connection, "uuid", entries, Map.Entry::getKey));
                claim.setArray(2, SqlArrays.ofColumn(connection, "int", entries, Map.Entry::getValue));
                claim.setInt(3, settings.callsPerEndpoint());
                claim.setInt(4, most);
                // Twice the time that it can take: looking up the name and the call are each bounded by it.
                claim.setDouble(5, Seconds.of(settings.timeout()) * 2 + 10);
                List<DeliveryAttempt> calls = new ArrayList<>();
                try (ResultSet row = claim.executeQuery()) {
                    while (row.next()) {
                        calls.add(mapAttempt(row));
                    }
                }
                return calls;
            }
        });
    }

    private DeliveryAttempt mapAttempt(ResultSet row) throws SQLException {
        int generation = row.getInt("secret_generation");
        UUID event = row.getObject("event", UUID.class);
        String trace = row.getString("traceparent");
        return new DeliveryAttempt(
                row.getObject("id", UUID.class),
                row.getObject("lease", UUID.class),
                row.getObject("endpoint", UUID.class),
                row.getString("url"),
                row.getBoolean("both") && generation > 1 ? List.of(generation, generation - 1) : List.of(generation),
                row.getInt("attempts"),
                TypeId.format(Event.PREFIX, event),
                webhookPayloadRenderer.render(new Event(
                        event,
                        row.getString("type"),
                        row.getString("subject"),
                        row.getLong("sequence"),
                        row.getLong("version"),
                        row.getObject("published_at", OffsetDateTime.class).toInstant(),
                        row.getString("data"),
                        0,
                        false,
                        trace)),
                trace);
    }

    /**
     * Writes down what became of a call, unless somebody else makes it meanwhile; one statement.
     *
     * @param nextSeconds until the next attempt; empty of meaning when there is none
     * @return whether the endpoint has failed at everything for so long that it is to be disabled
     */
    boolean recordAttempt(
            DeliveryAttempt deliveryAttempt,
            DeliveryAttempt.AttemptResult attemptResult,
            String status,
            double nextSeconds) {
        return session().doReturningWork(connection -> {
            try (PreparedStatement record = connection.prepareStatement(RECORD_ATTEMPT)) {
                record.setString(1, status);
                record.setString(2, status);
                record.setDouble(3, nextSeconds);
                record.setObject(4, deliveryAttempt.deliveryId());
                record.setObject(5, deliveryAttempt.leaseId());
                record.setObject(6, attemptResult.at().atOffset(ZoneOffset.UTC));
                record.setInt(7, (int) Math.min(attemptResult.durationMillis(), Integer.MAX_VALUE));
                record.setInt(8, attemptResult.status());
                record.setString(9, attemptResult.error());
                record.setString(10, attemptResult.response());
                record.setBoolean(11, attemptResult.isAccepted());
                record.setBoolean(12, attemptResult.isAccepted());
                record.setDouble(13, Seconds.of(settings.disableAfter()));
                try (ResultSet row = record.executeQuery()) {
                    return row.next() && row.getBoolean("hopeless");
                }
            }
        });
    }

    /**
     * What a replay came to.
     *
     * @param replayed deliveries that will be made once more, or for the first time
     * @param matchedEvents events in the range, up to the bound
     * @param lastEventAt of them; null if there was none
     */
    record ReplayResult(
            long replayed, long matchedEvents, @Nullable Instant lastEventAt) {}

    /** Sends the events of a time once more: those of these types, the earliest first, so many at most. */
    @Transactional(Transactional.TxType.MANDATORY)
    ReplayResult replay(
            UUID endpoint, Instant from, Instant to, Collection<String> types, boolean undeliveredOnly, int most) {
        return session().doReturningWork(connection -> {
            try (PreparedStatement replay = connection.prepareStatement(REPLAY)) {
                replay.setObject(1, from.atOffset(ZoneOffset.UTC));
                replay.setObject(2, to.atOffset(ZoneOffset.UTC));
                replay.setArray(3, connection.createArrayOf("text", types.toArray()));
                replay.setString(4, WebhookEvents.testType());
                replay.setObject(5, endpoint);
                replay.setInt(6, most);
                replay.setObject(7, endpoint);
                replay.setBoolean(8, undeliveredOnly);
                try (ResultSet row = replay.executeQuery()) {
                    row.next();
                    OffsetDateTime last = row.getObject(3, OffsetDateTime.class);
                    return new ReplayResult(row.getLong(1), row.getLong(2), last == null ? null : last.toInstant());
                }
            }
        });
    }

    /** Makes deliveries of this endpoint once more. @return how many of them there are */
    @Transactional(Transactional.TxType.MANDATORY)
    int replay(UUID endpoint, Collection<UUID> deliveries) {
        return session().doReturningWork(connection -> {
            try (PreparedStatement again = connection.prepareStatement("""
                    UPDATE webhook.delivery
                       SET status = 'pending', attempts = 0, next_attempt_at = now(), lease = NULL, delivered_at = NULL
                     WHERE endpoint = ? AND id = ANY (?)
                    """)) {
                again.setObject(1, endpoint);
                again.setArray(2, connection.createArrayOf("uuid", deliveries.toArray()));
                return again.executeUpdate();
            }
        });
    }

    /** Forgets what is older than the retention; a bounded number at a time. @return how many events went */
    @Transactional
    int prune(int most) {
        return entities.createNativeQuery("""
                        DELETE FROM webhook.message WHERE event IN (
                               SELECT event FROM webhook.message
                                WHERE published_at < now() - make_interval(secs => :seconds) ORDER BY published_at LIMIT :most)
                        """)
                .setParameter("seconds", Seconds.of(settings.retention()))
                .setParameter("most", most)
                .executeUpdate();
    }

    private Session session() {
        return entities.unwrap(Session.class);
    }
}
