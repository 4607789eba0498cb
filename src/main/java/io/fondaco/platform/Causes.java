package io.fondaco.platform;

/** Finds the causes of an exception. */
public final class Causes {
    private static final int MAX_DEPTH = 20;

    private Causes() {}

    /** The root cause: the last exception of the chain, which has no cause itself; follows at most 20 causes. */
    public static Throwable rootCause(Throwable thrown) {
        Throwable cause = thrown;
        for (int depth = 0; cause.getCause() != null && depth < MAX_DEPTH; depth++) {
            cause = cause.getCause();
        }
        return cause;
    }
}
