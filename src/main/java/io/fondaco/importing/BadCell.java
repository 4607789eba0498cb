package io.fondaco.importing;

/** A cell that cannot be taken as it is; its row is refused. */
final class BadCell extends Exception {
    private final transient RowError error;

    BadCell(RowError error) {
        super(error.detail());
        this.error = error;
    }

    RowError error() {
        return error;
    }
}
