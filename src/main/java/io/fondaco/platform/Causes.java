package io.fondaco.platform;

/** What lies behind an exception. */
public final class Causes {
    private static final int MOST = 20;

    private Causes() {}

    /** The first of them: what has no cause itself. */
    public static Throwable root(Throwable thrown) {
        Throwable cause = thrown;
        for (int depth = 0; cause.getCause() != null && depth < MOST; depth++) {
            cause = cause.getCause();
        }
        return cause;
    }
}
