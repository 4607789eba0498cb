package io.fondaco.importing;

import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.PriceTag;
import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.Upserted;
import io.fondaco.catalog.Upserted.Change;
import io.fondaco.catalog.Upserted.UpsertedVariant;
import io.fondaco.catalog.VariantId;
import io.fondaco.inventory.Inventory;
import io.fondaco.inventory.StockCount;
import io.fondaco.inventory.StockKey;
import io.fondaco.pricing.Pricing;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Puts a batch of products in: product, variants, prices, first stock, refused rows, counters and checkpoint commit
 * together. Five statements of its own and one call each of catalogue, pricing (two) and inventory, however many
 * products.
 */
@ApplicationScoped
class ProductBatches {
    private final ImportLedger ledger;
    private final Catalog catalog;
    private final Pricing pricing;
    private final Inventory inventory;

    ProductBatches(ImportLedger ledger, Catalog catalog, Pricing pricing, Inventory inventory) {
        this.ledger = ledger;
        this.catalog = catalog;
        this.pricing = pricing;
        this.inventory = inventory;
    }

    /**
     * @param lastRow the checkpoint that the batch reaches
     * @throws LeaseLost if another worker has the import; nothing was written then
     */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void apply(Lease lease, List<PlannedProduct> products, long lastRow) {
        ledger.lock(lease);
        Outcome outcome = new Outcome();
        List<PlannedProduct> fresh = new Repeats(ledger).refuse(lease.id(), products);
        List<PlannedProduct> accepted =
                fresh.stream().filter(product -> product.draft().isPresent()).toList();
        List<ProductDraft> drafts =
                accepted.stream().flatMap(product -> product.draft().stream()).toList();
        List<Upserted> upserted =
                drafts.isEmpty() ? List.of() : lease.dryRun() ? catalog.preview(drafts) : catalog.upsert(drafts);
        Map<VariantId, Boolean> repriced = price(lease, accepted, upserted);
        if (!lease.dryRun()) {
            stock(lease, accepted, upserted);
        }
        fresh.stream().filter(product -> product.draft().isEmpty()).forEach(product -> refuse(product, outcome));
        for (int index = 0; index < accepted.size(); index++) {
            count(accepted.get(index), upserted.get(index), repriced, outcome);
        }
        ledger.record(lease, outcome, lastRow);
    }

    /** Refuses the rows of products that would not go in by themselves for a reason that only trying told. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void refuse(Lease lease, PlannedProduct product, String reason, long lastRow) {
        ledger.lock(lease);
        Outcome outcome = new Outcome();
        for (PlannedRow row : product.rows()) {
            outcome.refuse(
                    row instanceof PlannedRow.Refused refused
                            ? refused.error()
                            : new RowError(row.number(), "", "not_applicable", reason));
        }
        ledger.record(lease, outcome, lastRow);
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

    private static void count(
            PlannedProduct product, Upserted result, Map<VariantId, Boolean> repriced, Outcome outcome) {
        long head = product.rows().getFirst().number();
        if (result.refusal().isPresent()) {
            Upserted.Refusal refusal = result.refusal().get();
            RowError error = new RowError(head, refusal.field(), refusal.code(), refusal.detail());
            refuse(PlannedProduct.refused(error, product.rows()), outcome);
            return;
        }
        Change ofProduct = result.product().orElse(Change.UNCHANGED);
        for (PlannedRow row : product.rows()) {
            switch (row) {
                case PlannedRow.Refused refused -> outcome.refuse(refused.error());
                case PlannedRow.OfProduct _ -> outcome.add(ofProduct);
                case PlannedRow.OfVariant variant -> {
                    UpsertedVariant answer = variantOf(result, variant);
                    if (answer.refusal().isPresent()) {
                        Upserted.Refusal refusal = answer.refusal().get();
                        outcome.refuse(new RowError(row.number(), refusal.field(), refusal.code(), refusal.detail()));
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
    }

    private static Change change(Change ofProduct, Change ofVariant, boolean priceChanged) {
        if (ofProduct == Change.CREATED || ofVariant == Change.CREATED) {
            return Change.CREATED;
        }
        boolean updated = ofProduct == Change.UPDATED || ofVariant == Change.UPDATED || priceChanged;
        return updated ? Change.UPDATED : Change.UNCHANGED;
    }
}
