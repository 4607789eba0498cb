package io.fondaco.platform;

/** What goes wrong again and again, and is worth one line of the log: until it is well again, or something else goes wrong. */
public final class LogOnce {
    private String lastMessage = "";

    /** Whether it has not been complained of since all was well. */
    public synchronized boolean shouldLog(Throwable thrown) {
        String complaint = String.valueOf(thrown.getMessage());
        boolean isNew = !complaint.equals(lastMessage);
        lastMessage = complaint;
        return isNew;
    }

    public synchronized void reset() {
        lastMessage = "";
    }
}
