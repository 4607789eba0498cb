package io.fondaco.platform.messaging;

import io.fondaco.platform.database.SqlArrays;
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

/** Remembers what every listener has done, in the transaction that does it. */
@ApplicationScoped
class Inbox {
    /**
     * A worker that stops in the middle of its transaction keeps others from the same events, so the server ends that
     * transaction for it: whatever it believes when it wakes, nothing of it will have happened.
     */
    private static final String RECORD_NEW = """
            WITH bounded AS (
                SELECT set_config('idle_in_transaction_session_timeout', ?, true) AS timeout
            ), told AS (
                SELECT * FROM unnest(?::uuid[], ?::text[], ?::timestamptz[]) WITH ORDINALITY AS t (event, subject, published_at, n)
            ), held AS (
                SELECT subject FROM messaging.retry WHERE listener = ? AND subject = ANY (?)
            ), fresh AS (
                INSERT INTO messaging.inbox (published_at, event, listener)
                SELECT published_at, event, ? FROM told, bounded
                 WHERE timeout IS NOT NULL AND subject NOT IN (SELECT subject FROM held) ORDER BY event
                ON CONFLICT DO NOTHING RETURNING event
            )
            SELECT event, true AS fresh FROM fresh
            UNION ALL
            SELECT event, false FROM told WHERE subject IN (SELECT subject FROM held)
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
     * Those that the listener has not handled yet, in their order, remembered as handled from this transaction on. The later
     * ones of a subject that is parked are parked too. One statement, where nothing is parked.
     */
    List<Event> recordNew(String listener, List<Event> events) {
        Map<UUID, Event> byId = new LinkedHashMap<>();
        events.forEach(event -> byId.putIfAbsent(event.id(), event));
        Set<UUID> fresh = new HashSet<>();
        Set<UUID> behind = new HashSet<>();
        entities.unwrap(Session.class).doWork(connection -> {
            try (PreparedStatement admit = connection.prepareStatement(RECORD_NEW)) {
                bind(connection, admit, listener, List.copyOf(byId.values()));
                try (ResultSet row = admit.executeQuery()) {
                    while (row.next()) {
                        (row.getBoolean("fresh") ? fresh : behind).add(row.getObject("event", UUID.class));
                    }
                }
            }
        });
        List<Event> admitted = new ArrayList<>();
        List<Event> held = new ArrayList<>();
        byId.values().forEach(event -> {
            if (fresh.contains(event.id())) {
                admitted.add(event);
            } else if (behind.contains(event.id())) {
                held.add(event);
            }
        });
        if (!held.isEmpty()) {
            retryQueue.parkBehind(listener, held);
        }
        return admitted;
    }

    private void bind(Connection connection, PreparedStatement admit, String listener, List<Event> events)
            throws SQLException {
        Object[] subjects = events.stream().map(Event::subject).toArray();
        admit.setString(1, settings.lease().toMillis() + "ms");
        admit.setArray(2, SqlArrays.ofColumn(connection, "uuid", events, Event::id));
        admit.setArray(3, connection.createArrayOf("text", subjects));
        admit.setArray(4, SqlArrays.ofColumn(connection, "timestamptz", events, event -> event.time()
                .toString()));
        admit.setString(5, listener);
        admit.setArray(6, connection.createArrayOf("text", subjects));
        admit.setString(7, listener);
    }

    /** As {@link #recordNew}, for an event that was parked. @return whether it is still to be handled */
    boolean recordRetried(String listener, Event event) {
        return entities.unwrap(Session.class).doReturningWork(connection -> {
            try (PreparedStatement admit = connection.prepareStatement("""
                    INSERT INTO messaging.inbox (published_at, event, listener) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
                    """)) {
                admit.setObject(1, event.time().atOffset(ZoneOffset.UTC));
                admit.setObject(2, event.id());
                admit.setString(3, listener);
                return admit.executeUpdate() == 1;
            }
        });
    }
}
