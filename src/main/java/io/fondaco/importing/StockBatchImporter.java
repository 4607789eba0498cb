package io.fondaco.importing;

import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.ProductUpsertResult.ChangeType;
import io.fondaco.importing.ImportLease.ImportLeaseLost;
import io.fondaco.inventory.Inventory;
import io.fondaco.inventory.Inventory.ResolvedLocation;
import io.fondaco.inventory.Inventory.StockCount;
import io.fondaco.inventory.StockKey;
import io.fondaco.inventory.StockLevel;
import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.transactions.RetriedWrites;
import io.fondaco.productfiles.InvalidCell;
import io.fondaco.productfiles.RowError;
import io.fondaco.productfiles.StockRow;
import io.fondaco.productfiles.StockRow.Quantity;
import io.fondaco.productfiles.StockRowParser;
import io.fondaco.productfiles.StockVariantResolver;
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

/** Applies a batch of stock rows: counts, rejected rows, counters and the checkpoint commit together. */
@ApplicationScoped
@RetriedWrites(afterLockTimeout = true)
class StockBatchImporter {
    private final ImportJobRepository jobs;
    private final RejectedRows rejectedRows;
    private final Catalog catalog;
    private final Inventory inventory;

    StockBatchImporter(ImportJobRepository jobs, RejectedRows rejectedRows, Catalog catalog, Inventory inventory) {
        this.jobs = jobs;
        this.rejectedRows = rejectedRows;
        this.catalog = catalog;
        this.inventory = inventory;
    }

    /** A row with its resolved variant; its location is resolved, too, after {@link #resolveLocations}. */
    private record ResolvedStockRow(StockRow row, StockKey key) {}

    /**
     * @param parser of the rows
     * @throws ImportLeaseLost if another worker has the import; nothing is written
     */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void apply(ImportLease importLease, CsvHeader csvHeader, StockRowParser parser, List<CsvRow> rows) {
        jobs.lock(importLease);
        BatchResult batchResult = new BatchResult();
        List<StockRow> parsedRows = new ArrayList<>();
        for (CsvRow row : rows) {
            try {
                parsedRows.add(parser.parse(row));
            } catch (InvalidCell e) {
                batchResult.reject(e.error());
            }
        }
        List<ResolvedStockRow> accepted = acceptedRows(
                importLease,
                parser,
                resolveLocations(importLease, parser, resolveVariants(parser, parsedRows, batchResult), batchResult),
                batchResult);
        applyCounts(importLease, toStockCounts(parser, accepted, batchResult), batchResult);
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
                throw new IllegalStateException("The inventory returned no result for " + count.key());
            }
            batchResult.add(
                    switch (result) {
                        case CREATED -> ChangeType.CREATED;
                        case UPDATED -> ChangeType.UPDATED;
                        case UNCHANGED -> ChangeType.UNCHANGED;
                    });
        }
    }

    /** Resolves the SKUs of the variants that the rows mean; rows without a match are rejected. */
    private List<ResolvedStockRow> resolveVariants(
            StockRowParser parser, List<StockRow> parsedRows, BatchResult batchResult) {
        Map<Long, StockVariantResolver.ResolvedVariant> variants =
                new StockVariantResolver(catalog).resolve(parser, parsedRows);
        List<ResolvedStockRow> resolvedRows = new ArrayList<>();
        for (StockRow row : parsedRows) {
            StockVariantResolver.ResolvedVariant variant = Objects.requireNonNull(variants.get(row.number()));
            if (variant.sku().isPresent()) {
                resolvedRows.add(
                        new ResolvedStockRow(row, new StockKey(variant.sku().get(), row.location())));
                variant.rowError().ifPresent(batchResult::warn);
            } else {
                batchResult.reject(variant.rowError().orElseThrow());
            }
        }
        return resolvedRows;
    }

    /** Resolves the locations that the rows mean. A row without a count may name an unknown location. */
    private List<ResolvedStockRow> resolveLocations(
            ImportLease importLease, StockRowParser parser, List<ResolvedStockRow> rows, BatchResult batchResult) {
        Set<String> requested = new LinkedHashSet<>();
        rows.forEach(resolvedStockRow -> requested.add(resolvedStockRow.row().location()));
        Map<String, ResolvedLocation> locations = parser.usesLocationNames()
                ? inventory.resolveLocationsByName(requested, importLease.createLocations())
                : inventory.resolveLocations(requested, importLease.createLocations());
        Map<String, String> names = new HashMap<>();
        List<ResolvedStockRow> resolvedRows = new ArrayList<>();
        for (ResolvedStockRow resolvedStockRow : rows) {
            StockRow row = resolvedStockRow.row();
            ResolvedLocation location = Objects.requireNonNull(locations.get(row.location()));
            boolean hasCount = row.quantity() instanceof Quantity.AvailableUnits
                    || row.quantity() instanceof Quantity.InitialUnits;
            if (location.code().isPresent()) {
                resolvedRows.add(new ResolvedStockRow(
                        row,
                        new StockKey(
                                resolvedStockRow.key().sku(), location.code().get())));
                if (hasCount && parser.usesLocationNames()) {
                    names.putIfAbsent(location.code().get(), row.location());
                }
            } else if (hasCount) {
                batchResult.reject(
                        new RowError(row.number(), parser.locationColumn(), location.errorCode(), location.detail()));
            } else {
                batchResult.add(ChangeType.UNCHANGED);
            }
        }
        if (importLease.createLocations() && !importLease.dryRun()) {
            inventory.createLocations(names);
        }
        return resolvedRows;
    }

    /** Returns the counts to apply. Records the result of the rows that have no count to apply. */
    private List<StockCount> toStockCounts(
            StockRowParser parser, List<ResolvedStockRow> rows, BatchResult batchResult) {
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
                        batchResult.warn(notStocked(parser, resolvedStockRow));
                    }
                }
            }
        }
        return counts;
    }

    private static RowError notStocked(StockRowParser parser, ResolvedStockRow resolvedStockRow) {
        return RowError.of(
                resolvedStockRow.row().number(),
                parser.locationColumn(),
                "not_stocked",
                "The variant has stock at '%s', which stays unchanged; write 0 to remove it",
                resolvedStockRow.key().location());
    }

    /** The existing levels of rows without a definite count. */
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

    /** Stock of a removed variant stays until it is counted as 0, so its SKU is known as well. */
    private Set<String> knownSkus(Set<String> skus) {
        Set<String> known = new HashSet<>(catalog.idsBySku(skus).keySet());
        Set<String> others = new HashSet<>(skus);
        others.removeAll(known);
        if (!others.isEmpty()) {
            inventory.levels(others).forEach(level -> known.add(level.sku()));
        }
        return known;
    }

    private List<ResolvedStockRow> acceptedRows(
            ImportLease importLease, StockRowParser parser, List<ResolvedStockRow> rows, BatchResult batchResult) {
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
        Set<String> seenKeys = new HashSet<>(jobs.recordSeenKeys(importLease.id(), List.copyOf(keys)));
        List<ResolvedStockRow> accepted = new ArrayList<>();
        for (ResolvedStockRow resolvedStockRow : rows) {
            long number = resolvedStockRow.row().number();
            String sku = resolvedStockRow.key().sku();
            if (!seenKeys.add(key(resolvedStockRow.key()))) {
                batchResult.reject(RowError.of(
                        number,
                        parser.skuColumn(),
                        "duplicate_row",
                        "'%s' at this location appears earlier in the file",
                        sku));
            } else if (!known.contains(sku)) {
                batchResult.reject(RowError.of(
                        number, parser.skuColumn(), "unknown_sku", "There is no variant with the SKU '%s'", sku));
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
