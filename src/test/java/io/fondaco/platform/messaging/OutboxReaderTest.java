package io.fondaco.platform.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.ShopDatabase;
import io.quarkus.agroal.DataSource;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The events that a read of the outbox finds, and its cost, with the application's own statement. The tests use a
 * listener and buckets of their own.
 */
@QuarkusTest
class OutboxReaderTest {
    private static final int EVENT_COUNT = 5_000;
    private static final UUID WORKER = UUID.randomUUID();

    private final javax.sql.DataSource primary;
    private final ShopDatabase database;

    private final OutboxReader outboxReader;
    private final BucketLeases bucketLeases;

    OutboxReaderTest(
            @DataSource("primary") javax.sql.DataSource primary,
            ShopDatabase database,
            OutboxReader outboxReader,
            BucketLeases bucketLeases) {
        this.primary = primary;
        this.database = database;
        this.outboxReader = outboxReader;
        this.bucketLeases = bucketLeases;
    }

    @BeforeEach
    void createCursors() throws SQLException {
        database.execute("INSERT INTO messaging.subscription (listener) VALUES ('reader')");
        database.execute("""
                INSERT INTO messaging.cursor (listener, bucket, position, seen, owner)
                SELECT 'reader', b, (SELECT last_value FROM messaging.outbox_position), pg_current_snapshot(), '%s'
                  FROM generate_series(100, 107) AS b
                """.formatted(WORKER));
    }

    @AfterEach
    void deleteCursors() throws SQLException {
        database.execute("DELETE FROM messaging.subscription WHERE listener = 'reader'");
        database.execute("DELETE FROM messaging.outbox WHERE bucket >= 100");
    }

    /** The number of rows that a read touches does not depend on the length of the outbox. */
    @Test
    void readDoesNotScanTheWholeOutbox() throws SQLException {
        try (Connection connection = primary.getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute(insertEvents(EVENT_COUNT, "generate_series(1, %d) AS n".formatted(EVENT_COUNT)));
                statement.execute("""
                        UPDATE messaging.cursor SET position = (SELECT last_value FROM messaging.outbox_position)
                         WHERE listener = 'reader'
                        """);
                connection.commit();
                statement.execute("""
                        UPDATE messaging.cursor SET seen = pg_current_snapshot() WHERE listener = 'reader'
                        """);
                connection.commit();
                // A cached plan of a connection is generic, so test a generic plan.
                statement.execute("SET LOCAL plan_cache_mode = force_generic_plan");
                assertThat(fetchSubjects(connection)).isEmpty();
                try (ResultSet row = statement.executeQuery("""
                        SELECT sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_xact_user_tables
                         WHERE schemaname = 'messaging' AND relname LIKE 'outbox%'
                        """)) {
                    row.next();
                    assertThat(row.getLong(1)).as("rows touched").isLessThan(100);
                }
            }
            connection.rollback();
        }
    }

    @Test
    void lateCommitIsReadOnceAndDelaysNoOtherEvent() throws SQLException {
        try (Connection slow = primary.getConnection();
                Connection reader = primary.getConnection()) {
            slow.setAutoCommit(false);
            try (Statement statement = slow.createStatement()) {
                statement.execute(insertEvents(1, "(VALUES ('late')) AS v (n)"));
                database.execute(insertEvents(1, "(VALUES ('early')) AS v (n)"));
                assertThat(fetchSubjects(reader)).containsExactly("early");
                advance();
                assertThat(fetchSubjects(reader)).isEmpty();
                slow.commit();
            }
            assertThat(fetchSubjects(reader)).containsExactly("late");
            advance();
            assertThat(fetchSubjects(reader)).isEmpty();
        }
    }

    /** Statements that lock several cursors in different orders would deadlock. */
    @Test
    void cursorsAreLockedInTheOrderOfTheirBuckets() throws Exception {
        // The updates store the rows in reverse order.
        for (int bucket = 107; bucket >= 100; bucket--) {
            database.execute("UPDATE messaging.cursor SET owner = '%s' WHERE listener = 'reader' AND bucket = %d"
                    .formatted(bucketLeases.workerId(), bucket));
        }
        List<OutboxReader.CursorPosition> cursors = IntStream.rangeClosed(100, 107)
                .mapToObj(bucket -> new OutboxReader.CursorPosition((short) bucket, 0, 0))
                .toList()
                .reversed();
        String snapshot = database.query("SELECT pg_current_snapshot()::text");
        assertThat(unlockedBucketsWhileOneIsLocked(() -> outboxReader.advance(
                        "reader",
                        bucketLeases.workerId(),
                        new OutboxReader.FetchResult(List.of(), cursors, snapshot, true))))
                .as("advance")
                .containsExactly(105, 106, 107);
    }

    @Test
    void heartbeatWaitsForNoCursor() throws Exception {
        try (Connection holder = primary.getConnection()) {
            holder.setAutoCommit(false);
            try (Statement statement = holder.createStatement()) {
                statement.execute("SELECT FROM messaging.cursor FOR UPDATE");
                assertThat(bucketLeases.heartbeat()).as("live workers").isPositive();
            } finally {
                holder.rollback();
            }
        }
    }

    private interface CursorUpdate {
        void run() throws SQLException;
    }

    /** The buckets of the cursors that are not locked while the update waits for a lock on the one in the middle. */
    private List<Integer> unlockedBucketsWhileOneIsLocked(CursorUpdate cursorUpdate) throws Exception {
        try (Connection holder = primary.getConnection();
                Connection other = primary.getConnection();
                ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor()) {
            holder.setAutoCommit(false);
            other.setAutoCommit(false);
            try (Statement lock = holder.createStatement();
                    Statement select = other.createStatement()) {
                lock.execute("SELECT FROM messaging.cursor WHERE listener = 'reader' AND bucket = 104 FOR UPDATE");
                Future<?> writing = thread.submit(() -> {
                    cursorUpdate.run();
                    return null;
                });
                await().until(() -> database.query("""
                                SELECT count(*) > 0 FROM pg_stat_activity
                                 WHERE wait_event_type = 'Lock' AND query LIKE '%messaging.cursor%'
                                """).equals("t"));
                List<Integer> free = new ArrayList<>();
                try (ResultSet row = select.executeQuery("""
                        SELECT bucket FROM messaging.cursor WHERE listener = 'reader'
                         ORDER BY bucket FOR UPDATE SKIP LOCKED
                        """)) {
                    while (row.next()) {
                        free.add(row.getInt(1));
                    }
                }
                other.rollback();
                holder.rollback();
                writing.get();
                return free;
            }
        }
    }

    private static String insertEvents(int sequence, String rows) {
        return """
                INSERT INTO messaging.outbox (bucket, id, type, subject, sequence, version, data)
                SELECT 100 + abs(hashtext(n::text)) %% 8, gen_random_uuid(), 'reader.test', n, %d, 1, '{}' FROM %s
                """.formatted(sequence, rows);
    }

    private void advance() throws SQLException {
        database.execute("""
                UPDATE messaging.cursor SET position = (SELECT last_value FROM messaging.outbox_position),
                                            seen = pg_current_snapshot()
                 WHERE listener = 'reader'
                """);
    }

    /** The subjects of the events that a fetch finds. */
    private static List<String> fetchSubjects(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(OutboxReader.FETCH)) {
            select.setString(1, "reader");
            select.setObject(2, WORKER);
            select.setInt(3, 64);
            List<String> found = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    if (row.getString("subject") != null) {
                        found.add(row.getString("subject"));
                    }
                }
            }
            return found;
        }
    }
}
