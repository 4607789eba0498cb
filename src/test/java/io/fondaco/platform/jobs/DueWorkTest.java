package io.fondaco.platform.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.ShopDatabase;
import io.fondaco.platform.Backoff;
import io.fondaco.platform.sql.Sql;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Claims, leases and retries of rows. SQL plays the part of time. */
@QuarkusTest
class DueWorkTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @Inject
    Sql sql;

    @Inject
    ShopDatabase database;

    private DueWork<Task> tasks;

    private record Task(UUID id, UUID lease, int attempts) {}

    @BeforeEach
    void createTable() throws SQLException {
        database.execute("CREATE SCHEMA due_work");
        database.execute("""
                CREATE TABLE due_work.task (
                    id              uuid        PRIMARY KEY DEFAULT uuidv7(),
                    status          text        NOT NULL DEFAULT 'pending',
                    attempts        int         NOT NULL DEFAULT 0,
                    next_attempt_at timestamptz NOT NULL DEFAULT now(),
                    leased_until    timestamptz NOT NULL DEFAULT '-infinity',
                    lease           uuid,
                    error           text
                )""");
        tasks = describe().returning("id, lease, attempts", Task.class, sql);
    }

    @AfterEach
    void dropTable() throws SQLException {
        database.execute("DROP SCHEMA due_work CASCADE");
    }

    private static DueWork.Builder describe() {
        return DueWork.in("due_work.task").where("status = 'pending'").lease(MINUTE);
    }

    @Test
    void claimedRowIsClaimedAgainOnlyAfterItsLease() throws SQLException {
        insert(1);
        Task first = claim(tasks, 10).getFirst();
        assertThat(first.attempts()).isEqualTo(1);
        assertThat(claim(tasks, 10)).isEmpty();
        assertThat(seconds("leased_until")).isBetween(50.0, 60.0);

        expireLeases();
        Task second = claim(tasks, 10).getFirst();
        assertThat(second.id()).isEqualTo(first.id());
        assertThat(second.lease()).isNotEqualTo(first.lease());
        assertThat(second.attempts()).isEqualTo(2);
    }

    @Test
    void rowsAreClaimedAsTheyBecomeDueUpToTheLimit() throws SQLException {
        insert(3);
        database.execute("UPDATE due_work.task SET next_attempt_at = now() + interval '1 hour'");
        database.execute("""
                WITH numbered AS (SELECT id, row_number() OVER (ORDER BY id DESC) AS n FROM due_work.task)
                UPDATE due_work.task t SET next_attempt_at = now() - make_interval(mins => 10 - n::int)
                  FROM numbered WHERE numbered.id = t.id AND n <= 2
                """);
        UUID last = UUID.fromString(database.query("SELECT id FROM due_work.task ORDER BY id DESC LIMIT 1"));
        assertThat(claim(tasks, 1)).extracting(Task::id).containsExactly(last);
        assertThat(claim(tasks, 10)).as("one is not due").hasSize(1);
    }

    @Test
    void concurrentClaimsTakeDifferentRows() throws Exception {
        insert(40);
        Callable<List<Task>> claim = () -> {
            List<Task> claimed = new ArrayList<>();
            ShopDatabase.inTransaction(() -> claimed.addAll(tasks.claim(5)));
            return claimed;
        };
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Task> all = threads
                    .invokeAll(IntStream.range(0, 8).mapToObj(_ -> claim).toList())
                    .stream()
                    .map(Future::resultNow)
                    .flatMap(List::stream)
                    .toList();
            assertThat(all).hasSize(40).extracting(Task::id).doesNotHaveDuplicates();
            assertThat(all).extracting(Task::attempts).containsOnly(1);
        }
    }

    @Test
    void formerHolderOfALeaseChangesNothing() throws SQLException {
        insert(1);
        Task former = claim(tasks, 1).getFirst();
        expireLeases();
        Task current = claim(tasks, 1).getFirst();

        QuarkusTransaction.requiringNew().run(() -> {
            assertThat(tasks.extend(former.id(), former.lease())).isFalse();
            assertThat(tasks.release(former.id(), former.lease(), Duration.ZERO))
                    .isFalse();
            assertThat(tasks.reschedule(former.id(), former.lease(), Duration.ZERO, "late"))
                    .isFalse();
            assertThat(tasks.end(former.id(), former.lease(), "status = 'done'").executeUpdate())
                    .isZero();
        });

        assertThat(claim(tasks, 1)).as("the lease is still valid").isEmpty();
        assertThat(QuarkusTransaction.requiringNew().call(() -> tasks.extend(current.id(), current.lease())))
                .isTrue();
    }

    @Test
    void extendedLeaseLastsAnotherTerm() throws SQLException {
        insert(1);
        Task task = claim(tasks, 1).getFirst();
        expireLeases();
        QuarkusTransaction.requiringNew().run(() -> tasks.extend(task.id(), task.lease()));
        assertThat(seconds("leased_until")).isBetween(50.0, 60.0);
        assertThat(claim(tasks, 1)).isEmpty();
    }

    @Test
    void failedAttemptIsRepeatedAfterItsDelay() throws SQLException {
        insert(1);
        Task task = claim(tasks, 1).getFirst();
        QuarkusTransaction.requiringNew()
                .run(() -> tasks.reschedule(task.id(), task.lease(), Duration.ofMinutes(5), "refused"));
        assertThat(claim(tasks, 1)).isEmpty();
        assertThat(seconds("next_attempt_at")).isBetween(290.0, 300.0);
        assertThat(database.query("SELECT error FROM due_work.task WHERE lease IS NULL"))
                .isEqualTo("refused");

        database.execute("UPDATE due_work.task SET next_attempt_at = now()");
        assertThat(claim(tasks, 1)).extracting(Task::attempts).containsExactly(2);
    }

    @Test
    void endedWorkIsNeverDue() throws SQLException {
        insert(1);
        Task task = claim(tasks, 1).getFirst();
        QuarkusTransaction.requiringNew().run(() -> assertThat(
                        tasks.end(task.id(), task.lease(), "status = 'done'").executeUpdate())
                .isEqualTo(1));
        assertThat(claim(tasks, 1)).isEmpty();
        assertThat(database.query("SELECT count(*) FROM due_work.task WHERE lease IS NULL AND leased_until < now()"))
                .isEqualTo("1");
    }

    /** Each claim plans the next attempt, by the number of earlier attempts. */
    @Test
    void plannedAttemptBacksOffUpToItsMaximum() throws SQLException {
        insert(1);
        DueWork<Task> retried = describe()
                .backoff(new Backoff(Duration.ofSeconds(10), Duration.ofMinutes(10)))
                .returning("id, lease, attempts", Task.class, sql);
        for (int attempt = 0; attempt < 4; attempt++) {
            assertThat(claim(retried, 1)).hasSize(1);
            double planned = 10 * Math.scalb(1.0, attempt);
            assertThat(seconds("next_attempt_at")).isBetween(planned * 0.8 - 5, planned * 1.2);
            expireLeases();
            assertThat(claim(retried, 1)).as("not before the planned time").isEmpty();
            database.execute("UPDATE due_work.task SET next_attempt_at = now()");
        }
        database.execute("UPDATE due_work.task SET attempts = 1000000");
        assertThat(claim(retried, 1)).hasSize(1);
        assertThat(seconds("next_attempt_at")).isBetween(590.0, 600.0);
    }

    private static List<Task> claim(DueWork<Task> work, int limit) {
        return QuarkusTransaction.requiringNew().call(() -> work.claim(limit));
    }

    private void insert(int count) throws SQLException {
        database.execute("INSERT INTO due_work.task SELECT FROM generate_series(1, %d)".formatted(count));
    }

    private void expireLeases() throws SQLException {
        database.execute("UPDATE due_work.task SET leased_until = now()");
    }

    /** Seconds until the time in a column of the only row. */
    private double seconds(String column) throws SQLException {
        return Double.parseDouble(
                database.query("SELECT extract(epoch FROM %s - now()) FROM due_work.task".formatted(column)));
    }
}
