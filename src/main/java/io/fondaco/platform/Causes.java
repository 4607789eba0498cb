package io.fondaco.platform;

/** What lies behind an exception. */
public final class Causes {
    private static final int MAX_DEPTH = 20;

    private Causes() {}

    /** The first of them: what has no cause itself. */
    public static Throwable rootCause(Throwable thrown) {
        Throwable cause = thrown;
        for (int depth = 0; cause.getCause() != null && depth < MAX_DEPTH; depth++) {
            cause = cause.getCause();
        }
        return cause;
    }
}
