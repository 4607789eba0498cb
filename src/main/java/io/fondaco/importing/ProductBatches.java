package io.fondaco.importing;

import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.Catalog.FirstRows;
import io.fondaco.catalog.PriceTag;
import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.catalog.Upserted;
import io.fondaco.catalog.Upserted.Change;
import io.fondaco.catalog.Upserted.UpsertedVariant;
import io.fondaco.catalog.VariantId;
import io.fondaco.inventory.Inventory;
import io.fondaco.inventory.StockCount;
import io.fondaco.inventory.StockKey;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.Header;
import io.fondaco.pricing.Pricing;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Puts a batch of products in: product, variants, prices, first stock, refused rows, counters and checkpoint commit
 * together. Five statements of its own and one call each of catalogue, pricing (two) and inventory, however many
 * products.
 */
@ApplicationScoped
class ProductBatches {
    private final ImportLedger ledger;
    private final RefusedRows refusedRows;
    private final Catalog catalog;
    private final Pricing pricing;
    private final Inventory inventory;

    ProductBatches(
            ImportLedger ledger, RefusedRows refusedRows, Catalog catalog, Pricing pricing, Inventory inventory) {
        this.ledger = ledger;
        this.refusedRows = refusedRows;
        this.catalog = catalog;
        this.pricing = pricing;
        this.inventory = inventory;
    }

    /** How the rows of the file are read. */
    record File(Header header, ProductFormat format) {}

    /**
     * A product that rows ask for.
     *
     * @param cells the rows, as they stand in the file
     */
    record Planned(PlannedProduct product, List<CsvRow> cells) {
        /** The checkpoint that is reached with it. */
        long lastRow() {
            return cells.getLast().number();
        }
    }

    /**
     * @param batch in the order of the file
     * @throws LeaseLost if another worker has the import; nothing was written then
     */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void apply(Lease lease, File file, List<Planned> batch) {
        ledger.lock(lease);
        Outcome outcome = new Outcome();
        ProductFormat format = file.format();
        List<PlannedProduct> products = batch.stream().map(Planned::product).toList();
        List<PlannedProduct> fresh = fresh(lease, format, products);
        List<PlannedProduct> accepted =
                fresh.stream().filter(product -> product.draft().isPresent()).toList();
        List<ProductDraft> drafts =
                accepted.stream().flatMap(product -> product.draft().stream()).toList();
        List<Upserted> upserted = drafts.isEmpty() ? List.of() : write(lease, drafts, firstRows(accepted));
        Map<VariantId, Boolean> repriced = price(lease, accepted, upserted);
        if (!lease.dryRun()) {
            stock(lease, accepted, upserted);
        }
        fresh.stream().filter(product -> product.draft().isEmpty()).forEach(product -> refuse(product, outcome));
        for (int index = 0; index < accepted.size(); index++) {
            count(format, accepted.get(index), upserted.get(index), repriced, outcome);
        }
        end(lease, file, batch, outcome);
    }

    private void end(Lease lease, File file, List<Planned> batch, Outcome outcome) {
        refusedRows.keep(
                lease,
                file.header(),
                outcome,
                batch.stream().map(Planned::cells).toList());
        ledger.record(lease, outcome, batch.getLast().lastRow());
    }

    private List<Upserted> write(Lease lease, List<ProductDraft> drafts, FirstRows firstRows) {
        return lease.dryRun() ? catalog.preview(drafts, firstRows) : catalog.upsert(drafts, firstRows);
    }

    private static FirstRows firstRows(List<PlannedProduct> products) {
        Set<String> skus = new HashSet<>();
        Set<String> refused = new HashSet<>();
        for (PlannedProduct product : products) {
            switch (product.head()) {
                case PlannedRow.OfVariant variant -> skus.add(variant.sku());
                case PlannedRow.Refused _ -> product.draft().ifPresent(draft -> refused.add(draft.slug()));
                case PlannedRow.OfProduct _ -> {}
            }
        }
        return new FirstRows(skus, refused);
    }

    /** Without what stands in the file twice, and with every variant under the SKU that it has or gets. */
    private List<PlannedProduct> fresh(Lease lease, ProductFormat format, List<PlannedProduct> products) {
        Repeats.Checked checked = new Repeats(ledger).refuse(lease.id(), products, !format.namesVariantsByOptions());
        if (!format.namesVariantsByOptions()) {
            return checked.products();
        }
        Set<String> slugs = new HashSet<>();
        Set<String> wanted = new HashSet<>();
        for (PlannedProduct product : checked.products()) {
            product.draft().ifPresent(draft -> {
                slugs.add(draft.slug());
                draft.variants().forEach(variant -> {
                    wanted.add(variant.sku());
                    List<String> values = variant.optionValues();
                    wanted.addAll(DerivedSku.candidates(draft.slug(), values == null ? List.of() : values));
                });
            });
        }
        if (slugs.isEmpty()) {
            return checked.products();
        }
        Map<String, ProductSnapshot> present = catalog.lockedSnapshots(slugs);
        Set<String> taken = new HashSet<>(catalog.variantsBySku(wanted).keySet());
        if (lease.dryRun()) {
            // What stood further up was not written.
            taken.addAll(checked.earlierSkus());
        }
        return checked.products().stream()
                .map(product -> product.draft()
                        .map(draft -> format.resolve(product, Optional.ofNullable(present.get(draft.slug())), taken))
                        .orElse(product))
                .toList();
    }

    /** Refuses the rows of products that would not go in by themselves for a reason that only trying told. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void refuse(Lease lease, File file, Planned planned, String reason) {
        ledger.lock(lease);
        Outcome outcome = new Outcome();
        for (PlannedRow row : planned.product().rows()) {
            outcome.refuse(
                    row instanceof PlannedRow.Refused refused
                            ? refused.error()
                            : new RowError(row.number(), "", "not_applicable", reason));
        }
        end(lease, file, List.of(planned), outcome);
    }

    /** Sets the prices that differ; what is there already costs one read and no write. */
    private Map<VariantId, Boolean> price(Lease lease, List<PlannedProduct> products, List<Upserted> upserted) {
        Map<VariantId, List<WantedPrice>> wanted = new LinkedHashMap<>();
        eachVariant(products, upserted, (row, result) -> result.id().ifPresent(id -> {
            if (!row.prices().isEmpty()) {
                wanted.put(id, row.prices());
            }
        }));
        if (wanted.isEmpty()) {
            return Map.of();
        }
        Map<VariantId, List<PriceTag>> present = pricing.all(wanted.keySet());
        Map<VariantId, List<PriceTag>> changed = new LinkedHashMap<>();
        wanted.forEach((id, prices) -> {
            Map<String, PriceTag> before = new HashMap<>();
            present.getOrDefault(id, List.of())
                    .forEach(tag -> before.put(tag.price().currency(), tag));
            List<PriceTag> different = new ArrayList<>();
            for (WantedPrice price : prices) {
                PriceTag old = before.get(price.price().currency());
                PriceTag tag = price.over(Optional.ofNullable(old));
                if (!Objects.equals(tag, old)) {
                    different.add(tag);
                }
            }
            if (!different.isEmpty()) {
                changed.put(id, different);
            }
        });
        if (!changed.isEmpty() && !lease.dryRun()) {
            pricing.set(changed);
        }
        Map<VariantId, Boolean> repriced = new HashMap<>();
        changed.keySet().forEach(id -> repriced.put(id, true));
        return repriced;
    }

    private void stock(Lease lease, List<PlannedProduct> products, List<Upserted> upserted) {
        List<StockCount> counts = new ArrayList<>();
        eachVariant(products, upserted, (row, result) -> {
            if (result.change().equals(Optional.of(Change.CREATED))) {
                row.initialStock().ifPresent(units -> counts.add(new StockCount(StockKey.atDefault(row.sku()), units)));
            }
        });
        if (!counts.isEmpty()) {
            inventory.countAll(counts, lease.id().toString());
        }
    }

    private interface VariantVisitor {
        void visit(PlannedRow.OfVariant row, UpsertedVariant result);
    }

    private static void eachVariant(List<PlannedProduct> products, List<Upserted> upserted, VariantVisitor visitor) {
        for (int index = 0; index < products.size(); index++) {
            Upserted result = upserted.get(index);
            if (result.refusal().isPresent()) {
                continue;
            }
            for (PlannedRow row : products.get(index).rows()) {
                if (row instanceof PlannedRow.OfVariant variant) {
                    visitor.visit(variant, variantOf(result, variant));
                }
            }
        }
    }

    private static UpsertedVariant variantOf(Upserted result, PlannedRow.OfVariant row) {
        UpsertedVariant variant = result.variants().get(row.sku());
        if (variant == null) {
            throw new IllegalStateException("The catalogue did not answer for " + row.sku());
        }
        return variant;
    }

    private static void refuse(PlannedProduct product, Outcome outcome) {
        for (PlannedRow row : product.rows()) {
            if (row instanceof PlannedRow.Refused refused) {
                outcome.refuse(refused.error());
            } else {
                throw new IllegalStateException("A product without a draft has rows that were not refused");
            }
        }
    }

    private static RowError error(ProductFormat format, long row, Upserted.Refusal refusal) {
        return new RowError(row, format.columnOf(refusal.field()), refusal.code(), refusal.detail());
    }

    /** Every row of a product that was refused as a whole; a variant with a reason of its own keeps it. */
    private static void refuse(
            ProductFormat format, PlannedProduct product, Upserted result, Upserted.Refusal refusal, Outcome outcome) {
        List<PlannedRow> rows = new ArrayList<>(product.rows().size());
        for (PlannedRow row : product.rows()) {
            Optional<Upserted.Refusal> own = row instanceof PlannedRow.OfVariant variant
                    ? Optional.ofNullable(result.variants().get(variant.sku())).flatMap(UpsertedVariant::refusal)
                    : Optional.empty();
            rows.add(own.<PlannedRow>map(reason -> new PlannedRow.Refused(error(format, row.number(), reason)))
                    .orElse(row));
        }
        RowError head = error(format, product.head().number(), refusal);
        refuse(PlannedProduct.refused(head, rows), outcome);
    }

    private static void count(
            ProductFormat format,
            PlannedProduct product,
            Upserted result,
            Map<VariantId, Boolean> repriced,
            Outcome outcome) {
        long head = product.head().number();
        if (result.refusal().isPresent()) {
            refuse(format, product, result, result.refusal().get(), outcome);
            return;
        }
        Set<Long> refused = new HashSet<>();
        Change ofProduct = result.product().orElse(Change.UNCHANGED);
        for (PlannedRow row : product.rows()) {
            switch (row) {
                case PlannedRow.Refused bad -> {
                    refused.add(bad.number());
                    outcome.refuse(bad.error());
                }
                case PlannedRow.OfProduct _ -> outcome.add(ofProduct);
                case PlannedRow.OfVariant variant -> {
                    UpsertedVariant answer = variantOf(result, variant);
                    if (answer.refusal().isPresent()) {
                        refused.add(row.number());
                        outcome.refuse(
                                error(format, row.number(), answer.refusal().get()));
                    } else {
                        boolean priceChanged =
                                answer.id().filter(repriced::containsKey).isPresent();
                        outcome.add(change(
                                row.number() == head ? ofProduct : Change.UNCHANGED,
                                answer.change().orElse(Change.UNCHANGED),
                                priceChanged));
                    }
                }
            }
        }
        product.warnings().stream()
                .filter(warning -> !refused.contains(warning.row()))
                .forEach(outcome::warn);
    }

    private static Change change(Change ofProduct, Change ofVariant, boolean priceChanged) {
        if (ofProduct == Change.CREATED || ofVariant == Change.CREATED) {
            return Change.CREATED;
        }
        boolean updated = ofProduct == Change.UPDATED || ofVariant == Change.UPDATED || priceChanged;
        return updated ? Change.UPDATED : Change.UNCHANGED;
    }
}
