package io.fondaco.platform.csv;

import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import java.util.List;

/** The header row of a file is invalid for its format. */
public final class InvalidCsvHeader extends ApiException {
    public InvalidCsvHeader(String column, String detail) {
        super(400, "invalid_header", detail, List.of(new Violation(column, "invalid_header", detail)));
    }
}
