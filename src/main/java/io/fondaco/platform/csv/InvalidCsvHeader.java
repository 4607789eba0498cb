package io.fondaco.platform.csv;

import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import java.util.List;

/** The first row of a file does not name the columns that its format needs. */
public final class InvalidCsvHeader extends ApiException {
    public InvalidCsvHeader(String column, String detail) {
        super(400, "invalid_header", detail, List.of(new Violation(column, "invalid_header", detail)));
    }
}
