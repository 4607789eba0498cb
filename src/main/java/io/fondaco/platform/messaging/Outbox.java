package io.fondaco.platform.messaging;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.platform.database.SqlArrays;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.tracing.TraceParent;
import io.fondaco.platform.transactions.AfterCommit;
import io.fondaco.platform.transactions.AsyncCommit;
import io.fondaco.platform.web.Json;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.sql.PreparedStatement;
import java.util.List;
import org.hibernate.Session;

/** Where modules tell what their transactions do. */
@ApplicationScoped
public class Outbox {
    /** Buckets of subjects: as many workers can share a listener's work. Changing it needs an empty outbox. */
    static final int BUCKETS = 8;

    private static final int MAX_DATA_LENGTH = 16 * 1024;

    private static final String INSERT_EVENTS = """
            WITH told AS (
                SELECT * FROM unnest(?::uuid[], ?::text[], ?::text[], ?::smallint[], ?::bigint[], ?::text[])
                              WITH ORDINALITY AS t (id, type, subject, bucket, version, data, n)
            ), counted AS (
                INSERT INTO messaging.subject AS s (name, sequence)
                SELECT subject, count(*) FROM told GROUP BY subject ORDER BY subject
                ON CONFLICT (name) DO UPDATE SET sequence = s.sequence + excluded.sequence
                RETURNING name, sequence
            )
            INSERT INTO messaging.outbox (bucket, id, type, subject, sequence, version, data, traceparent)
            SELECT bucket, id, type, subject,
                   c.sequence - count(*) OVER (PARTITION BY subject) + row_number() OVER (PARTITION BY subject ORDER BY n),
                   version, data, ?
              FROM told t JOIN counted c ON c.name = t.subject ORDER BY n
            """;

    private final EntityManager entities;
    private final ObjectMapper json;
    private final WorkerWakeUp wakeUp;
    private final AfterCommit afterCommit;
    private final AsyncCommit asyncCommit;

    Outbox(
            EntityManager entities,
            ObjectMapper json,
            WorkerWakeUp workerWakeUp,
            AfterCommit afterCommit,
            AsyncCommit asyncCommit) {
        this.entities = entities;
        this.json = json;
        this.wakeUp = workerWakeUp;
        this.afterCommit = afterCommit;
        this.asyncCommit = asyncCommit;
    }

    /**
     * Tells what the transaction in hand does, in this order. When it commits, every listener gets to know, at least once and
     * each subject's events in the order of their numbers; when it rolls back, nothing was told. One statement, which
     * locks the subjects' counts until the transaction ends: to be called late in it, with all that it tells.
     *
     * @throws IllegalStateException outside of a transaction, or with data of more than 16 KiB
     */
    public void publish(List<NewEvent> events) {
        if (events.isEmpty()) {
            return;
        }
        afterCommit.requireTransaction("Events are told in the transaction that they tell of");
        asyncCommit.disable();
        insert(events);
        afterCommit.run(wakeUp::signalNewEvents);
    }

    private void insert(List<NewEvent> events) {
        Object[] ids = events.stream().map(_ -> TypeId.newUuid()).toArray();
        Object[] data = events.stream().map(this::serialize).toArray();
        entities.unwrap(Session.class).doWork(connection -> {
            try (PreparedStatement insert = connection.prepareStatement(INSERT_EVENTS)) {
                insert.setArray(1, connection.createArrayOf("uuid", ids));
                insert.setArray(2, SqlArrays.ofColumn(connection, "text", events, event -> event.type()
                        .name()));
                insert.setArray(3, SqlArrays.ofColumn(connection, "text", events, NewEvent::subject));
                insert.setArray(
                        4, SqlArrays.ofColumn(connection, "smallint", events, event -> bucket(event.subject())));
                insert.setArray(5, SqlArrays.ofColumn(connection, "bigint", events, NewEvent::version));
                insert.setArray(6, connection.createArrayOf("text", data));
                insert.setString(7, TraceParent.current());
                insert.executeUpdate();
            }
        });
    }

    private String serialize(NewEvent event) {
        String data = Json.write(json, event.data());
        if (data.length() > MAX_DATA_LENGTH) {
            throw new IllegalStateException(
                    "%s tells too much: %,d characters".formatted(event.type().name(), data.length()));
        }
        return data;
    }

    /** {@link String#hashCode} is the same on every platform, by its specification. */
    static short bucket(String subject) {
        return (short) Math.floorMod(subject.hashCode(), BUCKETS);
    }
}
