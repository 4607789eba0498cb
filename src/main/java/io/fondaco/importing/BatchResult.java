package io.fondaco.importing;

import io.fondaco.catalog.ProductUpsertResult.ChangeType;
import io.fondaco.productfiles.RowError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The results of the rows of one batch. */
final class BatchResult {
    private long created;
    private long updated;
    private long unchanged;
    private final List<RowError> errors = new ArrayList<>();
    private final Map<Long, RowError> warnings = new LinkedHashMap<>();

    void add(ChangeType changeType) {
        switch (changeType) {
            case CREATED -> created++;
            case UPDATED -> updated++;
            case UNCHANGED -> unchanged++;
        }
    }

    void reject(RowError error) {
        errors.add(error);
    }

    /** Records a warning about an applied row; only the first warning of a row is kept. */
    void warn(RowError warning) {
        warnings.putIfAbsent(warning.row(), warning);
    }

    List<RowError> warnings() {
        return List.copyOf(warnings.values());
    }

    RowCounts counts() {
        return new RowCounts(created, updated, unchanged, errors.size());
    }

    List<RowError> errors() {
        return errors;
    }
}
