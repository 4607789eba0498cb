package io.fondaco.importing;

import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.ProductUpsertResult.ChangeType;
import io.fondaco.catalog.VariantId;
import io.fondaco.catalog.VariantPrice;
import io.fondaco.importing.ImportLease.ImportLeaseLost;
import io.fondaco.importing.PriceRowParser.PriceRow;
import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.transactions.RetriedWrites;
import io.fondaco.pricing.PriceListId;
import io.fondaco.pricing.Pricing;
import io.fondaco.pricing.Pricing.ListPriceResult;
import io.fondaco.pricing.Pricing.ListPriceRow;
import io.fondaco.pricing.Pricing.PriceListName;
import io.fondaco.productfiles.ImportedPrice;
import io.fondaco.productfiles.InvalidCell;
import io.fondaco.productfiles.RowError;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Applies a batch of price rows: prices, rejected rows, counters and the checkpoint commit together. */
@ApplicationScoped
@RetriedWrites(afterLockTimeout = true)
class PriceBatchImporter {
    private final ImportJobRepository jobs;
    private final RejectedRows rejectedRows;
    private final Catalog catalog;
    private final Pricing pricing;

    PriceBatchImporter(ImportJobRepository jobs, RejectedRows rejectedRows, Catalog catalog, Pricing pricing) {
        this.jobs = jobs;
        this.rejectedRows = rejectedRows;
        this.catalog = catalog;
        this.pricing = pricing;
    }

    /** The rows of a batch and what became of them. */
    private record Batch(ImportLease lease, PriceRowParser parser, BatchResult result) {}

    /** @throws ImportLeaseLost if another worker has the import; nothing is written */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void apply(ImportLease importLease, CsvHeader csvHeader, PriceRowParser parser, List<CsvRow> rows) {
        jobs.lock(importLease);
        Batch batch = new Batch(importLease, parser, new BatchResult());
        List<PriceRow> parsed = new ArrayList<>();
        for (CsvRow row : rows) {
            try {
                parsed.add(parser.parse(row));
            } catch (InvalidCell e) {
                batch.result().reject(e.error());
            }
        }
        List<PriceRow> accepted = rejectDuplicates(batch, parsed);
        applyBasePrices(
                batch, accepted.stream().filter(row -> row.list().isEmpty()).toList());
        applyListPrices(
                batch, accepted.stream().filter(row -> !row.list().isEmpty()).toList());
        rejectedRows.save(
                importLease,
                csvHeader,
                batch.result(),
                rows.stream().map(List::of).toList());
        jobs.record(importLease, batch.result(), rows.getLast().number());
    }

    /** A price may be in one row of the file only; the first one counts. */
    private List<PriceRow> rejectDuplicates(Batch batch, List<PriceRow> rows) {
        return new DuplicateChecker(jobs)
                .rejectDuplicateRows(
                        batch.lease().id(),
                        rows,
                        PriceBatchImporter::key,
                        row -> RowError.of(
                                row.number(),
                                batch.parser().column("sku"),
                                "duplicate_row",
                                "This price of '%s' appears earlier in the file",
                                row.sku()),
                        batch.result());
    }

    private static String key(PriceRow row) {
        String price = row.list().isEmpty() ? row.currency() : row.list() + "\u001f" + row.minQuantity();
        return row.sku() + "\u001f" + row.list().isEmpty() + "\u001f" + price;
    }

    private void applyBasePrices(Batch batch, List<PriceRow> rows) {
        if (rows.isEmpty()) {
            return;
        }
        Map<String, VariantId> variants =
                catalog.idsBySku(rows.stream().map(PriceRow::sku).collect(Collectors.toSet()));
        Map<VariantId, List<VariantPrice>> stored =
                variants.isEmpty() ? Map.of() : pricing.findAllPrices(variants.values());
        Map<VariantId, List<VariantPrice>> changed = new LinkedHashMap<>();
        for (PriceRow row : rows) {
            VariantId variant = variants.get(row.sku());
            if (variant == null) {
                batch.result()
                        .reject(RowError.of(
                                row.number(),
                                batch.parser().column("sku"),
                                "unknown_sku",
                                "There is no variant with the SKU '%s'",
                                row.sku()));
                continue;
            }
            Optional<VariantPrice> before = stored.getOrDefault(variant, List.of()).stream()
                    .filter(price -> price.price().currency().equals(row.currency()))
                    .findFirst();
            VariantPrice after = new ImportedPrice(
                            row.price().orElseThrow(),
                            row.compareAt(),
                            batch.parser().hasCompareAtColumn())
                    .applyTo(before);
            if (before.filter(after::equals).isPresent()) {
                batch.result().add(ChangeType.UNCHANGED);
            } else {
                batch.result().add(before.isPresent() ? ChangeType.UPDATED : ChangeType.CREATED);
                changed.computeIfAbsent(variant, _ -> new ArrayList<>()).add(after);
            }
        }
        if (!changed.isEmpty() && !batch.lease().dryRun()) {
            pricing.savePrices(changed);
        }
    }

    private void applyListPrices(Batch batch, List<PriceRow> rows) {
        if (rows.isEmpty()) {
            return;
        }
        List<PriceListName> lists = pricing.listPriceListNames();
        Map<String, PriceListId> idsByText = new LinkedHashMap<>();
        lists.forEach(list -> {
            idsByText.put(list.name(), list.id());
            idsByText.put(list.id().toString(), list.id());
        });
        Map<PriceListId, List<PriceRow>> rowsByList = new LinkedHashMap<>();
        for (PriceRow row : rows) {
            PriceListId list = idsByText.get(row.list());
            if (list == null) {
                batch.result()
                        .reject(RowError.of(
                                row.number(),
                                batch.parser().listColumn(),
                                "unknown_list",
                                "There is no price list with the id or name '%s'",
                                row.list()));
            } else {
                rowsByList.computeIfAbsent(list, _ -> new ArrayList<>()).add(row);
            }
        }
        rowsByList.forEach((list, ofList) -> applyListPrices(batch, list, ofList));
    }

    private void applyListPrices(Batch batch, PriceListId list, List<PriceRow> rows) {
        List<ListPriceResult> results = pricing.saveListPrices(
                list,
                rows.stream()
                        .map(row -> new ListPriceRow(row.sku(), row.minQuantity(), row.price()))
                        .toList(),
                batch.lease().dryRun());
        for (int index = 0; index < rows.size(); index++) {
            PriceRow row = rows.get(index);
            switch (results.get(index)) {
                case ListPriceResult.Applied applied -> batch.result().add(toChangeType(applied));
                case ListPriceResult.Rejected rejected ->
                    batch.result()
                            .reject(new RowError(
                                    row.number(),
                                    batch.parser().column(rejected.field()),
                                    rejected.code(),
                                    rejected.detail()));
            }
        }
    }

    /** A deleted tier counts as an updated row. */
    private static ChangeType toChangeType(ListPriceResult.Applied applied) {
        return switch (applied.change()) {
            case CREATED -> ChangeType.CREATED;
            case UPDATED, DELETED -> ChangeType.UPDATED;
            case UNCHANGED -> ChangeType.UNCHANGED;
        };
    }
}
