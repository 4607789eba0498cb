package io.fondaco.platform.database;

/** Where a request's statements go. Fixed for the whole request: nested calls cannot leave it, a transaction does not change it. */
public enum Route {
    /** The one server that takes writes, and sees every write at once. */
    PRIMARY("primary"),
    /** A streaming copy, read-only; may lag behind the primary by some milliseconds. */
    REPLICA("replica");

    private final String datasource;

    Route(String datasource) {
        this.datasource = datasource;
    }

    /** The name of the datasource, which is also Hibernate's tenant id. */
    String datasource() {
        return datasource;
    }
}
