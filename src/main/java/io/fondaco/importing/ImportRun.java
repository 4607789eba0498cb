package io.fondaco.importing;

import io.fondaco.platform.csv.BrokenFile;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.CsvRows;
import io.fondaco.platform.csv.Header;
import io.fondaco.platform.csv.InvalidHeader;
import io.fondaco.platform.web.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * Takes one import from its checkpoint to its end. In memory at a time: one chunk of the file and one batch, of at most
 * {@link #MAX_BATCH_CHARACTERS} and the rows of one product.
 */
@ApplicationScoped
class ImportRun {
    private static final Logger LOG = Logger.getLogger(ImportRun.class);
    private static final long MAX_BATCH_CHARACTERS = 4L << 20;
    private static final int MAX_TRIES = 5;
    private static final long MAX_PAUSE_MILLIS = 50;

    private final ImportLedger ledger;
    private final Uploads uploads;
    private final ProductBatches products;
    private final StockBatches stock;
    private final ImportingSettings settings;

    ImportRun(
            ImportLedger ledger,
            Uploads uploads,
            ProductBatches products,
            StockBatches stock,
            ImportingSettings settings) {
        this.ledger = ledger;
        this.uploads = uploads;
        this.products = products;
        this.stock = stock;
        this.settings = settings;
    }

    /**
     * @param stopping asked between batches
     * @return whether the import has ended, well or not; false when it was told to stop before
     * @throws LeaseLost if another worker has the import
     */
    boolean run(Lease lease, BooleanSupplier stopping) {
        try (CsvRows rows = CsvRows.read(new ChunkStream(uploads, ledger, lease))) {
            CsvRow first = rows.next()
                    .orElseThrow(() -> new InvalidHeader("", "The file is empty: it has not even a header."));
            Header header = new Header(first);
            rows.skipEmptyRefusals(header);
            rows.skipTo(lease.rowDone());
            boolean ended =
                    switch (lease.kind()) {
                        case PRODUCTS -> {
                            ProductFormat format = ProductFormat.of(lease.format(), header, lease.currency());
                            keepColumns(lease, header, List.of());
                            yield products(lease, header, format, rows, stopping);
                        }
                        case STOCK -> {
                            StockFormat format = StockFormat.of(lease.format(), header);
                            keepColumns(lease, header, format.ignoredColumns());
                            yield stock(lease, header, format, rows, stopping);
                        }
                    };
            if (ended) {
                ledger.finish(lease);
            }
            return ended;
        } catch (BrokenFile e) {
            ledger.finishBroken(lease, e);
            return true;
        } catch (InvalidHeader e) {
            ledger.fail(lease, e.code(), String.valueOf(e.getMessage()));
            return true;
        }
    }

    private void keepColumns(Lease lease, Header header, List<String> ignored) {
        ledger.keepColumns(lease, header.withoutReasons(header.names()), ignored);
    }

    private boolean products(
            Lease lease, Header header, ProductFormat format, CsvRows cells, BooleanSupplier stopping) {
        ProductRows file = new ProductRows(cells, format);
        List<ProductBatches.Planned> batch = new ArrayList<>();
        int rows = 0;
        long size = 0;
        while (true) {
            Optional<ProductRows.Group> group = file.next();
            if (group.isPresent()) {
                batch.add(new ProductBatches.Planned(
                        file.plan(group.get()), group.get().rows()));
                rows += group.get().rows().size();
                size += group.get().size();
            }
            boolean last = group.isEmpty() || group.get().brokenAfter().isPresent();
            boolean full = batch.size() >= settings.batchProducts()
                    || rows >= settings.batchRows()
                    || size >= MAX_BATCH_CHARACTERS;
            if ((last || full) && !batch.isEmpty()) {
                apply(lease, new ProductBatches.File(header, format), batch);
                batch.clear();
                rows = 0;
                size = 0;
            }
            if (group.isPresent() && group.get().brokenAfter().isPresent()) {
                throw group.get().brokenAfter().get();
            }
            if (last) {
                return true;
            }
            if (full && stopping.getAsBoolean()) {
                return false;
            }
        }
    }

    /** A product that makes its batch fail is found by putting the products in one by one; the others go in. */
    private void apply(Lease lease, ProductBatches.File file, List<ProductBatches.Planned> batch) {
        try {
            retrying(() -> products.apply(lease, file, batch));
            return;
        } catch (RuntimeException e) {
            if (!isOfData(e)) {
                throw e;
            }
            LOG.warnf(e, "A batch of import %s failed; trying its %d products one by one", lease.id(), batch.size());
        }
        for (ProductBatches.Planned product : batch) {
            try {
                retrying(() -> products.apply(lease, file, List.of(product)));
            } catch (RuntimeException e) {
                if (!isOfData(e)) {
                    throw e;
                }
                LOG.warnf(e, "Import %s: a product at row %d does not go in", lease.id(), product.lastRow());
                retrying(() ->
                        products.refuse(lease, file, product, "The product was refused by a rule of the database."));
            }
        }
    }

    private boolean stock(Lease lease, Header header, StockFormat format, CsvRows rows, BooleanSupplier stopping) {
        List<CsvRow> batch = new ArrayList<>();
        long size = 0;
        while (true) {
            Optional<CsvRow> row;
            Optional<BrokenFile> broken = Optional.empty();
            try {
                row = rows.next();
            } catch (BrokenFile e) {
                row = Optional.empty();
                broken = Optional.of(e);
            }
            if (row.isPresent()) {
                batch.add(row.get());
                size += row.get().size();
            }
            boolean full = batch.size() >= settings.batchRows() || size >= MAX_BATCH_CHARACTERS;
            if ((full || row.isEmpty()) && !batch.isEmpty()) {
                retrying(() -> stock.apply(lease, header, format, batch));
                batch.clear();
                size = 0;
            }
            if (broken.isPresent()) {
                throw broken.get();
            }
            if (row.isEmpty()) {
                return true;
            }
            if (full && stopping.getAsBoolean()) {
                return false;
            }
        }
    }

    /** Runs a transaction again, a bounded number of times, when it gave way to another. */
    private static void retrying(Runnable transaction) {
        for (int attempt = 1; ; attempt++) {
            try {
                transaction.run();
                return;
            } catch (RuntimeException e) {
                String state = sqlState(e);
                boolean gaveWay = state.equals("40001") || state.equals("40P01") || state.equals("55P03");
                if (!gaveWay || attempt == MAX_TRIES) {
                    throw e;
                }
                LOG.debugf("Gave way (%s), attempt %d", state, attempt);
                long pause = ThreadLocalRandom.current().nextLong(MAX_PAUSE_MILLIS * attempt);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pause));
            }
        }
    }

    /** Whether the data are at fault, so that trying again would not help: SQLSTATE classes 22 and 23, refusals. */
    private static boolean isOfData(RuntimeException e) {
        if (e instanceof LeaseLost) {
            return false;
        }
        String state = sqlState(e);
        return state.startsWith("22")
                || state.startsWith("23")
                || e instanceof IllegalArgumentException
                || e instanceof ApiException;
    }

    private static String sqlState(Throwable e) {
        Throwable cause = e;
        for (int depth = 0; cause != null && depth < 20; depth++) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState();
            }
            cause = cause.getCause();
        }
        return "";
    }
}
