package io.fondaco.importing;

import io.fondaco.catalog.ProductUpsertResult.ChangeType;
import io.fondaco.importing.ImportLease.ImportLeaseLost;
import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.transactions.RetriedWrites;
import io.fondaco.productfiles.InvalidCell;
import io.fondaco.productfiles.RowError;
import io.fondaco.tax.TaxRateDraft;
import io.fondaco.tax.TaxRates;
import io.fondaco.tax.TaxRates.ImportedRate;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** Applies a batch of tax rates: rates, rejected rows, counters and the checkpoint commit together. */
@ApplicationScoped
@RetriedWrites(afterLockTimeout = true)
class TaxRateBatchImporter {
    private final ImportJobRepository jobs;
    private final RejectedRows rejectedRows;
    private final TaxRates taxRates;

    TaxRateBatchImporter(ImportJobRepository jobs, RejectedRows rejectedRows, TaxRates taxRates) {
        this.jobs = jobs;
        this.rejectedRows = rejectedRows;
        this.taxRates = taxRates;
    }

    private record ParsedRow(long number, TaxRateDraft rate) {
        /** What identifies the rate in the file, as in the database. */
        String key() {
            List<String> postalCodes = rate.postalCodes() == null ? List.of() : rate.postalCodes();
            return String.join(
                    "\u001f",
                    rate.name().toLowerCase(Locale.ROOT),
                    rate.country(),
                    String.valueOf(rate.region()),
                    String.valueOf(rate.category()),
                    String.valueOf(rate.validFrom()),
                    String.join(";", new TreeSet<>(postalCodes)));
        }
    }

    /**
     * @param parser of the rows
     * @throws ImportLeaseLost if another worker has the import; nothing is written
     */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void apply(ImportLease importLease, CsvHeader csvHeader, TaxRateRowParser parser, List<CsvRow> rows) {
        jobs.lock(importLease);
        BatchResult batchResult = new BatchResult();
        List<ParsedRow> parsedRows = new ArrayList<>();
        for (CsvRow row : rows) {
            try {
                parsedRows.add(new ParsedRow(row.number(), parser.parse(row)));
            } catch (InvalidCell e) {
                batchResult.reject(e.error());
            }
        }
        applyRates(importLease, parser, rejectDuplicates(importLease, parsedRows, batchResult), batchResult);
        rejectedRows.save(
                importLease, csvHeader, batchResult, rows.stream().map(List::of).toList());
        jobs.record(importLease, batchResult, rows.getLast().number());
    }

    private List<ParsedRow> rejectDuplicates(ImportLease importLease, List<ParsedRow> rows, BatchResult batchResult) {
        return new DuplicateChecker(jobs)
                .rejectDuplicateRows(
                        importLease.id(),
                        rows,
                        ParsedRow::key,
                        row -> RowError.of(
                                row.number(),
                                "",
                                "duplicate_row",
                                "The rate '%s' of this place, category and beginning appears earlier in the file",
                                row.rate().name()),
                        batchResult);
    }

    private void applyRates(
            ImportLease importLease, TaxRateRowParser parser, List<ParsedRow> rows, BatchResult batchResult) {
        if (rows.isEmpty()) {
            return;
        }
        List<ImportedRate> results =
                taxRates.importAll(rows.stream().map(ParsedRow::rate).toList(), importLease.dryRun());
        for (int index = 0; index < rows.size(); index++) {
            ImportedRate result = results.get(index);
            switch (result.outcome()) {
                case CREATED -> batchResult.add(ChangeType.CREATED);
                case UPDATED -> batchResult.add(ChangeType.UPDATED);
                case UNCHANGED -> batchResult.add(ChangeType.UNCHANGED);
                case REJECTED ->
                    batchResult.reject(parser.errorOf(
                            rows.get(index).number(), result.violation().orElseThrow()));
            }
        }
    }
}
