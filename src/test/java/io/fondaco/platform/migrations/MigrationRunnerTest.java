package io.fondaco.platform.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fondaco.platform.Causes;
import io.fondaco.platform.embedded.ReplicatedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.flywaydb.core.api.FlywayException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** How migrations affect statements that run at the same time. */
class MigrationRunnerTest {
    private static final Duration LOCK_TIMEOUT = Duration.ofMillis(500);
    private static final Duration RETRY_TIMEOUT = Duration.ofSeconds(120);

    /** Added to the lock timeout for a busy machine. */
    private static final Duration SLACK = Duration.ofSeconds(3);

    @TempDir
    private static Path directory;

    private static ReplicatedPostgres database;

    @BeforeAll
    static void start() {
        database = ReplicatedPostgres.startWithoutFsync(directory, 0);
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    private static PGSimpleDataSource primary() {
        PGSimpleDataSource primary = new PGSimpleDataSource();
        primary.setUrl(database.jdbcUrl(List.of(database.primary().port())));
        primary.setUser(database.credentialsEnvironment().get("FONDACO_DATABASE_USERNAME"));
        primary.setPassword(database.credentialsEnvironment().get("FONDACO_DATABASE_PASSWORD"));
        return primary;
    }

    /** Returns the first migrations of a module, in order. */
    private static MigrationScripts module(String name, String... migrations) {
        TreeMap<String, String> scripts = new TreeMap<>();
        for (int i = 0; i < migrations.length; i++) {
            scripts.put("V%d__step.sql".formatted(i + 1), migrations[i]);
        }
        return new MigrationScripts(new TreeMap<>(Map.of(name, scripts)));
    }

    private static int migrate(MigrationScripts scripts, Duration retryTimeout) {
        return new MigrationRunner(primary(), LOCK_TIMEOUT, retryTimeout).migrate(scripts);
    }

    private static String query(String sql) {
        return database.primary().query(sql);
    }

    /** Inserts into a table in a loop and records the longest insert. */
    private static final class WriteLoad implements AutoCloseable {
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final AtomicLong longestNanos = new AtomicLong();
        private final AtomicInteger writes = new AtomicInteger();
        private final Future<Void> work;
        private volatile boolean stopped;

        WriteLoad(String table) {
            work = thread.submit(() -> {
                try (Connection connection = primary().getConnection();
                        Statement statement = connection.createStatement()) {
                    while (!stopped) {
                        long begin = System.nanoTime();
                        statement.execute("INSERT INTO %s VALUES (1)".formatted(table));
                        long took = System.nanoTime() - begin;
                        writes.incrementAndGet();
                        longestNanos.accumulateAndGet(took, Math::max);
                    }
                }
                return null;
            });
        }

        Duration longest() {
            return Duration.ofNanos(longestNanos.get());
        }

        @Override
        public void close() throws InterruptedException, ExecutionException {
            stopped = true;
            thread.shutdown();
            assertThat(thread.awaitTermination(RETRY_TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            work.get();
        }
    }

    @Test
    void historiesShowWhetherADatabaseIsUpToDate() throws Exception {
        MigrationScripts release = MigrationScripts.ofThisRelease();
        for (var module : release.modules().entrySet()) {
            assertThat(hasApplied(module.getKey(), module.getValue()))
                    .as(module.getKey())
                    .isTrue();
        }

        MigrationScripts two = module("seen", "CREATE TABLE seen.one ()\n;\r\n-- é\n", "CREATE TABLE seen.two ()");
        assertThat(hasApplied("seen", two.modules().get("seen"))).isFalse();
        migrate(two, RETRY_TIMEOUT);
        assertThat(hasApplied("seen", two.modules().get("seen"))).isTrue();
        assertThat(hasApplied(
                        "seen",
                        module("seen", "CREATE TABLE seen.one ()\n;\r\n-- é\n")
                                .modules()
                                .get("seen")))
                .as("with a migration of a later release")
                .isTrue();
        assertThat(hasApplied(
                        "seen",
                        module("seen", "CREATE TABLE seen.other ()").modules().get("seen")))
                .as("with another text")
                .isFalse();
        database.primary().execute("UPDATE seen.flyway_schema_history SET success = false WHERE version = '2'");
        assertThat(hasApplied(
                        "seen",
                        module("seen", "CREATE TABLE seen.one ()\n;\r\n-- é\n")
                                .modules()
                                .get("seen")))
                .as("with a failed migration")
                .isFalse();
    }

    private static boolean hasApplied(String module, SortedMap<String, String> scripts) throws SQLException {
        try (Connection connection = primary().getConnection()) {
            return FlywayHistories.read(connection).hasApplied(module, scripts);
        }
    }

    @Test
    void blockingAndOnlineMigrationsGetTheirTimeouts() {
        String note =
                "INSERT INTO limits.seen SELECT current_setting('lock_timeout'), current_setting('statement_timeout')";
        migrate(
                module(
                        "limits",
                        "CREATE TABLE limits.seen (lock text, statement text)",
                        "-- Not CONCURRENTLY.\n" + note,
                        note + " WHERE 'VALIDATE CONSTRAINT' <> ''",
                        note),
                RETRY_TIMEOUT);
        assertThat(database.primary().queryAll("SELECT lock || ' ' || statement FROM limits.seen"))
                .containsExactly("500ms 30s", "2min 0", "500ms 30s");
    }

    @Test
    void lockedTableBlocksWritesNoLongerThanTheLockTimeout() throws Exception {
        String table = "CREATE TABLE held.item (x int)";
        migrate(module("held", table), RETRY_TIMEOUT);
        try (Connection holder = database.primary().session();
                WriteLoad writeLoad = new WriteLoad("held.item");
                ExecutorService thread = Executors.newSingleThreadExecutor()) {
            holder.setAutoCommit(false);
            try (Statement statement = holder.createStatement()) {
                statement.execute("SELECT FROM held.item");
            }
            Future<Integer> migration = thread.submit(
                    () -> migrate(module("held", table, "ALTER TABLE held.item ADD COLUMN y int"), RETRY_TIMEOUT));
            Set<String> attempts = new TreeSet<>();
            Awaitility.await().atMost(RETRY_TIMEOUT).untilAsserted(() -> {
                attempts.addAll(database.primary()
                        .queryAll("SELECT query_start FROM pg_stat_activity"
                                + " WHERE query LIKE '%ALTER TABLE held.item%' AND wait_event_type = 'Lock'"));
                assertThat(attempts).hasSizeGreaterThanOrEqualTo(3);
            });
            assertThat(migration).isNotDone();
            holder.rollback();
            assertThat(migration.get(RETRY_TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                    .isEqualTo(1);
            assertThat(writeLoad.longest()).isLessThan(LOCK_TIMEOUT.plus(SLACK));
        }
        assertThat(query("SELECT count(*) > 0 FROM held.item WHERE y IS NULL")).isEqualTo("t");
    }

    @Test
    void migrationWithoutItsLockFailsAndSucceedsInTheNextRun() throws Exception {
        String table = "CREATE TABLE impatient.item (x int)";
        MigrationScripts both = module("impatient", table, "ALTER TABLE impatient.item ADD COLUMN y int");
        migrate(module("impatient", table), RETRY_TIMEOUT);
        try (Connection holder = database.primary().session()) {
            holder.setAutoCommit(false);
            try (Statement statement = holder.createStatement()) {
                statement.execute("SELECT FROM impatient.item");
            }
            assertThatThrownBy(() -> migrate(both, Duration.ofSeconds(2)))
                    .isInstanceOf(FlywayException.class)
                    .satisfies(thrown -> assertThat(((SQLException) Causes.rootCause(thrown)).getSQLState())
                            .isEqualTo("55P03"));
            holder.rollback();
        }
        assertThat(migrate(both, RETRY_TIMEOUT)).isEqualTo(1);
    }

    @Test
    void concurrentIndexDoesNotBlockWritesAndIsRetriedAfterAFailure() throws Exception {
        String table = "CREATE TABLE indexed.item (x int)";
        MigrationScripts both = module(
                "indexed",
                table,
                "DROP INDEX CONCURRENTLY IF EXISTS indexed.item_x; CREATE INDEX CONCURRENTLY item_x ON"
                        + " indexed.item (x)");
        migrate(module("indexed", table), RETRY_TIMEOUT);
        try (Connection holder = database.primary().session();
                WriteLoad writeLoad = new WriteLoad("indexed.item");
                ExecutorService thread = Executors.newSingleThreadExecutor()) {
            holder.setAutoCommit(false);
            try (Statement statement = holder.createStatement()) {
                statement.execute("INSERT INTO indexed.item VALUES (2)");
            }
            Future<Integer> migration = thread.submit(() -> migrate(both, RETRY_TIMEOUT));
            String waiting = "FROM pg_stat_activity WHERE query LIKE '%CREATE INDEX CONCURRENTLY item_x%' AND"
                    + " wait_event_type = 'Lock'";
            Awaitility.await().atMost(RETRY_TIMEOUT).untilAsserted(() -> assertThat(query("SELECT count(*) " + waiting))
                    .isEqualTo("1"));
            int before = writeLoad.writes.get();
            Awaitility.await().atMost(SLACK).untilAsserted(() -> assertThat(writeLoad.writes)
                    .hasValueGreaterThan(before + 10));
            query("SELECT pg_cancel_backend(pid) " + waiting);
            assertThatThrownBy(() -> migration.get(RETRY_TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                    .hasRootCauseInstanceOf(SQLException.class);
            holder.rollback();
        }
        String valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'indexed.item_x'::regclass";
        assertThat(query(valid)).as("the interrupted index").isEqualTo("f");
        try (Connection connection = primary().getConnection()) {
            assertThat(SchemaVersions.outdated(connection, both.versions()))
                    .containsExactly("indexed is at 1 and must be at 2");
        }
        assertThat(migrate(both, RETRY_TIMEOUT)).isEqualTo(1);
        assertThat(query(valid)).isEqualTo("t");
    }

    /** The schema that a release finds after a rollback, and the schema that it finds if nobody migrated. */
    @Test
    void newerSchemaIsAcceptedAndOlderSchemaIsReported() throws SQLException {
        MigrationScripts newer =
                module("aged", "CREATE TABLE aged.item (x int)", "ALTER TABLE aged.item ADD COLUMN y int");
        MigrationScripts older = module("aged", "CREATE TABLE aged.item (x int)");
        migrate(newer, RETRY_TIMEOUT);
        assertThat(migrate(older, RETRY_TIMEOUT)).isZero();
        try (Connection connection = primary().getConnection()) {
            assertThat(SchemaVersions.outdated(connection, older.versions())).isEmpty();
            assertThat(SchemaVersions.outdated(connection, newer.versions())).isEmpty();
            assertThat(SchemaVersions.outdated(connection, Map.of("aged", 3, "absent", 1)))
                    .containsExactly("absent is at 0 and must be at 1", "aged is at 2 and must be at 3");
        }
    }

    @Test
    void releaseKnowsAllItsMigrations() {
        assertThat(MigrationScripts.ofThisRelease().versions())
                .containsEntry(
                        "inventory",
                        ReleasedMigrations.all().keySet().stream()
                                .filter(file -> file.startsWith("inventory/"))
                                .mapToInt(ReleasedMigrations::number)
                                .max()
                                .orElseThrow())
                .hasSize((int) ReleasedMigrations.all().keySet().stream()
                        .map(file -> file.substring(0, file.indexOf('/')))
                        .distinct()
                        .count());
    }
}
