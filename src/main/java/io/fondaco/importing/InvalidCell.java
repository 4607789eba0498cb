package io.fondaco.importing;

/** A cell that cannot be taken as it is; its row is refused. */
final class InvalidCell extends Exception {
    private final transient RowError error;

    InvalidCell(RowError error) {
        super(error.detail());
        this.error = error;
    }

    RowError error() {
        return error;
    }
}
