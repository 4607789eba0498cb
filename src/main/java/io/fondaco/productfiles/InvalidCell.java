package io.fondaco.productfiles;

/** A cell with an invalid value; its row is rejected. */
public final class InvalidCell extends Exception {
    private final transient RowError error;

    InvalidCell(RowError error) {
        super(error.detail());
        this.error = error;
    }

    public RowError error() {
        return error;
    }
}
