package io.fondaco.platform;

/** Logs a repeated failure once, until it recovers or its message changes. */
public final class LogOnce {
    private String lastMessage = "";

    /** Whether this failure is new: its message differs from the last one, or {@link #reset} was called since. */
    public synchronized boolean shouldLog(Throwable thrown) {
        String message = String.valueOf(thrown.getMessage());
        boolean isNew = !message.equals(lastMessage);
        lastMessage = message;
        return isNew;
    }

    /** Call when the operation succeeds. */
    public synchronized void reset() {
        lastMessage = "";
    }
}
