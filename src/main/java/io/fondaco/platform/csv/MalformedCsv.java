package io.fondaco.platform.csv;

/** From this row on, the file cannot be read as CSV. */
public final class MalformedCsv extends RuntimeException {
    private final long row;
    private final String code;
    private final String detail;

    MalformedCsv(long row, String code, String detail) {
        super(detail);
        this.row = row;
        this.code = code;
        this.detail = detail;
    }

    MalformedCsv(long row, String code, String detail, Throwable cause) {
        super(detail, cause);
        this.row = row;
        this.code = code;
        this.detail = detail;
    }

    /** The row number as a spreadsheet shows it: the header is row 1. */
    public long row() {
        return row;
    }

    /** Stable, for programs. */
    public String code() {
        return code;
    }

    /** Explanation for people. */
    public String detail() {
        return detail;
    }
}
