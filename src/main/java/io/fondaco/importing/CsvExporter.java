package io.fondaco.importing;

import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.Catalog.AttributeOwner;
import io.fondaco.catalog.ProductId;
import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.catalog.VariantId;
import io.fondaco.catalog.VariantPrice;
import io.fondaco.inventory.Inventory;
import io.fondaco.inventory.StockKey;
import io.fondaco.inventory.StockLevel;
import io.fondaco.platform.csv.CsvRowWriter;
import io.fondaco.platform.csv.FormulaEscaping;
import io.fondaco.pricing.PriceListId;
import io.fondaco.pricing.Pricing;
import io.fondaco.pricing.Pricing.PriceListName;
import io.fondaco.pricing.VariantPrices;
import io.fondaco.productfiles.FileFormat;
import io.fondaco.productfiles.FondacoProductRenderer;
import io.fondaco.productfiles.FondacoStockParser;
import io.fondaco.productfiles.ProductRowRenderer;
import io.fondaco.productfiles.ShopifyAttribute;
import io.fondaco.productfiles.ShopifyColumns;
import io.fondaco.productfiles.ShopifyProductRenderer;
import io.fondaco.productfiles.ShopifyStockRenderer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Writes all products, all stock levels or all prices as CSV, page by page at constant memory. It sends the columns
 * that every file has before it reads any row, and each page as soon as it is written, so that the first byte does not
 * wait for the data.
 */
@ApplicationScoped
class CsvExporter {
    private static final int PAGE_PRODUCTS = 200;
    private static final int PAGE_LEVELS = 2_000;
    /** Smaller, because each level is read with its whole product. */
    private static final int PAGE_LEVELS_WITH_PRODUCTS = 200;

    private static final int MAX_EXTRA_COLUMNS = 500;
    private static final StockKey BEFORE_FIRST = new StockKey("", "");

    private final Catalog catalog;
    private final Pricing pricing;
    private final Inventory inventory;
    private final EntityManager entities;

    CsvExporter(Catalog catalog, Pricing pricing, Inventory inventory, EntityManager entities) {
        this.catalog = catalog;
        this.pricing = pricing;
        this.inventory = inventory;
        this.entities = entities;
    }

    /**
     * Options of a product export.
     *
     * @param currency of the prices in a Shopify file
     * @param templateVersion of the columns in a Shopify file
     */
    record ProductExportOptions(
            FileFormat format,
            String currency,
            ShopifyColumns.TemplateVersion templateVersion,
            FormulaEscaping formulas) {
        ProductRowRenderer renderer(List<String> currencies, List<ShopifyAttribute> extraColumns) {
            return switch (format) {
                case FONDACO -> new FondacoProductRenderer(currencies);
                case SHOPIFY -> new ShopifyProductRenderer(currency, templateVersion, extraColumns);
            };
        }
    }

    /**
     * Calls per 200 products: one to catalog, one to pricing and, for a Shopify file, one to inventory. Before them:
     * one statement for the currencies and, for a Shopify file, one per 50,000 products and variants, to find the
     * columns that it needs beyond the known ones.
     */
    void exportProducts(ProductExportOptions options, OutputStream output) throws IOException {
        // Read first: as long as nothing is sent, the response status can still report an unreachable database.
        List<String> currencies = catalog.currencies();
        try (CsvRowWriter file = CsvRowWriter.to(output, options.formulas())) {
            List<String> fixedColumns = options.renderer(List.of(), List.of()).header();
            CsvRowWriter.OpenRow header = file.beginRow();
            fixedColumns.forEach(header::addCell);
            file.flush();
            ProductRowRenderer renderer = options.renderer(
                    currencies, options.format() == FileFormat.SHOPIFY ? extraAttributeColumns() : List.of());
            renderer.header().stream().skip(fixedColumns.size()).forEach(header::addCell);
            header.endRow();
            Optional<ProductId> after = Optional.empty();
            List<ProductSnapshot> page = catalog.listSnapshotsAfter(after, PAGE_PRODUCTS);
            while (!page.isEmpty()) {
                writePage(file, options.format(), renderer, page);
                file.flush();
                after = Optional.of(page.getLast().id());
                entities.clear();
                page = catalog.listSnapshotsAfter(after, PAGE_PRODUCTS);
            }
        }
    }

    private void writePage(
            CsvRowWriter file, FileFormat format, ProductRowRenderer renderer, List<ProductSnapshot> page) {
        Map<VariantId, List<VariantPrice>> prices = pricing.findAllPrices(variantIds(page));
        Map<String, Long> stock = format == FileFormat.SHOPIFY ? inventory.availableQuantities(skus(page)) : Map.of();
        for (ProductSnapshot snapshot : page) {
            renderer.render(snapshot, prices, stock).forEach(file::writeRow);
        }
    }

    private List<ShopifyAttribute> extraAttributeColumns() {
        Set<ShopifyAttribute> columns =
                new TreeSet<>(Comparator.comparing(ShopifyAttribute::header, String.CASE_INSENSITIVE_ORDER));
        for (AttributeOwner owner : AttributeOwner.values()) {
            boolean productLevel = owner == AttributeOwner.PRODUCTS;
            catalog.attributeKeys(owner, ShopifyAttribute.PREFIX, MAX_EXTRA_COLUMNS).stream()
                    .flatMap(key -> ShopifyAttribute.ofKey(key, productLevel).stream())
                    .forEach(columns::add);
        }
        return columns.stream().limit(MAX_EXTRA_COLUMNS).toList();
    }

    void exportStock(FileFormat format, FormulaEscaping formulaEscaping, OutputStream output) throws IOException {
        int size = format == FileFormat.SHOPIFY ? PAGE_LEVELS_WITH_PRODUCTS : PAGE_LEVELS;
        List<StockLevel> page = inventory.levelsAfter(BEFORE_FIRST, size);
        try (CsvRowWriter file = CsvRowWriter.to(output, formulaEscaping)) {
            file.writeRow(format == FileFormat.SHOPIFY ? ShopifyStockRenderer.HEADER : FondacoStockParser.HEADER);
            while (!page.isEmpty()) {
                renderStock(format, page).forEach(file::writeRow);
                file.flush();
                StockLevel last = page.getLast();
                entities.clear();
                page = page.size() < size
                        ? List.of()
                        : inventory.levelsAfter(new StockKey(last.sku(), last.location()), size);
            }
        }
    }

    private List<List<String>> renderStock(FileFormat format, List<StockLevel> page) {
        return switch (format) {
            case FONDACO ->
                page.stream()
                        .map(level -> List.of(level.sku(), level.location(), Long.toString(level.free())))
                        .toList();
            case SHOPIFY -> {
                Set<String> skus = page.stream().map(StockLevel::sku).collect(Collectors.toSet());
                Set<String> locations = page.stream().map(StockLevel::location).collect(Collectors.toSet());
                yield ShopifyStockRenderer.render(
                        page, catalog.findSnapshotsBySku(skus), inventory.locationNamesForExport(locations));
            }
        };
    }

    /** Base prices and list prices of each variant. One call to catalog and one to pricing per 200 products. */
    void exportPrices(FormulaEscaping formulaEscaping, OutputStream output) throws IOException {
        Map<PriceListId, String> names =
                pricing.listPriceListNames().stream().collect(Collectors.toMap(PriceListName::id, PriceListName::name));
        try (CsvRowWriter file = CsvRowWriter.to(output, formulaEscaping)) {
            file.writeRow(PriceRowParser.HEADER);
            file.flush();
            Optional<ProductId> after = Optional.empty();
            List<ProductSnapshot> page = catalog.listSnapshotsAfter(after, PAGE_PRODUCTS);
            while (!page.isEmpty()) {
                Map<VariantId, VariantPrices> prices = pricing.findVariantPrices(variantIds(page));
                for (ProductSnapshot snapshot : page) {
                    for (int index = 0; index < snapshot.variantIds().size(); index++) {
                        String sku = snapshot.draft().variants().get(index).sku();
                        VariantPrices found =
                                prices.getOrDefault(snapshot.variantIds().get(index), VariantPrices.NONE);
                        PriceRowParser.render(sku, found, names).forEach(file::writeRow);
                    }
                }
                file.flush();
                after = Optional.of(page.getLast().id());
                entities.clear();
                page = catalog.listSnapshotsAfter(after, PAGE_PRODUCTS);
            }
        }
    }

    private static List<VariantId> variantIds(List<ProductSnapshot> page) {
        return page.stream().flatMap(snapshot -> snapshot.variantIds().stream()).toList();
    }

    private static List<String> skus(List<ProductSnapshot> page) {
        return page.stream()
                .flatMap(snapshot -> snapshot.draft().variants().stream())
                .map(VariantDraft::sku)
                .toList();
    }
}
