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
import io.fondaco.importing.ImportLease.ImportLeaseLost;
import io.fondaco.inventory.Inventory;
import io.fondaco.inventory.Inventory.StockCount;
import io.fondaco.inventory.StockKey;
import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.transactions.RetriedWrites;
import io.fondaco.pricing.Pricing;
import io.fondaco.productfiles.DerivedSku;
import io.fondaco.productfiles.ImportedPrice;
import io.fondaco.productfiles.ProductRowParser;
import io.fondaco.productfiles.RowError;
import io.fondaco.productfiles.StagedProduct;
import io.fondaco.productfiles.StagedRow;
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
 * Applies a batch of products: products, variants, prices, initial stock, rejected rows, counters and the checkpoint
 * commit together. At most five statements of its own, three more if a row is rejected, and at most one call to catalog
 * (three for a Shopify file), two to pricing and one to inventory, however many products the batch has.
 */
@ApplicationScoped
@RetriedWrites(afterLockTimeout = true)
class ProductBatchImporter {
    private final ImportJobRepository jobs;
    private final RejectedRows rejectedRows;
    private final Catalog catalog;
    private final Pricing pricing;
    private final Inventory inventory;

    ProductBatchImporter(
            ImportJobRepository jobs,
            RejectedRows rejectedRows,
            Catalog catalog,
            Pricing pricing,
            Inventory inventory) {
        this.jobs = jobs;
        this.rejectedRows = rejectedRows;
        this.catalog = catalog;
        this.pricing = pricing;
        this.inventory = inventory;
    }

    /** The header of a file and the parser of its rows. */
    record ProductFile(CsvHeader header, ProductRowParser parser) {}

    /**
     * A staged product and its source rows.
     *
     * @param sourceRows the rows as they are in the file
     */
    record StagedProductRows(StagedProduct product, List<CsvRow> sourceRows) {
        /** The checkpoint after this product. */
        long lastRow() {
            return sourceRows.getLast().number();
        }
    }

    /**
     * @param batch in file order
     * @throws ImportLeaseLost if another worker has the import; nothing is written
     */
    @Transactional(Transactional.TxType.REQUIRES_NEW)
    void apply(ImportLease importLease, ProductFile productFile, List<StagedProductRows> batch) {
        jobs.lock(importLease);
        BatchResult batchResult = new BatchResult();
        ProductRowParser parser = productFile.parser();
        List<StagedProduct> products =
                batch.stream().map(StagedProductRows::product).toList();
        List<StagedProduct> resolved = deduplicateAndResolve(importLease, parser, products);
        List<StagedProduct> accepted =
                resolved.stream().filter(product -> product.draft().isPresent()).toList();
        List<ProductDraft> drafts =
                accepted.stream().flatMap(product -> product.draft().stream()).toList();
        List<ProductUpsertResult> upserted =
                drafts.isEmpty() ? List.of() : upsertOrPreview(importLease, drafts, firstRows(accepted));
        Map<VariantId, Boolean> repriced = applyPrices(importLease, accepted, upserted);
        if (!importLease.dryRun()) {
            applyInitialStock(importLease, accepted, upserted);
        }
        resolved.stream().filter(product -> product.draft().isEmpty()).forEach(product -> reject(product, batchResult));
        for (int index = 0; index < accepted.size(); index++) {
            recordResults(parser, accepted.get(index), upserted.get(index), repriced, batchResult);
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
        Set<String> rejectedSlugs = new HashSet<>();
        for (StagedProduct product : products) {
            switch (product.firstRow()) {
                case StagedRow.StagedVariantRow variant -> skus.add(variant.sku());
                case StagedRow.RejectedRow _ -> product.draft().ifPresent(draft -> rejectedSlugs.add(draft.slug()));
                case StagedRow.ProductOnlyRow _ -> {}
            }
        }
        return new ProductLevelRows(skus, rejectedSlugs);
    }

    /** Rejects products and SKUs that appeared before, and assigns every variant the SKU that it has or gets. */
    private List<StagedProduct> deduplicateAndResolve(
            ImportLease importLease, ProductRowParser parser, List<StagedProduct> products) {
        DuplicateChecker.DuplicateCheck duplicateCheck = new DuplicateChecker(jobs)
                .rejectDuplicates(importLease.id(), products, !parser.identifiesVariantsByOptions());
        if (!parser.identifiesVariantsByOptions()) {
            return duplicateCheck.products();
        }
        Set<String> slugs = new HashSet<>();
        Set<String> candidateSkus = new HashSet<>();
        for (StagedProduct product : duplicateCheck.products()) {
            product.draft().ifPresent(draft -> {
                slugs.add(draft.slug());
                draft.variants().forEach(variant -> {
                    candidateSkus.add(variant.sku());
                    List<String> values = variant.optionValues();
                    candidateSkus.addAll(DerivedSku.candidates(draft.slug(), values == null ? List.of() : values));
                });
            });
        }
        if (slugs.isEmpty()) {
            return duplicateCheck.products();
        }
        Map<String, ProductSnapshot> existing = catalog.lockSnapshots(slugs);
        Set<String> takenSkus = new HashSet<>(catalog.idsBySku(candidateSkus).keySet());
        if (importLease.dryRun()) {
            // A dry run did not write the SKUs of earlier rows.
            takenSkus.addAll(duplicateCheck.earlierSkus());
        }
        return duplicateCheck.products().stream()
                .map(product -> product.draft()
                        .map(draft -> parser.resolveVariants(
                                product, Optional.ofNullable(existing.get(draft.slug())), takenSkus))
                        .orElse(product))
                .toList();
    }

    /** Rejects all rows of a product that failed when it was applied alone. */
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

    /** Saves the prices that differ. If none differs, it costs one read and no write. */
    private Map<VariantId, Boolean> applyPrices(
            ImportLease importLease, List<StagedProduct> products, List<ProductUpsertResult> upserted) {
        Map<VariantId, List<ImportedPrice>> importedPrices = new LinkedHashMap<>();
        forEachVariant(products, upserted, (row, result) -> result.id().ifPresent(id -> {
            if (!row.prices().isEmpty()) {
                importedPrices.put(id, row.prices());
            }
        }));
        if (importedPrices.isEmpty()) {
            return Map.of();
        }
        Map<VariantId, List<VariantPrice>> currentPrices = pricing.findAllPrices(importedPrices.keySet());
        Map<VariantId, List<VariantPrice>> changed = new LinkedHashMap<>();
        importedPrices.forEach((id, prices) -> {
            Map<String, VariantPrice> byCurrency = new HashMap<>();
            currentPrices
                    .getOrDefault(id, List.of())
                    .forEach(price -> byCurrency.put(price.price().currency(), price));
            List<VariantPrice> different = new ArrayList<>();
            for (ImportedPrice imported : prices) {
                VariantPrice oldPrice = byCurrency.get(imported.price().currency());
                VariantPrice newPrice = imported.applyTo(Optional.ofNullable(oldPrice));
                if (!Objects.equals(newPrice, oldPrice)) {
                    different.add(newPrice);
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
            throw new IllegalStateException("The catalog returned no result for the SKU " + row.sku());
        }
        return variant;
    }

    private static void reject(StagedProduct product, BatchResult batchResult) {
        for (StagedRow row : product.rows()) {
            if (row instanceof StagedRow.RejectedRow rejectedRow) {
                batchResult.reject(rejectedRow.error());
            } else {
                throw new IllegalStateException(
                        "A product without a draft has rows that are not rejected: row " + row.number());
            }
        }
    }

    private static RowError productError(
            ProductRowParser parser,
            ProductUpsertResult result,
            long row,
            ProductUpsertResult.ValidationError validationError) {
        // A new product can be rejected because of a variant.
        boolean ofVariant = result.variants().values().stream()
                .anyMatch(variant ->
                        variant.error().filter(validationError::equals).isPresent());
        return ofVariant
                ? variantError(parser, row, validationError)
                : new RowError(
                        row,
                        parser.columnOf(validationError.field()),
                        validationError.code(),
                        validationError.detail());
    }

    private static RowError variantError(
            ProductRowParser parser, long row, ProductUpsertResult.ValidationError validationError) {
        return new RowError(
                row, parser.variantColumnOf(validationError.field()), validationError.code(), validationError.detail());
    }

    /**
     * Rejects every row of a product that the catalog rejected as a whole; a variant with a reason of its own keeps it.
     */
    private static void reject(
            ProductRowParser parser,
            StagedProduct product,
            ProductUpsertResult result,
            ProductUpsertResult.ValidationError validationError,
            BatchResult batchResult) {
        List<StagedRow> rows = new ArrayList<>(product.rows().size());
        for (StagedRow row : product.rows()) {
            Optional<ProductUpsertResult.ValidationError> variantError = row
                            instanceof StagedRow.StagedVariantRow variant
                    ? Optional.ofNullable(result.variants().get(variant.sku())).flatMap(VariantUpsertResult::error)
                    : Optional.empty();
            rows.add(variantError
                    .<StagedRow>map(reason -> new StagedRow.RejectedRow(variantError(parser, row.number(), reason)))
                    .orElse(row));
        }
        RowError firstRowError = productError(parser, result, product.firstRow().number(), validationError);
        reject(StagedProduct.rejected(firstRowError, rows), batchResult);
    }

    private static void recordResults(
            ProductRowParser parser,
            StagedProduct product,
            ProductUpsertResult result,
            Map<VariantId, Boolean> repriced,
            BatchResult batchResult) {
        long firstRowNumber = product.firstRow().number();
        if (result.error().isPresent()) {
            reject(parser, product, result, result.error().get(), batchResult);
            return;
        }
        Set<Long> rejectedNumbers = new HashSet<>();
        ChangeType productChange = result.productChange().orElse(ChangeType.UNCHANGED);
        for (StagedRow row : product.rows()) {
            switch (row) {
                case StagedRow.RejectedRow rejected -> {
                    rejectedNumbers.add(rejected.number());
                    batchResult.reject(rejected.error());
                }
                case StagedRow.ProductOnlyRow _ -> batchResult.add(productChange);
                case StagedRow.StagedVariantRow variant -> {
                    VariantUpsertResult variantResult = variantOf(result, variant);
                    if (variantResult.error().isPresent()) {
                        rejectedNumbers.add(row.number());
                        batchResult.reject(variantError(
                                parser, row.number(), variantResult.error().get()));
                    } else {
                        boolean priceChanged =
                                variantResult.id().filter(repriced::containsKey).isPresent();
                        batchResult.add(combineChanges(
                                row.number() == firstRowNumber ? productChange : ChangeType.UNCHANGED,
                                variantResult.change().orElse(ChangeType.UNCHANGED),
                                priceChanged));
                    }
                }
            }
        }
        product.warnings().stream()
                .filter(warning -> !rejectedNumbers.contains(warning.row()))
                .forEach(batchResult::warn);
    }

    private static ChangeType combineChanges(ChangeType productChange, ChangeType variantChange, boolean priceChanged) {
        if (productChange == ChangeType.CREATED || variantChange == ChangeType.CREATED) {
            return ChangeType.CREATED;
        }
        boolean updated = productChange == ChangeType.UPDATED || variantChange == ChangeType.UPDATED || priceChanged;
        return updated ? ChangeType.UPDATED : ChangeType.UNCHANGED;
    }
}
