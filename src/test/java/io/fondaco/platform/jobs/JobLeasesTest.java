package io.fondaco.platform.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fondaco.ShopDatabase;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Job leases when pods die or are paused. SQL plays the part of other pods, because pods share only the table. */
@QuarkusTest
@Timeout(60)
class JobLeasesTest {
    private static final Duration NO_MIN_INTERVAL = Duration.ZERO;

    @Inject
    JobLeases leases;

    @Inject
    Fence fence;

    @Inject
    ShopDatabase database;

    private final String job = "job-" + UUID.randomUUID();

    @Test
    void leasedJobIsNotAcquiredByAnotherPodBeforeItsLeaseExpires() throws SQLException {
        JobLease first = leases.acquire(job, NO_MIN_INTERVAL).orElseThrow();
        assertThat(leases.acquire(job, NO_MIN_INTERVAL)).isEmpty();
        database.execute(
                "UPDATE jobs.lease SET leased_until = now() - interval '1 s' WHERE name = '%s'".formatted(job));
        JobLease second = leases.acquire(job, NO_MIN_INTERVAL).orElseThrow();
        assertThat(second.fencingToken()).isGreaterThan(first.fencingToken());
        assertThat(leases.extend(first)).as("the first has lost it").isFalse();
        assertThat(leases.extend(second)).isTrue();
    }

    @Test
    void releasedJobIsAcquiredAgainOnlyAfterItsMinInterval() throws SQLException {
        JobLease first = leases.acquire(job, NO_MIN_INTERVAL).orElseThrow();
        leases.release(first, null);
        assertThat(leases.acquire(job, Duration.ofHours(1)))
                .as("it has just run")
                .isEmpty();
        assertThat(leases.acquire(job, NO_MIN_INTERVAL)).isPresent();
    }

    @Test
    void lateReleaseDoesNotAffectTheNextLease() throws SQLException {
        JobLease first = leases.acquire(job, NO_MIN_INTERVAL).orElseThrow();
        database.execute(
                "UPDATE jobs.lease SET leased_until = now() - interval '1 s' WHERE name = '%s'".formatted(job));
        leases.acquire(job, NO_MIN_INTERVAL).orElseThrow();
        leases.release(first, new IllegalStateException("late"));
        assertThat(leases.acquire(job, NO_MIN_INTERVAL)).isEmpty();
        assertThat(database.query("SELECT error FROM jobs.lease WHERE name = '%s'".formatted(job)))
                .isNull();
    }

    @Test
    void transactionOfALostLeaseIsRolledBack() throws SQLException {
        database.execute("CREATE SCHEMA IF NOT EXISTS probe; CREATE TABLE IF NOT EXISTS probe.job (name text)");
        JobLease lease = leases.acquire(job, NO_MIN_INTERVAL).orElseThrow();
        database.execute(
                "UPDATE jobs.lease SET fence = fence + 1, owner = gen_random_uuid() WHERE name = '%s'".formatted(job));
        assertThatThrownBy(() -> ShopDatabase.inTransaction(() -> {
                    fence.setLease(lease);
                    database.execute("INSERT INTO probe.job VALUES ('%s')".formatted(job));
                    fence.requireLease();
                }))
                .hasStackTraceContaining("LeaseLost");
        assertThat(database.query("SELECT count(*) FROM probe.job WHERE name = '%s'".formatted(job)))
                .isEqualTo("0");
    }

    @Test
    void takeoverWaitsForTheTransactionThatRequiresTheLease() throws Exception {
        JobLease lease = leases.acquire(job, NO_MIN_INTERVAL).orElseThrow();
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<Void> working = CompletableFuture.runAsync(
                    () -> ShopDatabase.inTransaction(() -> {
                        fence.setLease(lease);
                        fence.requireLease();
                        held.countDown();
                        finish.await(30, TimeUnit.SECONDS);
                    }),
                    threads);
            assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<Optional<JobLease>> takeover = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            database.execute(
                                    "SELECT FROM jobs.lease WHERE name = '%s' FOR NO KEY UPDATE NOWAIT".formatted(job));
                            return Optional.empty();
                        } catch (SQLException e) {
                            assertThat(e.getSQLState()).isEqualTo("55P03");
                            return Optional.of(lease);
                        }
                    },
                    threads);
            assertThat(takeover.get(20, TimeUnit.SECONDS)).as("it waited").isPresent();
            finish.countDown();
            working.get(20, TimeUnit.SECONDS);
        }
        database.execute(
                "UPDATE jobs.lease SET leased_until = now() - interval '1 s' WHERE name = '%s'".formatted(job));
        assertThat(leases.acquire(job, NO_MIN_INTERVAL)).isPresent();
    }
}
