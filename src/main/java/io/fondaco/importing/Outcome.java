package io.fondaco.importing;

import io.fondaco.catalog.Upserted.Change;
import java.util.ArrayList;
import java.util.List;

/** What became of the rows of one batch. */
final class Outcome {
    private long created;
    private long updated;
    private long unchanged;
    private final List<RowError> errors = new ArrayList<>();
    private final List<RowError> warnings = new ArrayList<>();

    void add(Change change) {
        switch (change) {
            case CREATED -> created++;
            case UPDATED -> updated++;
            case UNCHANGED -> unchanged++;
        }
    }

    void refuse(RowError error) {
        errors.add(error);
    }

    /** Notes something about a row that went in; one note a row is enough. */
    void warn(RowError warning) {
        if (warnings.stream().noneMatch(other -> other.row() == warning.row())) {
            warnings.add(warning);
        }
    }

    List<RowError> warnings() {
        return warnings;
    }

    RowCounts counts() {
        return new RowCounts(created, updated, unchanged, errors.size());
    }

    List<RowError> errors() {
        return errors;
    }
}
