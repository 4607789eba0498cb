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
 * What reading the outbox finds, and what it costs the database: by the application's own statement, for a listener and in
 * buckets that nobody else reads.
 */
@QuarkusTest
class OutboxReaderTest {
    private static final int LOG = 5_000;
    private static final UUID WORKER = UUID.randomUUID();

    private final javax.sql.DataSource primary;
    private final ShopDatabase database;

    private final OutboxReader outboxReader;
    private final BucketLeases bucketLeases;

    OutboxReaderTest(
            @DataSource("primary") javax.sql.DataSource primary,
            ShopDatabase database,
            OutboxReader log,
            BucketLeases bucketLeases) {
        this.primary = primary;
        this.database = database;
        this.outboxReader = log;
        this.bucketLeases = bucketLeases;
    }

    @BeforeEach
    void createCursors() throws SQLException {
        database.execute("INSERT INTO messaging.subscription (listener) VALUES ('reader')");
        database.execute("""
                INSERT INTO messaging.cursor (listener, bucket, position, seen, owner, leased_until)
                SELECT 'reader', b, (SELECT last_value FROM messaging.outbox_position), pg_current_snapshot(), '%s', 'infinity'
                  FROM generate_series(100, 107) AS b
                """.formatted(WORKER));
    }

    @AfterEach
    void deleteCursors() throws SQLException {
        database.execute("DELETE FROM messaging.subscription WHERE listener = 'reader'");
        database.execute("DELETE FROM messaging.outbox WHERE bucket >= 100");
    }

    /** As many rows of the log are touched when it is long as when it is short. */
    @Test
    void readingDoesNotReadTheLogAgain() throws SQLException {
        try (Connection connection = primary.getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute(insertEvents(LOG, "generate_series(1, %d) AS n".formatted(LOG)));
                statement.execute("""
                        UPDATE messaging.cursor SET position = (SELECT last_value FROM messaging.outbox_position)
                         WHERE listener = 'reader'
                        """);
                connection.commit();
                statement.execute("""
                        UPDATE messaging.cursor SET seen = pg_current_snapshot() WHERE listener = 'reader'
                        """);
                connection.commit();
                // The plan that a connection keeps is made for any listener, like this one.
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
    void whatCommitsLateIsReadOnceAndInTheMeantimeNothingWaits() throws SQLException {
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

    /** Those who lock several in another order lock one another out, sooner or later. */
    @Test
    void whoWritesSeveralCursorsLocksThemInTheOrderOfTheirBuckets() throws Exception {
        // So that they lie the other way round.
        for (int bucket = 107; bucket >= 100; bucket--) {
            database.execute("UPDATE messaging.cursor SET owner = '%s' WHERE listener = 'reader' AND bucket = %d"
                    .formatted(bucketLeases.workerId(), bucket));
        }
        List<OutboxReader.CursorPosition> places = IntStream.rangeClosed(100, 107)
                .mapToObj(bucket -> new OutboxReader.CursorPosition((short) bucket, 0, 0))
                .toList()
                .reversed();
        String snapshot = database.query("SELECT pg_current_snapshot()::text");
        assertThat(unlockedBucketsWhileOneIsLocked(() -> outboxReader.advance(
                        "reader",
                        bucketLeases.workerId(),
                        new OutboxReader.FetchResult(List.of(), places, snapshot, true))))
                .as("advance")
                .containsExactly(105, 106, 107);
        assertThat(unlockedBucketsWhileOneIsLocked(bucketLeases::heartbeat))
                .as("beat")
                .containsExactly(105, 106, 107);
    }

    private interface CursorUpdate {
        void run() throws SQLException;
    }

    /** Which cursors nobody has locked while the write waits for the one in the middle. */
    private List<Integer> unlockedBucketsWhileOneIsLocked(CursorUpdate cursorUpdate) throws Exception {
        try (Connection holder = primary.getConnection();
                Connection other = primary.getConnection();
                ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor()) {
            holder.setAutoCommit(false);
            other.setAutoCommit(false);
            try (Statement hold = holder.createStatement();
                    Statement look = other.createStatement()) {
                hold.execute("SELECT FROM messaging.cursor WHERE listener = 'reader' AND bucket = 104 FOR UPDATE");
                Future<?> writing = thread.submit(() -> {
                    cursorUpdate.run();
                    return null;
                });
                await().until(() -> database.query("""
                                SELECT count(*) > 0 FROM pg_stat_activity
                                 WHERE wait_event_type = 'Lock' AND query LIKE '%messaging.cursor%'
                                """).equals("t"));
                List<Integer> free = new ArrayList<>();
                try (ResultSet row = look.executeQuery("""
                        SELECT bucket FROM messaging.cursor WHERE listener = 'reader' ORDER BY bucket FOR UPDATE SKIP LOCKED
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

    /** The subjects of this test's events that are found. */
    private static List<String> fetchSubjects(Connection connection) throws SQLException {
        try (PreparedStatement look = connection.prepareStatement(OutboxReader.FETCH)) {
            look.setString(1, "reader");
            look.setObject(2, WORKER);
            look.setInt(3, 64);
            List<String> found = new ArrayList<>();
            try (ResultSet row = look.executeQuery()) {
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
