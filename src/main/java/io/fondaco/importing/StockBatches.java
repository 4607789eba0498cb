package io.fondaco.importing;

import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.Upserted.Change;
import io.fondaco.importing.StockRow.Quantity;
import io.fondaco.inventory.Inventory;
import io.fondaco.inventory.Inventory.NamedLocation;
import io.fondaco.inventory.StockCount;
import io.fondaco.inventory.StockKey;
import io.fondaco.inventory.StockLevel;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.Header;
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
class StockBatches {
    private final ImportLedger ledger;
    private final RefusedRows refusedRows;
    private final Catalog catalog;
    private final Inventory inventory;

    StockBatches(ImportLedger ledger, RefusedRows refusedRows, Catalog catalog, Inventory inventory) {
        this.ledger = ledger;
        this.refusedRows = refusedRows;
        this.catalog = catalog;
        this.inventory = inventory;
    }

    /** A row whose variant and location are found. */
    private record Placed(StockRow row, StockKey key) {}

    /**
     * @param file how the rows are read
     * @throws LeaseLost if another worker has the import; nothing was written then
     */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void apply(Lease lease, Header header, StockFormat file, List<CsvRow> rows) {
        ledger.lock(lease);
        Outcome outcome = new Outcome();
        List<StockRow> read = new ArrayList<>();
        for (CsvRow row : rows) {
            try {
                read.add(file.read(row));
            } catch (BadCell e) {
                outcome.refuse(e.error());
            }
        }
        List<Placed> accepted =
                accepted(lease, file, located(lease, file, named(file, read, outcome), outcome), outcome);
        count(lease, counts(file, accepted, outcome), outcome);
        refusedRows.keep(lease, header, outcome, rows.stream().map(List::of).toList());
        ledger.record(lease, outcome, rows.getLast().number());
    }

    private void count(Lease lease, List<StockCount> counts, Outcome outcome) {
        if (counts.isEmpty()) {
            return;
        }
        Map<StockKey, Inventory.Counted> counted = lease.dryRun()
                ? inventory.previewCounts(counts)
                : inventory.countAll(counts, lease.id().toString());
        for (StockCount count : counts) {
            Inventory.Counted result = counted.get(count.key());
            if (result == null) {
                throw new IllegalStateException("The inventory did not answer for " + count.key());
            }
            outcome.add(
                    switch (result) {
                        case CREATED -> Change.CREATED;
                        case UPDATED -> Change.UPDATED;
                        case UNCHANGED -> Change.UNCHANGED;
                    });
        }
    }

    /** With the SKUs of the variants that the rows mean; those that mean none are refused. */
    private List<Placed> named(StockFormat file, List<StockRow> read, Outcome outcome) {
        Map<Long, StockVariants.Found> found = new StockVariants(catalog).find(file, read);
        List<Placed> named = new ArrayList<>();
        for (StockRow row : read) {
            StockVariants.Found variant = Objects.requireNonNull(found.get(row.number()));
            if (variant.sku().isPresent()) {
                named.add(new Placed(row, new StockKey(variant.sku().get(), row.location())));
                variant.note().ifPresent(outcome::warn);
            } else {
                outcome.refuse(variant.note().orElseThrow());
            }
        }
        return named;
    }

    /** At the locations that the rows mean. A row that counts nothing may name one that is not known. */
    private List<Placed> located(Lease lease, StockFormat file, List<Placed> rows, Outcome outcome) {
        Set<String> written = new LinkedHashSet<>();
        rows.forEach(placed -> written.add(placed.row().location()));
        Map<String, NamedLocation> locations = file.namesLocations()
                ? inventory.locationsByName(written, lease.createLocations())
                : inventory.locations(written, lease.createLocations());
        Map<String, String> names = new HashMap<>();
        List<Placed> located = new ArrayList<>();
        for (Placed placed : rows) {
            StockRow row = placed.row();
            NamedLocation named = Objects.requireNonNull(locations.get(row.location()));
            boolean counts = row.quantity() instanceof Quantity.Counted || row.quantity() instanceof Quantity.First;
            if (named.code().isPresent()) {
                located.add(new Placed(
                        row, new StockKey(placed.key().sku(), named.code().get())));
                if (counts && file.namesLocations()) {
                    names.putIfAbsent(named.code().get(), row.location());
                }
            } else if (counts) {
                outcome.refuse(new RowError(row.number(), file.locationColumn(), named.refusal(), named.detail()));
            } else {
                outcome.add(Change.UNCHANGED);
            }
        }
        if (lease.createLocations() && !lease.dryRun()) {
            inventory.makeLocations(names);
        }
        return located;
    }

    /** What is to be counted. Of the other rows it is told what becomes of them. */
    private List<StockCount> counts(StockFormat file, List<Placed> rows, Outcome outcome) {
        Map<StockKey, StockLevel> levels = levels(rows);
        List<StockCount> counts = new ArrayList<>();
        for (Placed placed : rows) {
            boolean known = levels.containsKey(placed.key());
            switch (placed.row().quantity()) {
                case Quantity.Counted counted -> {
                    counts.add(new StockCount(placed.key(), counted.units()));
                    counted.warning().ifPresent(outcome::warn);
                }
                case Quantity.First first
                when !known -> {
                    counts.add(new StockCount(placed.key(), first.units()));
                    first.warning().ifPresent(outcome::warn);
                }
                case Quantity.First _, Quantity.Unsaid _ -> outcome.add(Change.UNCHANGED);
                case Quantity.NotStocked _ -> {
                    outcome.add(Change.UNCHANGED);
                    if (known
                            && Objects.requireNonNull(levels.get(placed.key())).free() > 0) {
                        outcome.warn(notStocked(file, placed));
                    }
                }
            }
        }
        return counts;
    }

    private static RowError notStocked(StockFormat file, Placed placed) {
        return RowError.of(
                placed.row().number(),
                file.locationColumn(),
                "not_stocked",
                "Stock of this variant is counted at '%s' and stays; write 0 to count it away",
                placed.key().location());
    }

    /** Of the rows that do not simply count. */
    private Map<StockKey, StockLevel> levels(List<Placed> rows) {
        Set<String> skus = new HashSet<>();
        for (Placed placed : rows) {
            if (!(placed.row().quantity() instanceof Quantity.Counted)) {
                skus.add(placed.key().sku());
            }
        }
        Map<StockKey, StockLevel> levels = new HashMap<>();
        if (!skus.isEmpty()) {
            inventory.levels(skus).forEach(level -> levels.put(new StockKey(level.sku(), level.location()), level));
        }
        return levels;
    }

    /** Stock of a variant that was removed stays until it is counted away, so its SKU is known as well. */
    private Set<String> known(Set<String> skus) {
        Set<String> known = new HashSet<>(catalog.variantsBySku(skus).keySet());
        Set<String> others = new HashSet<>(skus);
        others.removeAll(known);
        if (!others.isEmpty()) {
            inventory.levels(others).forEach(level -> known.add(level.sku()));
        }
        return known;
    }

    private List<Placed> accepted(Lease lease, StockFormat file, List<Placed> rows, Outcome outcome) {
        Set<String> keys = new HashSet<>();
        Set<String> skus = new HashSet<>();
        rows.forEach(placed -> {
            keys.add(key(placed.key()));
            skus.add(placed.key().sku());
        });
        if (skus.isEmpty()) {
            return List.of();
        }
        Set<String> known = known(skus);
        Set<String> met = new HashSet<>(ledger.seenBefore(lease.id(), List.copyOf(keys)));
        List<Placed> accepted = new ArrayList<>();
        for (Placed placed : rows) {
            long number = placed.row().number();
            String sku = placed.key().sku();
            if (!met.add(key(placed.key()))) {
                outcome.refuse(RowError.of(
                        number,
                        file.skuColumn(),
                        "duplicate_row",
                        "'%s' at this location stands further up in the file",
                        sku));
            } else if (!known.contains(sku)) {
                outcome.refuse(RowError.of(
                        number, file.skuColumn(), "unknown_sku", "There is no variant with the SKU '%s'", sku));
            } else {
                accepted.add(placed);
            }
        }
        return accepted;
    }

    private static String key(StockKey key) {
        return key.sku() + "\u001f" + key.location();
    }
}
