package io.fondaco.platform.transactions;

import io.fondaco.platform.database.PositionedReads;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.TransactionSynchronizationRegistry;

/** Makes calls to other systems while the request has no transaction and no connection to the database. */
@ApplicationScoped
public class OutsideTransaction {
    private final TransactionSynchronizationRegistry transactions;
    private final PositionedReads reads;

    OutsideTransaction(TransactionSynchronizationRegistry transactions, PositionedReads reads) {
        this.transactions = transactions;
        this.reads = reads;
    }

    /**
     * Makes calls whose results are needed now.
     *
     * @param calls must not throw, and keep their results where the caller then looks for them
     * @return false if no call was made, because the current transaction will not run again
     * @throws CallOutsideTransaction in a transaction that {@link RetriedWrites} began: it is rolled back, the calls
     *     are made, and it runs again
     */
    public boolean make(Runnable calls) {
        if (transactions.getTransactionKey() != null) {
            if (CallOutsideTransaction.isSupported()) {
                throw new CallOutsideTransaction(calls);
            }
            return false;
        }
        reads.releaseConnection();
        calls.run();
        return true;
    }
}
