package io.fondaco.pricing;

import io.fondaco.pricing.Pricing.ListPriceResult;
import io.fondaco.pricing.Pricing.ListPriceResult.Applied;
import io.fondaco.pricing.Pricing.ListPriceResult.Rejected;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What became of the rows of a request that sets prices. */
@Schema(name = "ListPriceReport")
record ListPriceReport(
        @Schema(description = "Rows in the request.") long read,
        long created,
        long updated,
        long deleted,
        long unchanged,

        @Schema(description = "Rows that break a rule; only of NDJSON.")
        long rejected,

        @Schema(description = "Why rows were rejected; the first 1,000.")
        List<RowRejection> errors) {
    ListPriceReport {
        errors = List.copyOf(errors);
    }

    @Schema(name = "ListPriceError")
    record RowRejection(
            @Schema(description = "The line of the request; the first is 1.")
            long line,

            @Schema(description = "The field of the row; empty if it is no row.", examples = "sku")
            String field,

            @Schema(examples = "unknown_sku") String code,
            String detail) {}

    /** Counts results. Memory is bounded by {@link #MAX_ERRORS}. */
    static final class Builder {
        static final int MAX_ERRORS = 1_000;

        private long read;
        private long created;
        private long updated;
        private long deleted;
        private long unchanged;
        private long rejected;
        private final List<RowRejection> errors = new ArrayList<>();

        long read() {
            return read;
        }

        void add(long line, ListPriceResult result) {
            read++;
            switch (result) {
                case Applied applied -> count(applied);
                case Rejected why -> {
                    rejected++;
                    if (errors.size() < MAX_ERRORS) {
                        errors.add(new RowRejection(line, why.field(), why.code(), why.detail()));
                    }
                }
            }
        }

        private void count(Applied applied) {
            switch (applied.change()) {
                case CREATED -> created++;
                case UPDATED -> updated++;
                case DELETED -> deleted++;
                case UNCHANGED -> unchanged++;
            }
        }

        ListPriceReport build() {
            return new ListPriceReport(read, created, updated, deleted, unchanged, rejected, errors);
        }
    }
}
