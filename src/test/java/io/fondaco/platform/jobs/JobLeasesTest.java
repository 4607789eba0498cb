package io.fondaco.platform.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.agroal.DataSource;
import io.quarkus.arc.Arc;
import io.quarkus.arc.ManagedContext;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who runs a job, when pods die, sleep and wake. Other pods are played by SQL: the table is all that they share. */
@QuarkusTest
@Timeout(60)
class JobLeasesTest {
    private static final Duration AT_ONCE = Duration.ZERO;

    @Inject
    JobLeases leases;

    @Inject
    Fence fence;

    @Inject
    @DataSource("primary")
    javax.sql.DataSource database;

    private final String job = "job-" + UUID.randomUUID();

    @Test
    void aJobThatAPodHasIsNotTakenByAnotherUntilItsLeaseIsOver() throws SQLException {
        Lease first = leases.take(job, AT_ONCE).orElseThrow();
        assertThat(leases.take(job, AT_ONCE)).isEmpty();
        execute("UPDATE jobs.lease SET leased_until = now() - interval '1 s' WHERE name = '%s'".formatted(job));
        Lease second = leases.take(job, AT_ONCE).orElseThrow();
        assertThat(second.fence()).isGreaterThan(first.fence());
        assertThat(leases.extend(first)).as("the first has lost it").isFalse();
        assertThat(leases.extend(second)).isTrue();
    }

    @Test
    void whatIsGivenBackCanBeTakenAtOnceButNotSoonerThanItsPeriod() throws SQLException {
        Lease first = leases.take(job, AT_ONCE).orElseThrow();
        leases.giveBack(first, null);
        assertThat(leases.take(job, Duration.ofHours(1))).as("it has just run").isEmpty();
        assertThat(leases.take(job, AT_ONCE)).isPresent();
    }

    @Test
    void whoGivesBackLateTakesNothingFromWhoHasItNow() throws SQLException {
        Lease first = leases.take(job, AT_ONCE).orElseThrow();
        execute("UPDATE jobs.lease SET leased_until = now() - interval '1 s' WHERE name = '%s'".formatted(job));
        leases.take(job, AT_ONCE).orElseThrow();
        leases.giveBack(first, new IllegalStateException("late"));
        assertThat(leases.take(job, AT_ONCE)).isEmpty();
        assertThat(query("SELECT error FROM jobs.lease WHERE name = '%s'".formatted(job)))
                .isNull();
    }

    @Test
    void whoWakesAfterAnotherTookOverWritesNothing() throws SQLException {
        execute("CREATE SCHEMA IF NOT EXISTS probe; CREATE TABLE IF NOT EXISTS probe.job (name text)");
        Lease mine = leases.take(job, AT_ONCE).orElseThrow();
        execute("UPDATE jobs.lease SET fence = fence + 1, owner = gen_random_uuid() WHERE name = '%s'".formatted(job));
        assertThatThrownBy(() -> inTransaction(() -> {
                    fence.enter(mine);
                    execute("INSERT INTO probe.job VALUES ('%s')".formatted(job));
                    fence.hold();
                }))
                .hasStackTraceContaining("LeaseLost");
        assertThat(query("SELECT count(*) FROM probe.job WHERE name = '%s'".formatted(job)))
                .isEqualTo("0");
    }

    @Test
    void whoTakesOverWaitsForTheTransactionThatStandsOnTheFence() throws Exception {
        Lease mine = leases.take(job, AT_ONCE).orElseThrow();
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<Void> working = CompletableFuture.runAsync(
                    () -> inTransaction(() -> {
                        fence.enter(mine);
                        fence.hold();
                        held.countDown();
                        finish.await(30, TimeUnit.SECONDS);
                    }),
                    threads);
            assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<Optional<Lease>> taking = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            execute(
                                    "SET lock_timeout = '300ms'; UPDATE jobs.lease SET leased_until = now() WHERE name = '%s'"
                                            .formatted(job));
                            return Optional.empty();
                        } catch (SQLException e) {
                            assertThat(e.getSQLState()).isEqualTo("55P03");
                            return Optional.of(mine);
                        }
                    },
                    threads);
            assertThat(taking.get(20, TimeUnit.SECONDS)).as("it waited").isPresent();
            finish.countDown();
            working.get(20, TimeUnit.SECONDS);
        }
        execute("UPDATE jobs.lease SET leased_until = now() - interval '1 s' WHERE name = '%s'".formatted(job));
        assertThat(leases.take(job, AT_ONCE)).isPresent();
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void inTransaction(Work work) {
        ManagedContext context = Arc.container().requestContext();
        boolean mine = !context.isActive();
        if (mine) {
            context.activate();
        }
        try {
            QuarkusTransaction.requiringNew().call(() -> {
                work.run();
                return true;
            });
        } finally {
            if (mine) {
                context.terminate();
            }
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            try {
                statement.execute(sql);
            } finally {
                if (sql.startsWith("SET lock_timeout")) {
                    statement.execute("RESET lock_timeout");
                }
            }
        }
    }

    private String query(String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
