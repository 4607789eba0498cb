package io.fondaco.importing;

import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.Catalog.ProductLevelRows;
import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.catalog.ProductUpsertResult;
import io.fondaco.catalog.ProductUpsertResult.ChangeType;
import io.fondaco.catalog.ProductUpsertResult.VariantUpsertResult;
import io.fondaco.catalog.VariantId;
import io.fondaco.catalog.VariantPrice;
import io.fondaco.inventory.Inventory;
import io.fondaco.inventory.StockCount;
import io.fondaco.inventory.StockKey;
import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvRow;
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
class ProductBatchImporter {
    private final ImportJobRepository jobs;
    private final RejectedRows rejectedRows;
    private final Catalog catalog;
    private final Pricing pricing;
    private final Inventory inventory;

    ProductBatchImporter(
            ImportJobRepository ledger,
            RejectedRows rejectedRows,
            Catalog catalog,
            Pricing pricing,
            Inventory inventory) {
        this.jobs = ledger;
        this.rejectedRows = rejectedRows;
        this.catalog = catalog;
        this.pricing = pricing;
        this.inventory = inventory;
    }

    /** How the rows of the file are read. */
    record ProductFile(CsvHeader header, ProductRowParser parser) {}

    /**
     * A product that rows ask for.
     *
     * @param sourceRows the rows, as they stand in the file
     */
    record StagedProductRows(StagedProduct product, List<CsvRow> sourceRows) {
        /** The checkpoint that is reached with it. */
        long lastRow() {
            return sourceRows.getLast().number();
        }
    }

    /**
     * @param batch in the order of the file
     * @throws ImportLeaseLost if another worker has the import; nothing was written then
     */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void apply(ImportLease importLease, ProductFile productFile, List<StagedProductRows> batch) {
        jobs.lock(importLease);
        BatchResult batchResult = new BatchResult();
        ProductRowParser format = productFile.parser();
        List<StagedProduct> products =
                batch.stream().map(StagedProductRows::product).toList();
        List<StagedProduct> fresh = deduplicateAndResolve(importLease, format, products);
        List<StagedProduct> accepted =
                fresh.stream().filter(product -> product.draft().isPresent()).toList();
        List<ProductDraft> drafts =
                accepted.stream().flatMap(product -> product.draft().stream()).toList();
        List<ProductUpsertResult> upserted =
                drafts.isEmpty() ? List.of() : upsertOrPreview(importLease, drafts, firstRows(accepted));
        Map<VariantId, Boolean> repriced = applyPrices(importLease, accepted, upserted);
        if (!importLease.dryRun()) {
            applyInitialStock(importLease, accepted, upserted);
        }
        fresh.stream().filter(product -> product.draft().isEmpty()).forEach(product -> reject(product, batchResult));
        for (int index = 0; index < accepted.size(); index++) {
            recordResults(format, accepted.get(index), upserted.get(index), repriced, batchResult);
        }
        recordBatch(importLease, productFile, batch, batchResult);
    }

    private void recordBatch(
            ImportLease importLease, ProductFile productFile, List<StagedProductRows> batch, BatchResult batchResult) {
        rejectedRows.save(
                importLease,
                productFile.header(),
                batchResult,
                batch.stream().map(StagedProductRows::sourceRows).toList());
        jobs.record(importLease, batchResult, batch.getLast().lastRow());
    }

    private List<ProductUpsertResult> upsertOrPreview(
            ImportLease importLease, List<ProductDraft> drafts, ProductLevelRows productLevelRows) {
        return importLease.dryRun()
                ? catalog.preview(drafts, productLevelRows)
                : catalog.upsert(drafts, productLevelRows);
    }

    private static ProductLevelRows firstRows(List<StagedProduct> products) {
        Set<String> skus = new HashSet<>();
        Set<String> refused = new HashSet<>();
        for (StagedProduct product : products) {
            switch (product.firstRow()) {
                case StagedRow.StagedVariantRow variant -> skus.add(variant.sku());
                case StagedRow.RejectedRow _ -> product.draft().ifPresent(draft -> refused.add(draft.slug()));
                case StagedRow.ProductOnlyRow _ -> {}
            }
        }
        return new ProductLevelRows(skus, refused);
    }

    /** Without what stands in the file twice, and with every variant under the SKU that it has or gets. */
    private List<StagedProduct> deduplicateAndResolve(
            ImportLease importLease, ProductRowParser format, List<StagedProduct> products) {
        DuplicateChecker.DuplicateCheck duplicateCheck = new DuplicateChecker(jobs)
                .rejectDuplicates(importLease.id(), products, !format.identifiesVariantsByOptions());
        if (!format.identifiesVariantsByOptions()) {
            return duplicateCheck.products();
        }
        Set<String> slugs = new HashSet<>();
        Set<String> wanted = new HashSet<>();
        for (StagedProduct product : duplicateCheck.products()) {
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
            return duplicateCheck.products();
        }
        Map<String, ProductSnapshot> present = catalog.lockSnapshots(slugs);
        Set<String> taken = new HashSet<>(catalog.variantsBySku(wanted).keySet());
        if (importLease.dryRun()) {
            // What stood further up was not written.
            taken.addAll(duplicateCheck.earlierSkus());
        }
        return duplicateCheck.products().stream()
                .map(product -> product.draft()
                        .map(draft ->
                                format.resolveVariants(product, Optional.ofNullable(present.get(draft.slug())), taken))
                        .orElse(product))
                .toList();
    }

    /** Refuses the rows of products that would not go in by themselves for a reason that only trying told. */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void reject(ImportLease importLease, ProductFile productFile, StagedProductRows stagedProductRows, String reason) {
        jobs.lock(importLease);
        BatchResult batchResult = new BatchResult();
        for (StagedRow row : stagedProductRows.product().rows()) {
            batchResult.reject(
                    row instanceof StagedRow.RejectedRow rejectedRow
                            ? rejectedRow.error()
                            : new RowError(row.number(), "", "not_applicable", reason));
        }
        recordBatch(importLease, productFile, List.of(stagedProductRows), batchResult);
    }

    /** Sets the prices that differ; what is there already costs one read and no write. */
    private Map<VariantId, Boolean> applyPrices(
            ImportLease importLease, List<StagedProduct> products, List<ProductUpsertResult> upserted) {
        Map<VariantId, List<ImportedPrice>> wanted = new LinkedHashMap<>();
        forEachVariant(products, upserted, (row, result) -> result.id().ifPresent(id -> {
            if (!row.prices().isEmpty()) {
                wanted.put(id, row.prices());
            }
        }));
        if (wanted.isEmpty()) {
            return Map.of();
        }
        Map<VariantId, List<VariantPrice>> present = pricing.findAllPrices(wanted.keySet());
        Map<VariantId, List<VariantPrice>> changed = new LinkedHashMap<>();
        wanted.forEach((id, prices) -> {
            Map<String, VariantPrice> before = new HashMap<>();
            present.getOrDefault(id, List.of())
                    .forEach(tag -> before.put(tag.price().currency(), tag));
            List<VariantPrice> different = new ArrayList<>();
            for (ImportedPrice price : prices) {
                VariantPrice old = before.get(price.price().currency());
                VariantPrice tag = price.applyTo(Optional.ofNullable(old));
                if (!Objects.equals(tag, old)) {
                    different.add(tag);
                }
            }
            if (!different.isEmpty()) {
                changed.put(id, different);
            }
        });
        if (!changed.isEmpty() && !importLease.dryRun()) {
            pricing.savePrices(changed);
        }
        Map<VariantId, Boolean> repriced = new HashMap<>();
        changed.keySet().forEach(id -> repriced.put(id, true));
        return repriced;
    }

    private void applyInitialStock(
            ImportLease importLease, List<StagedProduct> products, List<ProductUpsertResult> upserted) {
        List<StockCount> counts = new ArrayList<>();
        forEachVariant(products, upserted, (row, result) -> {
            if (result.change().equals(Optional.of(ChangeType.CREATED))) {
                row.initialStock()
                        .ifPresent(units -> counts.add(new StockCount(StockKey.atDefaultLocation(row.sku()), units)));
            }
        });
        if (!counts.isEmpty()) {
            inventory.recordCounts(counts, importLease.id().toString());
        }
    }

    private interface VariantVisitor {
        void visit(StagedRow.StagedVariantRow row, VariantUpsertResult result);
    }

    private static void forEachVariant(
            List<StagedProduct> products, List<ProductUpsertResult> upserted, VariantVisitor visitor) {
        for (int index = 0; index < products.size(); index++) {
            ProductUpsertResult result = upserted.get(index);
            if (result.error().isPresent()) {
                continue;
            }
            for (StagedRow row : products.get(index).rows()) {
                if (row instanceof StagedRow.StagedVariantRow variant) {
                    visitor.visit(variant, variantOf(result, variant));
                }
            }
        }
    }

    private static VariantUpsertResult variantOf(ProductUpsertResult result, StagedRow.StagedVariantRow row) {
        VariantUpsertResult variant = result.variants().get(row.sku());
        if (variant == null) {
            throw new IllegalStateException("The catalogue did not answer for " + row.sku());
        }
        return variant;
    }

    private static void reject(StagedProduct product, BatchResult batchResult) {
        for (StagedRow row : product.rows()) {
            if (row instanceof StagedRow.RejectedRow rejectedRow) {
                batchResult.reject(rejectedRow.error());
            } else {
                throw new IllegalStateException("A product without a draft has rows that were not refused");
            }
        }
    }

    private static RowError error(
            ProductRowParser format, long row, ProductUpsertResult.ValidationError validationError) {
        return new RowError(
                row, format.columnOf(validationError.field()), validationError.code(), validationError.detail());
    }

    /** Every row of a product that was refused as a whole; a variant with a reason of its own keeps it. */
    private static void reject(
            ProductRowParser format,
            StagedProduct product,
            ProductUpsertResult result,
            ProductUpsertResult.ValidationError validationError,
            BatchResult batchResult) {
        List<StagedRow> rows = new ArrayList<>(product.rows().size());
        for (StagedRow row : product.rows()) {
            Optional<ProductUpsertResult.ValidationError> own = row instanceof StagedRow.StagedVariantRow variant
                    ? Optional.ofNullable(result.variants().get(variant.sku())).flatMap(VariantUpsertResult::error)
                    : Optional.empty();
            rows.add(own.<StagedRow>map(reason -> new StagedRow.RejectedRow(error(format, row.number(), reason)))
                    .orElse(row));
        }
        RowError head = error(format, product.firstRow().number(), validationError);
        reject(StagedProduct.rejected(head, rows), batchResult);
    }

    private static void recordResults(
            ProductRowParser format,
            StagedProduct product,
            ProductUpsertResult result,
            Map<VariantId, Boolean> repriced,
            BatchResult batchResult) {
        long head = product.firstRow().number();
        if (result.error().isPresent()) {
            reject(format, product, result, result.error().get(), batchResult);
            return;
        }
        Set<Long> refused = new HashSet<>();
        ChangeType ofProduct = result.productChange().orElse(ChangeType.UNCHANGED);
        for (StagedRow row : product.rows()) {
            switch (row) {
                case StagedRow.RejectedRow bad -> {
                    refused.add(bad.number());
                    batchResult.reject(bad.error());
                }
                case StagedRow.ProductOnlyRow _ -> batchResult.add(ofProduct);
                case StagedRow.StagedVariantRow variant -> {
                    VariantUpsertResult answer = variantOf(result, variant);
                    if (answer.error().isPresent()) {
                        refused.add(row.number());
                        batchResult.reject(
                                error(format, row.number(), answer.error().get()));
                    } else {
                        boolean priceChanged =
                                answer.id().filter(repriced::containsKey).isPresent();
                        batchResult.add(combineChanges(
                                row.number() == head ? ofProduct : ChangeType.UNCHANGED,
                                answer.change().orElse(ChangeType.UNCHANGED),
                                priceChanged));
                    }
                }
            }
        }
        product.warnings().stream()
                .filter(warning -> !refused.contains(warning.row()))
                .forEach(batchResult::warn);
    }

    private static ChangeType combineChanges(ChangeType ofProduct, ChangeType ofVariant, boolean priceChanged) {
        if (ofProduct == ChangeType.CREATED || ofVariant == ChangeType.CREATED) {
            return ChangeType.CREATED;
        }
        boolean updated = ofProduct == ChangeType.UPDATED || ofVariant == ChangeType.UPDATED || priceChanged;
        return updated ? ChangeType.UPDATED : ChangeType.UNCHANGED;
    }
}
