package io.fondaco.platform.transactions;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.function.IntPredicate;
import java.util.function.Supplier;

/** What follows from a transaction once it has committed. */
@ApplicationScoped
public class AfterCommit {
    private final TransactionSynchronizationRegistry transactions;

    AfterCommit(TransactionSynchronizationRegistry transactions) {
        this.transactions = transactions;
    }

    /**
     * @throws IllegalStateException saying so, outside of a transaction
     */
    public void requireTransaction(String otherwise) {
        if (transactions.getTransactionKey() == null) {
            throw new IllegalStateException(otherwise);
        }
    }

    /**
     * Where the transaction in hand gathers what is to be done afterwards: one of a type per transaction, made when it is
     * first asked for, and run like {@link #run} would.
     */
    public <T extends Runnable> T oncePerTransaction(Class<T> type, Supplier<T> make) {
        Object gathered = transactions.getResource(type);
        if (gathered != null) {
            return type.cast(gathered);
        }
        T made = make.get();
        transactions.putResource(type, made);
        run(made);
        return made;
    }

    /**
     * Runs it when the transaction in hand has ended, before its caller goes on; not when it was rolled back. Nobody may know
     * how it ended: then it is run.
     *
     * @throws IllegalStateException outside of a transaction
     */
    public void run(Runnable work) {
        onCompletion(status -> status != Status.STATUS_ROLLEDBACK, work);
    }

    /**
     * Runs it when the transaction in hand was rolled back, and it is certain that it was.
     *
     * @throws IllegalStateException outside of a transaction
     */
    public void runAfterRollback(Runnable work) {
        onCompletion(status -> status == Status.STATUS_ROLLEDBACK, work);
    }

    private void onCompletion(IntPredicate which, Runnable work) {
        transactions.registerInterposedSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {
                // All of it comes afterwards.
            }

            @Override
            public void afterCompletion(int status) {
                if (which.test(status)) {
                    work.run();
                }
            }
        });
    }
}
