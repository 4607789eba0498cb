package io.fondaco.platform.messaging;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.sql.SqlArrays;
import io.fondaco.platform.tracing.TraceParent;
import io.fondaco.platform.transactions.AfterCommit;
import io.fondaco.platform.transactions.AsyncCommit;
import io.fondaco.platform.web.Json;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.sql.PreparedStatement;
import java.util.List;
import org.hibernate.Session;

/** Publishes the events of a transaction. */
@ApplicationScoped
public class Outbox {
    /**
     * Number of buckets of subjects, and the maximum number of workers that share the work of a listener. The outbox
     * must be empty when it changes.
     */
    static final int BUCKETS = 8;

    private static final int MAX_DATA_LENGTH = 16 * 1024;

    private static final String INSERT_EVENTS = """
            WITH new_event AS (
                SELECT * FROM unnest(?::uuid[], ?::text[], ?::text[], ?::smallint[], ?::bigint[], ?::text[])
                              WITH ORDINALITY AS t (id, type, subject, bucket, version, data, n)
            ), counted AS (
                INSERT INTO messaging.subject AS s (name, sequence)
                SELECT subject, count(*) FROM new_event GROUP BY subject ORDER BY subject
                ON CONFLICT (name) DO UPDATE SET sequence = s.sequence + excluded.sequence
                RETURNING name, sequence
            )
            INSERT INTO messaging.outbox (bucket, id, type, subject, sequence, version, data, traceparent)
            SELECT bucket, id, type, subject,
                   c.sequence - count(*) OVER (PARTITION BY subject)
                              + row_number() OVER (PARTITION BY subject ORDER BY n),
                   version, data, ?
              FROM new_event t JOIN counted c ON c.name = t.subject ORDER BY n
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
     * Publishes events of the current transaction, in this order. If it commits, every listener receives them at least
     * once, the events of a subject in the order of their sequence numbers. If it rolls back, nothing is published. One
     * statement. It locks the counters of the subjects until the transaction ends, so call it late and once, with all
     * events.
     *
     * @throws IllegalStateException outside of a transaction, or with data of more than 16 KiB
     */
    public void publish(List<NewEvent> events) {
        if (events.isEmpty()) {
            return;
        }
        afterCommit.requireTransaction("Events must be published in the transaction that causes them");
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
            throw new IllegalStateException("The data of event %s has %,d characters; the limit is %,d"
                    .formatted(event.type().name(), data.length(), MAX_DATA_LENGTH));
        }
        return data;
    }

    /** {@link String#hashCode} is the same on every platform, by its specification. */
    static short bucket(String subject) {
        return (short) Math.floorMod(subject.hashCode(), BUCKETS);
    }
}
