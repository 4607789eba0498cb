package io.fondaco.importing;

import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.Upserted.Change;
import io.fondaco.inventory.Inventory;
import io.fondaco.inventory.Inventory.NamedLocation;
import io.fondaco.inventory.StockCount;
import io.fondaco.inventory.StockKey;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.Header;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
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

    /**
     * @param file how the rows are read
     * @throws LeaseLost if another worker has the import; nothing was written then
     */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void apply(Lease lease, Header header, StockFile file, List<CsvRow> rows) {
        ledger.lock(lease);
        Outcome outcome = new Outcome();
        Map<Long, StockCount> read = new LinkedHashMap<>();
        for (CsvRow row : rows) {
            try {
                read.put(row.number(), file.count(row));
            } catch (BadCell e) {
                outcome.refuse(e.error());
            }
        }
        List<StockCount> counts = accepted(lease, located(lease, file, read, outcome), outcome);
        if (!counts.isEmpty()) {
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
        refusedRows.keep(lease, header, outcome, rows.stream().map(List::of).toList());
        ledger.record(lease, outcome, rows.getLast().number());
    }

    /** At the locations that the rows mean. */
    private Map<Long, StockCount> located(Lease lease, StockFile file, Map<Long, StockCount> read, Outcome outcome) {
        Set<String> written = new HashSet<>();
        read.values().forEach(count -> written.add(count.key().location()));
        Map<String, NamedLocation> locations = inventory.locations(written, lease.createLocations());
        Map<Long, StockCount> located = new LinkedHashMap<>();
        read.forEach((number, count) -> {
            NamedLocation named =
                    Objects.requireNonNull(locations.get(count.key().location()));
            named.code()
                    .ifPresentOrElse(
                            code -> located.put(
                                    number,
                                    new StockCount(new StockKey(count.key().sku(), code), count.available())),
                            () -> outcome.refuse(
                                    new RowError(number, file.locationColumn(), named.refusal(), named.detail())));
        });
        return located;
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

    private List<StockCount> accepted(Lease lease, Map<Long, StockCount> read, Outcome outcome) {
        Set<String> keys = new HashSet<>();
        Set<String> skus = new HashSet<>();
        read.values().forEach(count -> {
            keys.add(key(count.key()));
            skus.add(count.key().sku());
        });
        if (skus.isEmpty()) {
            return List.of();
        }
        Set<String> known = known(skus);
        Set<String> met = new HashSet<>(ledger.seenBefore(lease.id(), List.copyOf(keys)));
        List<StockCount> accepted = new ArrayList<>();
        read.forEach((number, count) -> {
            String sku = count.key().sku();
            if (!met.add(key(count.key()))) {
                outcome.refuse(RowError.of(
                        number, "sku", "duplicate_row", "'%s' at this location stands further up in the file", sku));
            } else if (!known.contains(sku)) {
                outcome.refuse(RowError.of(number, "sku", "unknown_sku", "There is no variant with the SKU '%s'", sku));
            } else {
                accepted.add(count);
            }
        });
        return accepted;
    }

    private static String key(StockKey key) {
        return key.sku() + "\u001f" + key.location();
    }
}
