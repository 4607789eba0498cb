package io.fondaco.platform.transactions;

import io.fondaco.platform.Backoff;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.time.Duration;

/** What {@link RetriedWrites} promises: outside of the transaction, so that each try has one of its own. */
@RetriedWrites
@Interceptor
@Priority(Interceptor.Priority.PLATFORM_BEFORE + 150)
class WriteRetry {
    private static final int MOST_TRIES = 4;
    private static final Backoff PAUSE = new Backoff(Duration.ofMillis(10), Duration.ofMillis(100));

    private final TransactionSynchronizationRegistry transactions;
    private final Contention contention;

    WriteRetry(TransactionSynchronizationRegistry transactions, Contention contention) {
        this.transactions = transactions;
        this.contention = contention;
    }

    @AroundInvoke
    Object write(InvocationContext call) throws Exception {
        if (transactions.getTransactionKey() != null) {
            return call.proceed();
        }
        for (int tries = 1; ; tries++) {
            try {
                return call.proceed();
            } catch (Exception e) {
                if (!contention.count(e) || tries == MOST_TRIES) {
                    throw e;
                }
                contention.retried();
                Thread.sleep(PAUSE.after(tries));
            }
        }
    }
}
