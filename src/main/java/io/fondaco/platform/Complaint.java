package io.fondaco.platform;

/** What goes wrong again and again, and is worth one line of the log: until it is well again, or something else goes wrong. */
public final class Complaint {
    private String last = "";

    /** Whether it has not been complained of since all was well. */
    public synchronized boolean isNew(Throwable thrown) {
        String complaint = String.valueOf(thrown.getMessage());
        boolean isNew = !complaint.equals(last);
        last = complaint;
        return isNew;
    }

    public synchronized void settle() {
        last = "";
    }
}
