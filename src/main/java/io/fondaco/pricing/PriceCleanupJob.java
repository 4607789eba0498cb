package io.fondaco.pricing;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.OncePerCluster;
import io.fondaco.platform.roles.PodRoles;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.function.IntUnaryOperator;

/** Deletes past prices that no page needs any more, and the prices of deleted lists. */
@ApplicationScoped
class PriceCleanupJob {
    /** How long a past price is kept after its end. A reduction that lasts longer shows no lowest price. */
    static final Duration RETENTION = Duration.ofDays(400);

    private static final int ROWS_PER_TRANSACTION = 10_000;
    private static final int MAX_ROUNDS = 1_000;

    private final ListPriceStatements statements;

    PriceCleanupJob(ListPriceStatements statements) {
        this.statements = statements;
    }

    @ReadsFrom(Route.PRIMARY)
    @OncePerCluster(value = "price-cleanup", every = "59m")
    @Scheduled(
            every = "1h",
            delayed = "3m",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void run() {
        repeat(statements::deletePricesOfDeletedLists);
        repeat(limit -> statements.deletePastPrices(RETENTION, limit));
    }

    private static void repeat(IntUnaryOperator deletion) {
        int deleted = ROWS_PER_TRANSACTION;
        for (int round = 0; deleted == ROWS_PER_TRANSACTION && round < MAX_ROUNDS; round++) {
            deleted = QuarkusTransaction.requiringNew().call(() -> deletion.applyAsInt(ROWS_PER_TRANSACTION));
        }
    }
}
