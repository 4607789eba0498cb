package io.fondaco.platform.database;

/** Where a request's statements go. Fixed for the whole request: nested calls cannot leave it, a transaction does not change it. */
public enum Route {
    /** The one server that takes writes, and sees every write at once. */
    PRIMARY("primary"),

    /**
     * A streaming copy, read-only; may lag behind the primary by some milliseconds, but never behind the caller's
     * consistency token. Where no copy will do, a few such reads at a time go to the primary, read-only there too.
     */
    REPLICA("replica"),

    /**
     * {@link #REPLICA} for who sends a consistency token, else {@link #PRIMARY}: for what callers have just made
     * themselves, such as a cart, and would miss if they did not know of tokens.
     */
    REPLICA_WITH_TOKEN("replica");

    private final String tenant;

    Route(String tenant) {
        this.tenant = tenant;
    }

    /** Hibernate's name for it. */
    String tenant() {
        return tenant;
    }
}
