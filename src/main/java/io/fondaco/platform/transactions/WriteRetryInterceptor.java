package io.fondaco.platform.transactions;

import io.fondaco.platform.Backoff;
import io.fondaco.platform.database.DatabaseFailure;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.time.Duration;

/**
 * Implements {@link RetriedWrites}. Runs outside of the transaction, so that each attempt has a transaction of its own.
 */
@RetriedWrites
@Interceptor
@Priority(Interceptor.Priority.PLATFORM_BEFORE + 150)
class WriteRetryInterceptor {
    private static final int MAX_ATTEMPTS = 4;

    /**
     * Rollbacks of one call of the method for the sake of calls to other systems: for a live rate, for a tax, and
     * again after each promotion that turned out not to apply. Further ones do without the result.
     */
    private static final int MAX_CALLS_OUTSIDE = 5;

    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(10), Duration.ofMillis(100));

    private final TransactionSynchronizationRegistry transactions;
    private final ContentionMetrics contentionMetrics;

    WriteRetryInterceptor(TransactionSynchronizationRegistry transactions, ContentionMetrics contentionMetrics) {
        this.transactions = transactions;
        this.contentionMetrics = contentionMetrics;
    }

    @AroundInvoke
    Object retryWrite(InvocationContext call) throws Exception {
        if (transactions.getTransactionKey() != null) {
            return call.proceed();
        }
        int attempt = 1;
        int callsOutside = 0;
        while (true) {
            try {
                return CallOutsideTransaction.run(callsOutside < MAX_CALLS_OUTSIDE, call::proceed);
            } catch (CallOutsideTransaction needed) {
                callsOutside++;
                needed.makeCall();
            } catch (Exception e) {
                if (!isRetryable(e, call) || attempt == MAX_ATTEMPTS) {
                    throw e;
                }
                contentionMetrics.recordRetry();
                Thread.sleep(BACKOFF.delayAfter(attempt));
                attempt++;
            }
        }
    }

    private boolean isRetryable(Exception e, InvocationContext call) {
        return contentionMetrics.recordFailure(e)
                || (call.getInterceptorBinding(RetriedWrites.class).afterLockTimeout()
                        && DatabaseFailure.classify(e) == DatabaseFailure.TRANSIENT_CONFLICT);
    }
}
