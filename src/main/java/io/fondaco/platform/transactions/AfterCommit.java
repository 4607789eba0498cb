package io.fondaco.platform.transactions;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.function.IntPredicate;
import java.util.function.Supplier;

/** Runs work after a transaction has ended. */
@ApplicationScoped
public class AfterCommit {
    private final TransactionSynchronizationRegistry transactions;

    AfterCommit(TransactionSynchronizationRegistry transactions) {
        this.transactions = transactions;
    }

    /** @throws IllegalStateException with this message, outside of a transaction */
    public void requireTransaction(String message) {
        if (transactions.getTransactionKey() == null) {
            throw new IllegalStateException(message);
        }
    }

    /**
     * Returns the current transaction's only object of this type, which collects work for after the commit. It is
     * created at the first call, and runs as with {@link #run}.
     */
    public <T extends Runnable> T oncePerTransaction(Class<T> type, Supplier<T> factory) {
        Object existing = transactions.getResource(type);
        if (existing != null) {
            return type.cast(existing);
        }
        T created = factory.get();
        transactions.putResource(type, created);
        run(created);
        return created;
    }

    /**
     * Runs the work after the current transaction has ended, before its caller continues; not after a rollback. If the
     * outcome is unknown, the work runs.
     *
     * @throws IllegalStateException outside of a transaction
     */
    public void run(Runnable work) {
        onCompletion(status -> status != Status.STATUS_ROLLEDBACK, work);
    }

    /**
     * Runs the work after the current transaction was certainly rolled back.
     *
     * @throws IllegalStateException outside of a transaction
     */
    public void runAfterRollback(Runnable work) {
        onCompletion(status -> status == Status.STATUS_ROLLEDBACK, work);
    }

    private void onCompletion(IntPredicate statusFilter, Runnable work) {
        transactions.registerInterposedSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {
                // All work runs after the completion.
            }

            @Override
            public void afterCompletion(int status) {
                if (statusFilter.test(status)) {
                    work.run();
                }
            }
        });
    }
}
