package io.fondaco.platform.messaging;

import io.fondaco.platform.sql.SqlArrays;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.hibernate.Session;

/** Records the events that each listener has handled, in the transaction of the effects. */
@ApplicationScoped
class Inbox {
    /**
     * A worker that is paused inside its transaction blocks other workers from the same events, so the server aborts
     * that transaction after the lease time. When the worker continues, none of its effects are committed.
     */
    private static final String RECORD_NEW = """
            WITH bounded AS (
                SELECT set_config('idle_in_transaction_session_timeout', ?, true) AS timeout
            ), incoming AS (
                SELECT * FROM unnest(?::uuid[], ?::text[], ?::timestamptz[]) WITH ORDINALITY
                              AS t (event, subject, published_at, n)
            ), blocked AS (
                SELECT subject FROM messaging.retry WHERE listener = ? AND subject = ANY (?)
            ), recorded AS (
                INSERT INTO messaging.inbox (published_at, event, listener)
                SELECT published_at, event, ? FROM incoming, bounded
                 WHERE timeout IS NOT NULL AND subject NOT IN (SELECT subject FROM blocked) ORDER BY event
                ON CONFLICT DO NOTHING RETURNING event
            )
            SELECT event, true AS recorded FROM recorded
            UNION ALL
            SELECT event, false FROM incoming WHERE subject IN (SELECT subject FROM blocked)
            """;

    private final EntityManager entities;
    private final RetryQueue retryQueue;
    private final MessagingSettings settings;

    Inbox(EntityManager entities, RetryQueue retryQueue, MessagingSettings settings) {
        this.entities = entities;
        this.retryQueue = retryQueue;
        this.settings = settings;
    }

    /**
     * Records events as handled by this transaction. If a subject has events in the retry queue, its later events are
     * put behind them. One statement if the retry queue has no events of these subjects.
     *
     * @return the events that the listener has not handled yet, in their order
     */
    List<Event> recordNew(String listener, List<Event> events) {
        Map<UUID, Event> byId = new LinkedHashMap<>();
        events.forEach(event -> byId.putIfAbsent(event.id(), event));
        Set<UUID> recordedIds = new HashSet<>();
        Set<UUID> blockedIds = new HashSet<>();
        entities.unwrap(Session.class).doWork(connection -> {
            try (PreparedStatement insert = connection.prepareStatement(RECORD_NEW)) {
                bind(connection, insert, listener, List.copyOf(byId.values()));
                try (ResultSet row = insert.executeQuery()) {
                    while (row.next()) {
                        (row.getBoolean("recorded") ? recordedIds : blockedIds).add(row.getObject("event", UUID.class));
                    }
                }
            }
        });
        List<Event> newEvents = new ArrayList<>();
        List<Event> blocked = new ArrayList<>();
        byId.values().forEach(event -> {
            if (recordedIds.contains(event.id())) {
                newEvents.add(event);
            } else if (blockedIds.contains(event.id())) {
                blocked.add(event);
            }
        });
        if (!blocked.isEmpty()) {
            retryQueue.parkBehind(listener, blocked);
        }
        return newEvents;
    }

    private void bind(Connection connection, PreparedStatement insert, String listener, List<Event> events)
            throws SQLException {
        Object[] subjects = events.stream().map(Event::subject).toArray();
        insert.setString(1, settings.lease().toMillis() + "ms");
        insert.setArray(2, SqlArrays.ofColumn(connection, "uuid", events, Event::id));
        insert.setArray(3, connection.createArrayOf("text", subjects));
        insert.setArray(4, SqlArrays.ofColumn(connection, "timestamptz", events, event -> event.time()
                .toString()));
        insert.setString(5, listener);
        insert.setArray(6, connection.createArrayOf("text", subjects));
        insert.setString(7, listener);
    }

    /** As {@link #recordNew}, for an event from the retry queue. @return false if the event was handled before */
    boolean recordRetried(String listener, Event event) {
        return entities.unwrap(Session.class).doReturningWork(connection -> {
            try (PreparedStatement insert = connection.prepareStatement("""
                    INSERT INTO messaging.inbox (published_at, event, listener) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
                    """)) {
                insert.setObject(1, event.time().atOffset(ZoneOffset.UTC));
                insert.setObject(2, event.id());
                insert.setString(3, listener);
                return insert.executeUpdate() == 1;
            }
        });
    }
}
