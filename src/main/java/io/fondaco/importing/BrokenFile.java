package io.fondaco.importing;

/** From this row on the file cannot be read as CSV at all. */
final class BrokenFile extends RuntimeException {
    private final transient RowError error;

    BrokenFile(RowError error, Throwable cause) {
        super(error.detail(), cause);
        this.error = error;
    }

    BrokenFile(RowError error) {
        super(error.detail());
        this.error = error;
    }

    RowError error() {
        return error;
    }
}
