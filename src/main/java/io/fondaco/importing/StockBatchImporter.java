package io.fondaco.importing;

import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.ProductUpsertResult.ChangeType;
import io.fondaco.importing.StockRow.Quantity;
import io.fondaco.inventory.Inventory;
import io.fondaco.inventory.Inventory.ResolvedLocation;
import io.fondaco.inventory.StockCount;
import io.fondaco.inventory.StockKey;
import io.fondaco.inventory.StockLevel;
import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvRow;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Puts a batch of stock rows in: counts, refused rows, counters and checkpoint commit together. */
@ApplicationScoped
class StockBatchImporter {
    private final ImportJobRepository jobs;
    private final RejectedRows rejectedRows;
    private final Catalog catalog;
    private final Inventory inventory;

    StockBatchImporter(ImportJobRepository ledger, RejectedRows rejectedRows, Catalog catalog, Inventory inventory) {
        this.jobs = ledger;
        this.rejectedRows = rejectedRows;
        this.catalog = catalog;
        this.inventory = inventory;
    }

    /** A row whose variant and location are found. */
    private record ResolvedStockRow(StockRow row, StockKey key) {}

    /**
     * @param file how the rows are read
     * @throws ImportLeaseLost if another worker has the import; nothing was written then
     */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void apply(ImportLease importLease, CsvHeader csvHeader, StockRowParser file, List<CsvRow> rows) {
        jobs.lock(importLease);
        BatchResult batchResult = new BatchResult();
        List<StockRow> read = new ArrayList<>();
        for (CsvRow row : rows) {
            try {
                read.add(file.parse(row));
            } catch (InvalidCell e) {
                batchResult.reject(e.error());
            }
        }
        List<ResolvedStockRow> accepted = acceptedRows(
                importLease,
                file,
                resolveLocations(importLease, file, resolveVariants(file, read, batchResult), batchResult),
                batchResult);
        applyCounts(importLease, toStockCounts(file, accepted, batchResult), batchResult);
        rejectedRows.save(
                importLease, csvHeader, batchResult, rows.stream().map(List::of).toList());
        jobs.record(importLease, batchResult, rows.getLast().number());
    }

    private void applyCounts(ImportLease importLease, List<StockCount> counts, BatchResult batchResult) {
        if (counts.isEmpty()) {
            return;
        }
        Map<StockKey, Inventory.CountResult> counted = importLease.dryRun()
                ? inventory.previewCounts(counts)
                : inventory.recordCounts(counts, importLease.id().toString());
        for (StockCount count : counts) {
            Inventory.CountResult result = counted.get(count.key());
            if (result == null) {
                throw new IllegalStateException("The inventory did not answer for " + count.key());
            }
            batchResult.add(
                    switch (result) {
                        case CREATED -> ChangeType.CREATED;
                        case UPDATED -> ChangeType.UPDATED;
                        case UNCHANGED -> ChangeType.UNCHANGED;
                    });
        }
    }

    /** With the SKUs of the variants that the rows mean; those that mean none are refused. */
    private List<ResolvedStockRow> resolveVariants(StockRowParser file, List<StockRow> read, BatchResult batchResult) {
        Map<Long, StockVariantResolver.ResolvedVariant> found = new StockVariantResolver(catalog).resolve(file, read);
        List<ResolvedStockRow> named = new ArrayList<>();
        for (StockRow row : read) {
            StockVariantResolver.ResolvedVariant variant = Objects.requireNonNull(found.get(row.number()));
            if (variant.sku().isPresent()) {
                named.add(new ResolvedStockRow(row, new StockKey(variant.sku().get(), row.location())));
                variant.rowError().ifPresent(batchResult::warn);
            } else {
                batchResult.reject(variant.rowError().orElseThrow());
            }
        }
        return named;
    }

    /** At the locations that the rows mean. A row that counts nothing may name one that is not known. */
    private List<ResolvedStockRow> resolveLocations(
            ImportLease importLease, StockRowParser file, List<ResolvedStockRow> rows, BatchResult batchResult) {
        Set<String> written = new LinkedHashSet<>();
        rows.forEach(resolvedStockRow -> written.add(resolvedStockRow.row().location()));
        Map<String, ResolvedLocation> locations = file.usesLocationNames()
                ? inventory.resolveLocationsByName(written, importLease.createLocations())
                : inventory.resolveLocations(written, importLease.createLocations());
        Map<String, String> names = new HashMap<>();
        List<ResolvedStockRow> located = new ArrayList<>();
        for (ResolvedStockRow resolvedStockRow : rows) {
            StockRow row = resolvedStockRow.row();
            ResolvedLocation named = Objects.requireNonNull(locations.get(row.location()));
            boolean counts = row.quantity() instanceof Quantity.AvailableUnits
                    || row.quantity() instanceof Quantity.InitialUnits;
            if (named.code().isPresent()) {
                located.add(new ResolvedStockRow(
                        row,
                        new StockKey(resolvedStockRow.key().sku(), named.code().get())));
                if (counts && file.usesLocationNames()) {
                    names.putIfAbsent(named.code().get(), row.location());
                }
            } else if (counts) {
                batchResult.reject(
                        new RowError(row.number(), file.locationColumn(), named.errorCode(), named.detail()));
            } else {
                batchResult.add(ChangeType.UNCHANGED);
            }
        }
        if (importLease.createLocations() && !importLease.dryRun()) {
            inventory.createLocations(names);
        }
        return located;
    }

    /** What is to be counted. Of the other rows it is told what becomes of them. */
    private List<StockCount> toStockCounts(StockRowParser file, List<ResolvedStockRow> rows, BatchResult batchResult) {
        Map<StockKey, StockLevel> levels = currentLevels(rows);
        List<StockCount> counts = new ArrayList<>();
        for (ResolvedStockRow resolvedStockRow : rows) {
            boolean known = levels.containsKey(resolvedStockRow.key());
            switch (resolvedStockRow.row().quantity()) {
                case Quantity.AvailableUnits availableUnits -> {
                    counts.add(new StockCount(resolvedStockRow.key(), availableUnits.units()));
                    availableUnits.warning().ifPresent(batchResult::warn);
                }
                case Quantity.InitialUnits initialUnits
                when !known -> {
                    counts.add(new StockCount(resolvedStockRow.key(), initialUnits.units()));
                    initialUnits.warning().ifPresent(batchResult::warn);
                }
                case Quantity.InitialUnits _, Quantity.Unspecified _ -> batchResult.add(ChangeType.UNCHANGED);
                case Quantity.NotStocked _ -> {
                    batchResult.add(ChangeType.UNCHANGED);
                    if (known
                            && Objects.requireNonNull(levels.get(resolvedStockRow.key()))
                                            .free()
                                    > 0) {
                        batchResult.warn(notStocked(file, resolvedStockRow));
                    }
                }
            }
        }
        return counts;
    }

    private static RowError notStocked(StockRowParser file, ResolvedStockRow resolvedStockRow) {
        return RowError.of(
                resolvedStockRow.row().number(),
                file.locationColumn(),
                "not_stocked",
                "Stock of this variant is counted at '%s' and stays; write 0 to count it away",
                resolvedStockRow.key().location());
    }

    /** Of the rows that do not simply count. */
    private Map<StockKey, StockLevel> currentLevels(List<ResolvedStockRow> rows) {
        Set<String> skus = new HashSet<>();
        for (ResolvedStockRow resolvedStockRow : rows) {
            if (!(resolvedStockRow.row().quantity() instanceof Quantity.AvailableUnits)) {
                skus.add(resolvedStockRow.key().sku());
            }
        }
        Map<StockKey, StockLevel> levels = new HashMap<>();
        if (!skus.isEmpty()) {
            inventory.levels(skus).forEach(level -> levels.put(new StockKey(level.sku(), level.location()), level));
        }
        return levels;
    }

    /** Stock of a variant that was removed stays until it is counted away, so its SKU is known as well. */
    private Set<String> knownSkus(Set<String> skus) {
        Set<String> known = new HashSet<>(catalog.variantsBySku(skus).keySet());
        Set<String> others = new HashSet<>(skus);
        others.removeAll(known);
        if (!others.isEmpty()) {
            inventory.levels(others).forEach(level -> known.add(level.sku()));
        }
        return known;
    }

    private List<ResolvedStockRow> acceptedRows(
            ImportLease importLease, StockRowParser file, List<ResolvedStockRow> rows, BatchResult batchResult) {
        Set<String> keys = new HashSet<>();
        Set<String> skus = new HashSet<>();
        rows.forEach(resolvedStockRow -> {
            keys.add(key(resolvedStockRow.key()));
            skus.add(resolvedStockRow.key().sku());
        });
        if (skus.isEmpty()) {
            return List.of();
        }
        Set<String> known = knownSkus(skus);
        Set<String> met = new HashSet<>(jobs.recordSeenKeys(importLease.id(), List.copyOf(keys)));
        List<ResolvedStockRow> accepted = new ArrayList<>();
        for (ResolvedStockRow resolvedStockRow : rows) {
            long number = resolvedStockRow.row().number();
            String sku = resolvedStockRow.key().sku();
            if (!met.add(key(resolvedStockRow.key()))) {
                batchResult.reject(RowError.of(
                        number,
                        file.skuColumn(),
                        "duplicate_row",
                        "'%s' at this location stands further up in the file",
                        sku));
            } else if (!known.contains(sku)) {
                batchResult.reject(RowError.of(
                        number, file.skuColumn(), "unknown_sku", "There is no variant with the SKU '%s'", sku));
            } else {
                accepted.add(resolvedStockRow);
            }
        }
        return accepted;
    }

    private static String key(StockKey key) {
        return key.sku() + "\u001f" + key.location();
    }
}
