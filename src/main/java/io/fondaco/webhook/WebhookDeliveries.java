package io.fondaco.webhook;

import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.messaging.Event;
import io.fondaco.platform.sql.Seconds;
import io.fondaco.platform.sql.SqlArrays;
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

/** The deliveries: which event goes to which endpoint, and the status of each. */
@ApplicationScoped
class WebhookDeliveries {
    /** Requests in flight from a pod to one endpoint; 1 if the last five attempts have failed. */
    static final int MAX_CALLS_PER_ENDPOINT = 8;

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
     * Claims due deliveries, for each endpoint up to the limit of requests that this pod has in flight. The first
     * attempts for a subject are made in the order of its events; a delivery that waits for a retry does not block
     * later ones.
     */
    private static final String CLAIM = """
            WITH busy AS (
                SELECT * FROM unnest(?::uuid[], ?::int[]) AS b (endpoint, calls)
            ), due AS (
                SELECT d.id, e.url, e.secret_generation, e.previous_until > now() AS previous_valid
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
            RETURNING d.id, d.lease, d.endpoint, due.url, due.secret_generation, due.previous_valid, d.attempts,
                      m.event, m.type, m.subject, m.sequence, m.version, m.published_at, m.data, m.traceparent
            """;

    /** Stores an attempt and updates its delivery and its endpoint. */
    private static final String RECORD_ATTEMPT = """
            WITH updated AS (
                UPDATE webhook.delivery
                   SET attempts = attempts + 1, status = ?, lease = NULL,
                       delivered_at = CASE WHEN ? = 'delivered' THEN now() END,
                       next_attempt_at = now() + make_interval(secs => ?)
                 WHERE id = ? AND lease = ? AND status = 'pending'
                RETURNING id, endpoint
            ), logged AS (
                INSERT INTO webhook.attempt (delivery, at, duration_ms, status, error, response)
                SELECT id, ?, ?, nullif(?, 0), ?, ? FROM updated
            ), healthy AS (
                UPDATE webhook.endpoint e SET consecutive_failures = 0, failing_since = NULL
                  FROM updated u WHERE e.id = u.endpoint AND ? AND e.consecutive_failures > 0
            )
            UPDATE webhook.endpoint e
               SET consecutive_failures = e.consecutive_failures + 1, failing_since = coalesce(e.failing_since, now())
              FROM updated u WHERE e.id = u.endpoint AND NOT ?
            RETURNING e.failing_since < now() - make_interval(secs => ?) AND e.consecutive_failures >= 5 AS failing_too_long
            """;

    /** Test events are replayed only to the endpoint that they were sent to. */
    private static final String REPLAY = """
            WITH matching AS (
                SELECT m.event, m.subject, m.sequence, m.published_at FROM webhook.message m
                 WHERE m.published_at >= ? AND m.published_at < ? AND m.type = ANY (?)
                   AND (m.type <> ? OR EXISTS (
                        SELECT FROM webhook.delivery t WHERE t.endpoint = ? AND t.event = m.event))
                 ORDER BY m.published_at, m.event LIMIT ?
            ), replayed AS (
                INSERT INTO webhook.delivery AS d (id, endpoint, event, subject, sequence)
                SELECT uuidv7(), ?, event, subject, sequence FROM matching
                ON CONFLICT (endpoint, event) DO UPDATE
                   SET status = 'pending', attempts = 0, next_attempt_at = now(), lease = NULL, delivered_at = NULL
                 WHERE d.status <> 'delivered' OR NOT ?
                RETURNING id)
            SELECT (SELECT count(*) FROM replayed), count(*), max(published_at) FROM matching
            """;

    private final EntityManager entities;
    private final WebhookSettings settings;
    private final WebhookPayloadRenderer payloadRenderer;

    WebhookDeliveries(EntityManager entities, WebhookSettings settings, WebhookPayloadRenderer payloadRenderer) {
        this.entities = entities;
        this.settings = settings;
        this.payloadRenderer = payloadRenderer;
    }

    /** An endpoint and the event types that it subscribes to. */
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
     * Stores the deliveries of events to their subscribers. Three statements; one if no endpoint subscribes to any of
     * the events. Events for disabled endpoints are kept for a replay.
     *
     * @return whether there is a delivery to send
     */
    boolean enqueue(List<Event> events) {
        return enqueue(events, subscribers());
    }

    boolean enqueue(List<Event> events, List<Subscriber> subscribers) {
        Set<Event> subscribed = new HashSet<>();
        List<SubscribedEvent> deliveries = new ArrayList<>();
        for (Event event : events) {
            for (Subscriber subscriber : subscribers) {
                if (subscriber.subscribesTo(event)) {
                    subscribed.add(event);
                    if (subscriber.enabled()) {
                        deliveries.add(new SubscribedEvent(subscriber, event));
                    }
                }
            }
        }
        List<Event> messages = events.stream().filter(subscribed::contains).toList();
        if (!messages.isEmpty()) {
            insertMessages(messages);
        }
        if (!deliveries.isEmpty()) {
            insertDeliveries(deliveries);
        }
        return !deliveries.isEmpty();
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

    private void insertDeliveries(List<SubscribedEvent> deliveries) {
        session().doWork(connection -> {
            try (PreparedStatement insert = connection.prepareStatement(INSERT_DELIVERIES)) {
                insert.setArray(1, SqlArrays.ofColumn(connection, "uuid", deliveries, _ -> TypeId.newUuid()));
                insert.setArray(2, SqlArrays.ofColumn(connection, "uuid", deliveries, subscribedEvent -> subscribedEvent
                        .subscriber()
                        .id()));
                insert.setArray(3, SqlArrays.ofColumn(connection, "uuid", deliveries, subscribedEvent -> subscribedEvent
                        .event()
                        .id()));
                insert.setArray(4, SqlArrays.ofColumn(connection, "text", deliveries, subscribedEvent -> subscribedEvent
                        .event()
                        .subject()));
                insert.setArray(
                        5, SqlArrays.ofColumn(connection, "bigint", deliveries, subscribedEvent -> subscribedEvent
                                .event()
                                .sequence()));
                insert.executeUpdate();
            }
        });
    }

    /**
     * Claims deliveries that are due; one statement.
     *
     * @param inFlight the number of requests that this pod has in flight, per endpoint
     */
    @ActivateRequestContext
    @Transactional
    List<DeliveryAttempt> claim(Map<UUID, Integer> inFlight, int limit) {
        return session().doReturningWork(connection -> {
            try (PreparedStatement claim = connection.prepareStatement(CLAIM)) {
                List<Map.Entry<UUID, Integer>> entries = List.copyOf(inFlight.entrySet());
                claim.setArray(1, SqlArrays.ofColumn(connection, "uuid", entries, Map.Entry::getKey));
                claim.setArray(2, SqlArrays.ofColumn(connection, "int", entries, Map.Entry::getValue));
                claim.setInt(3, MAX_CALLS_PER_ENDPOINT);
                claim.setInt(4, limit);
                // The lookup of the name and the request are each bounded by the timeout; the rest is a margin.
                claim.setDouble(5, Seconds.of(settings.timeout()) * 2 + 10);
                List<DeliveryAttempt> claimed = new ArrayList<>();
                try (ResultSet row = claim.executeQuery()) {
                    while (row.next()) {
                        claimed.add(mapAttempt(row));
                    }
                }
                return claimed;
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
                row.getBoolean("previous_valid") && generation > 1
                        ? List.of(generation, generation - 1)
                        : List.of(generation),
                row.getInt("attempts"),
                TypeId.format(Event.PREFIX, event),
                payloadRenderer.render(new Event(
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
     * Stores the result of an attempt, unless another pod has claimed the delivery meanwhile; one statement.
     *
     * @param delaySeconds the delay of the next attempt; ignored unless the status is {@code pending}
     * @return whether all attempts of the endpoint have failed for so long that it must be disabled
     */
    boolean recordAttempt(
            DeliveryAttempt deliveryAttempt,
            DeliveryAttempt.AttemptResult attemptResult,
            String status,
            double delaySeconds) {
        return session().doReturningWork(connection -> {
            try (PreparedStatement record = connection.prepareStatement(RECORD_ATTEMPT)) {
                record.setString(1, status);
                record.setString(2, status);
                record.setDouble(3, delaySeconds);
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
                    return row.next() && row.getBoolean("failing_too_long");
                }
            }
        });
    }

    /**
     * The result of a replay.
     *
     * @param replayed the number of deliveries that will be sent, again or for the first time
     * @param matchedEvents the number of events in the range, up to the limit
     * @param lastEventAt the publication time of the last of these events; null if there was none
     */
    record ReplayResult(
            long replayed, long matchedEvents, @Nullable Instant lastEventAt) {}

    /** Replays the events of a time range and of the given types, the earliest first, up to a limit. */
    @Transactional(Transactional.TxType.MANDATORY)
    ReplayResult replay(
            UUID endpoint, Instant from, Instant to, Collection<String> types, boolean undeliveredOnly, int limit) {
        return session().doReturningWork(connection -> {
            try (PreparedStatement replay = connection.prepareStatement(REPLAY)) {
                replay.setObject(1, from.atOffset(ZoneOffset.UTC));
                replay.setObject(2, to.atOffset(ZoneOffset.UTC));
                replay.setArray(3, connection.createArrayOf("text", types.toArray()));
                replay.setString(4, WebhookEvents.TEST);
                replay.setObject(5, endpoint);
                replay.setInt(6, limit);
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

    /** Replays deliveries of this endpoint. @return how many of the given deliveries belong to it */
    @Transactional(Transactional.TxType.MANDATORY)
    int replay(UUID endpoint, Collection<UUID> deliveries) {
        return session().doReturningWork(connection -> {
            try (PreparedStatement update = connection.prepareStatement("""
                    UPDATE webhook.delivery
                       SET status = 'pending', attempts = 0, next_attempt_at = now(), lease = NULL, delivered_at = NULL
                     WHERE endpoint = ? AND id = ANY (?)
                    """)) {
                update.setObject(1, endpoint);
                update.setArray(2, connection.createArrayOf("uuid", deliveries.toArray()));
                return update.executeUpdate();
            }
        });
    }

    /** Deletes up to the given number of events older than the retention. @return how many were deleted */
    @Transactional
    int prune(int limit) {
        return entities.createNativeQuery("""
                        DELETE FROM webhook.message WHERE event IN (
                               SELECT event FROM webhook.message
                                WHERE published_at < now() - make_interval(secs => :seconds) ORDER BY published_at LIMIT :most)
                        """)
                .setParameter("seconds", Seconds.of(settings.retention()))
                .setParameter("most", limit)
                .executeUpdate();
    }

    private Session session() {
        return entities.unwrap(Session.class);
    }
}
