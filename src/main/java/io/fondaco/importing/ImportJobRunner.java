package io.fondaco.importing;

import io.fondaco.importing.ImportLease.ImportLeaseLost;
import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.CsvRowReader;
import io.fondaco.platform.csv.InvalidCsvHeader;
import io.fondaco.platform.csv.MalformedCsv;
import io.fondaco.platform.database.DatabaseFailure;
import io.fondaco.platform.web.ApiException;
import io.fondaco.productfiles.ProductRowGrouper;
import io.fondaco.productfiles.ProductRowParser;
import io.fondaco.productfiles.StockRowParser;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Runs one import from its checkpoint to its end. It holds at most one chunk of the file and one batch in memory; a
 * batch is at most {@link #MAX_BATCH_CHARACTERS} plus the rows of one product.
 */
@ApplicationScoped
class ImportJobRunner {
    private static final Logger LOG = Logger.getLogger(ImportJobRunner.class);
    private static final long MAX_BATCH_CHARACTERS = 4L << 20;

    /** Products per transaction. */
    static final int MAX_BATCH_PRODUCTS = 200;

    /** Rows per transaction; exceeded only by the rows of one product, which are never split. */
    private static final int MAX_BATCH_ROWS = 1_000;

    private final ImportJobRepository jobs;
    private final Uploads uploads;
    private final ProductBatchImporter productImporter;
    private final StockBatchImporter stockImporter;
    private final PriceBatchImporter priceImporter;
    private final TaxRateBatchImporter taxRateImporter;

    ImportJobRunner(
            ImportJobRepository jobs,
            Uploads uploads,
            ProductBatchImporter productImporter,
            StockBatchImporter stockImporter,
            PriceBatchImporter priceImporter,
            TaxRateBatchImporter taxRateImporter) {
        this.jobs = jobs;
        this.uploads = uploads;
        this.productImporter = productImporter;
        this.stockImporter = stockImporter;
        this.priceImporter = priceImporter;
        this.taxRateImporter = taxRateImporter;
    }

    /**
     * @param stopping checked between batches
     * @return true if the import has ended, successfully or not; false if it was stopped before
     * @throws ImportLeaseLost if another worker has the import
     */
    boolean run(ImportLease importLease, BooleanSupplier stopping) {
        try (CsvRowReader rows = CsvRowReader.read(new UploadInputStream(uploads, jobs, importLease))) {
            CsvRow first =
                    rows.next().orElseThrow(() -> new InvalidCsvHeader("", "The file is empty: it has no header."));
            CsvHeader csvHeader = new CsvHeader(first);
            rows.skipEmptyRejectedRows(csvHeader);
            rows.skipTo(importLease.checkpointRow());
            boolean ended =
                    switch (importLease.kind()) {
                        case PRODUCTS -> {
                            ProductRowParser parser =
                                    ProductRowParser.of(importLease.format(), csvHeader, importLease.currency());
                            saveColumns(importLease, csvHeader, List.of());
                            yield importProducts(importLease, csvHeader, parser, rows, stopping);
                        }
                        case STOCK -> {
                            StockRowParser parser = StockRowParser.of(importLease.format(), csvHeader);
                            saveColumns(importLease, csvHeader, parser.ignoredColumns());
                            yield importRows(
                                    rows,
                                    stopping,
                                    batch -> stockImporter.apply(importLease, csvHeader, parser, batch));
                        }
                        case PRICES -> {
                            PriceRowParser parser = new PriceRowParser(csvHeader);
                            saveColumns(importLease, csvHeader, List.of());
                            yield importRows(
                                    rows,
                                    stopping,
                                    batch -> priceImporter.apply(importLease, csvHeader, parser, batch));
                        }
                        case TAX_RATES -> {
                            TaxRateRowParser parser = new TaxRateRowParser(csvHeader);
                            saveColumns(importLease, csvHeader, List.of());
                            yield importRows(
                                    rows,
                                    stopping,
                                    batch -> taxRateImporter.apply(importLease, csvHeader, parser, batch));
                        }
                    };
            if (ended) {
                jobs.finish(importLease);
            }
            return ended;
        } catch (MalformedCsv e) {
            jobs.failBrokenFile(importLease, e);
            return true;
        } catch (InvalidCsvHeader e) {
            jobs.fail(importLease, e.code(), String.valueOf(e.getMessage()));
            return true;
        }
    }

    private void saveColumns(ImportLease importLease, CsvHeader csvHeader, List<String> ignored) {
        jobs.saveColumns(importLease, csvHeader.withoutRejectionColumns(csvHeader.names()), ignored);
    }

    private boolean importProducts(
            ImportLease importLease,
            CsvHeader csvHeader,
            ProductRowParser parser,
            CsvRowReader rows,
            BooleanSupplier stopping) {
        ProductRowGrouper grouper = new ProductRowGrouper(rows, parser);
        List<ProductBatchImporter.StagedProductRows> batch = new ArrayList<>();
        int rowCount = 0;
        long size = 0;
        while (true) {
            Optional<ProductRowGrouper.ProductRowGroup> group = grouper.nextGroup();
            if (group.isPresent()) {
                batch.add(new ProductBatchImporter.StagedProductRows(
                        grouper.parse(group.get()), group.get().rows()));
                rowCount += group.get().rows().size();
                size += group.get().size();
            }
            boolean last = group.isEmpty() || group.get().readError().isPresent();
            boolean full =
                    batch.size() >= MAX_BATCH_PRODUCTS || rowCount >= MAX_BATCH_ROWS || size >= MAX_BATCH_CHARACTERS;
            if ((last || full) && !batch.isEmpty()) {
                applyBatch(importLease, new ProductBatchImporter.ProductFile(csvHeader, parser), batch);
                batch.clear();
                rowCount = 0;
                size = 0;
            }
            if (group.isPresent() && group.get().readError().isPresent()) {
                throw group.get().readError().get();
            }
            if (last) {
                return true;
            }
            if (full && stopping.getAsBoolean()) {
                return false;
            }
        }
    }

    /** If the batch fails because of its data, applies its products one by one and rejects those that fail. */
    private void applyBatch(
            ImportLease importLease,
            ProductBatchImporter.ProductFile productFile,
            List<ProductBatchImporter.StagedProductRows> batch) {
        try {
            productImporter.apply(importLease, productFile, batch);
            return;
        } catch (RuntimeException e) {
            if (!isDataError(e)) {
                throw e;
            }
            LOG.warnf(
                    e,
                    "A batch of import %s failed; applying its %d products one by one",
                    importLease.id(),
                    batch.size());
        }
        for (ProductBatchImporter.StagedProductRows product : batch) {
            try {
                productImporter.apply(importLease, productFile, List.of(product));
            } catch (RuntimeException e) {
                if (!isDataError(e)) {
                    throw e;
                }
                LOG.warnf(
                        e,
                        "Import %s: rejecting the product whose last row is %d",
                        importLease.id(),
                        product.lastRow());
                productImporter.reject(
                        importLease, productFile, product, "The product violates a rule of the database.");
            }
        }
    }

    /** Applies rows that do not belong together. @return false if it was stopped before the end */
    private static boolean importRows(CsvRowReader rows, BooleanSupplier stopping, Consumer<List<CsvRow>> apply) {
        List<CsvRow> batch = new ArrayList<>();
        long size = 0;
        while (true) {
            Optional<CsvRow> row;
            Optional<MalformedCsv> readError = Optional.empty();
            try {
                row = rows.next();
            } catch (MalformedCsv e) {
                row = Optional.empty();
                readError = Optional.of(e);
            }
            if (row.isPresent()) {
                batch.add(row.get());
                size += row.get().size();
            }
            boolean full = batch.size() >= MAX_BATCH_ROWS || size >= MAX_BATCH_CHARACTERS;
            if ((full || row.isEmpty()) && !batch.isEmpty()) {
                apply.accept(List.copyOf(batch));
                batch.clear();
                size = 0;
            }
            if (readError.isPresent()) {
                throw readError.get();
            }
            if (row.isEmpty()) {
                return true;
            }
            if (full && stopping.getAsBoolean()) {
                return false;
            }
        }
    }

    /** Whether the data caused the failure, so that a retry would not help: the database or a module rejected it. */
    private static boolean isDataError(RuntimeException e) {
        if (e instanceof ImportLeaseLost) {
            return false;
        }
        return DatabaseFailure.isCausedByData(e) || e instanceof IllegalArgumentException || e instanceof ApiException;
    }
}
