package io.fondaco.platform.database;

/**
 * Where a request's statements go. It is fixed for the whole request: neither nested calls nor transactions change it.
 */
public enum Route {
    /** The one server that accepts writes; every committed write is visible on it immediately. */
    PRIMARY("primary"),

    /**
     * A read-only streaming replica. It may lag behind the primary by some milliseconds, but never behind the caller's
     * consistency token. If no replica satisfies the read, it falls back to the primary, which accepts a few such reads
     * at a time; they are read-only there too.
     */
    REPLICA("replica"),

    /**
     * {@link #REPLICA} for requests with a consistency token, else {@link #PRIMARY}. For data that callers have just
     * created themselves, such as a cart, and would not find on a lagging replica if they do not send tokens.
     */
    REPLICA_WITH_TOKEN("replica");

    private final String tenant;

    Route(String tenant) {
        this.tenant = tenant;
    }

    /** The Hibernate tenant identifier of the route. */
    String tenant() {
        return tenant;
    }
}
