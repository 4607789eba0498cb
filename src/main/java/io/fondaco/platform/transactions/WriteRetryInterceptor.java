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
        for (int attempt = 1; ; attempt++) {
            try {
                return CallOutsideTransaction.run(attempt < MAX_ATTEMPTS, call::proceed);
            } catch (CallOutsideTransaction needed) {
                needed.makeCall();
            } catch (Exception e) {
                if (!isRetryable(e, call) || attempt == MAX_ATTEMPTS) {
                    throw e;
                }
                contentionMetrics.recordRetry();
                Thread.sleep(BACKOFF.delayAfter(attempt));
            }
        }
    }

    private boolean isRetryable(Exception e, InvocationContext call) {
        return contentionMetrics.recordFailure(e)
                || (call.getInterceptorBinding(RetriedWrites.class).afterLockTimeout()
                        && DatabaseFailure.classify(e) == DatabaseFailure.TRANSIENT_CONFLICT);
    }
}
