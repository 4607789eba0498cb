package io.fondaco.importing;

/** A cell with an invalid value; its row is rejected. */
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
