package io.fondaco.platform.transactions;

import java.util.concurrent.Callable;

/**
 * Asks for a call to another system whose result the current transaction needs. Such a call must not be made while a
 * transaction is open, because it would hold a connection and locks. {@link RetriedWrites} rolls the transaction back,
 * makes the call, and runs the method again, which then finds the result where the call has left it.
 *
 * <p>Throw it only if {@link #isSupported}.
 */
public final class CallOutsideTransaction extends RuntimeException {
    private static final ScopedValue<Boolean> SUPPORTED = ScopedValue.newInstance();

    private final transient Runnable call;

    /** @param call must not throw */
    public CallOutsideTransaction(Runnable call) {
        super("A call to another system is to be made outside of the transaction");
        this.call = call;
    }

    /** Whether a method with {@link RetriedWrites} has begun the current transaction and will run again. */
    public static boolean isSupported() {
        return SUPPORTED.orElse(false);
    }

    /** @param supported whether the work will run again after a {@code CallOutsideTransaction} */
    static <T> T run(boolean supported, Callable<T> work) throws Exception {
        return ScopedValue.where(SUPPORTED, supported).call(work::call);
    }

    void makeCall() {
        call.run();
    }
}
