package io.fondaco.platform.transactions;

import io.fondaco.platform.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.TransactionSynchronizationRegistry;

/**
 * A commit that does not wait for the disk. For transactions that must be atomic but need not be durable by themselves:
 * a server crash may undo one as a whole, unless a later transaction that waited for the disk survives; then this one
 * survives too.
 *
 * <p>An asynchronous commit is visible before its WAL is on disk, but the primary's position, by which caches and
 * clients judge freshness, counts only WAL that is on disk. So a transaction that publishes something to caches or
 * listeners must wait for the disk after all.
 */
@ApplicationScoped
public class AsyncCommit {
    private final Sql sql;
    private final TransactionSynchronizationRegistry transactions;

    AsyncCommit(Sql sql, TransactionSynchronizationRegistry transactions) {
        this.sql = sql;
        this.transactions = transactions;
    }

    /** Enables it for the current transaction. One statement; call it before any lock is taken. */
    public void enable() {
        sql.update("SET LOCAL synchronous_commit TO off").executeUpdate();
        transactions.putResource(AsyncCommit.class, true);
    }

    /**
     * Makes the current transaction wait for the disk again, because it publishes something. One statement if it was
     * enabled, else none.
     */
    public void disable() {
        if (Boolean.TRUE.equals(transactions.getResource(AsyncCommit.class))) {
            sql.update("SET LOCAL synchronous_commit TO DEFAULT").executeUpdate();
            transactions.putResource(AsyncCommit.class, false);
        }
    }
}
