package io.fondaco.platform.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.ShopDatabase;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The poll of the application under test, with the table of job leases as a table of work. */
@QuarkusTest
class DueWorkPollTest {
    private static final String JOB = "due-work-poll-test";
    private static final String POLL = "last_value FROM messaging.outbox_position\\)";
    private static final Duration SOON = Duration.ofSeconds(5);

    @Inject
    DueWorkPoll dueWorkPoll;

    @Inject
    ShopDatabase database;

    @AfterEach
    void deleteLease() throws SQLException {
        database.execute("DELETE FROM jobs.lease WHERE name = '%s'".formatted(JOB));
    }

    @Test
    void conditionIsDueWhileItIsTrueAndWakesItsWorker() throws SQLException {
        AtomicInteger signals = new AtomicInteger();
        DueWorkPoll.Condition condition = dueWorkPoll.watch(
                "EXISTS (SELECT FROM jobs.lease WHERE name = '%s')".formatted(JOB), signals::incrementAndGet);
        assertThat(condition.isDue()).as("before the first poll").isTrue();
        await().atMost(SOON).until(() -> !condition.isDue());
        assertThat(signals).hasValue(0);

        insertLease("1 hour");

        await().atMost(SOON).until(condition::isDue);
        await().atMost(SOON).until(() -> signals.get() > 0);
    }

    @Test
    void jobWithoutWorkRunsOnceAMinute() throws SQLException {
        dueWorkPoll.watchJob(JOB, "false");
        assertThat(dueWorkPoll.isJobDue(JOB)).as("a job that never ran").isTrue();

        insertLease("56 seconds");
        await().atMost(SOON).until(() -> !dueWorkPoll.isJobDue(JOB));
        await().atMost(SOON.multipliedBy(2)).until(() -> dueWorkPoll.isJobDue(JOB));
        assertThat(dueWorkPoll.isJobDue("a job without a condition")).isTrue();
    }

    @Test
    void allConditionsTogetherCostOneStatementASecond() throws Exception {
        long before = database.countStatements(POLL);
        long begin = System.nanoTime();
        await().atMost(SOON.multipliedBy(2)).until(() -> database.countStatements(POLL) >= before + 4);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(2_500));
    }

    private void insertLease(String age) throws SQLException {
        database.execute("""
                INSERT INTO jobs.lease (name, owner, leased_until, started_at)
                VALUES ('%s', gen_random_uuid(), now(), now() - interval '%s')
                """.formatted(JOB, age));
    }
}
