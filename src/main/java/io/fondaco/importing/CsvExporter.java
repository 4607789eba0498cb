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
import io.fondaco.pricing.Pricing;
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
 * Writes everything there is as CSV, page by page at constant memory. The columns that every file has are sent before
 * anything is read, and each page once it is written, so that nobody waits for a first byte however much there is.
 */
@ApplicationScoped
class CsvExporter {
    private static final int PAGE_PRODUCTS = 200;
    private static final int PAGE_LEVELS = 2_000;
    /** Levels that come with their whole products. */
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
     * How products are written.
     *
     * @param currency of the prices of a shopify file
     * @param templateVersion of the columns of a shopify file
     */
    record ProductExportOptions(
            FileFormat format,
            String currency,
            ShopifyColumns.TemplateVersion templateVersion,
            FormulaEscaping formulas) {
        ProductRowRenderer renderer(List<String> currencies, List<ShopifyAttribute> found) {
            return switch (format) {
                case FONDACO -> new FondacoProductRenderer(currencies);
                case SHOPIFY -> new ShopifyProductRenderer(currency, templateVersion, found);
            };
        }
    }

    /**
     * Three statements' worth of calls for each 200 products; before them one for the currencies, and for a shopify
     * file one for each 50,000 products and variants, for the columns that it needs beyond the known ones.
     */
    void exportProducts(ProductExportOptions wanted, OutputStream output) throws IOException {
        // A database that is away is told by the status of the answer, as long as nothing was sent.
        List<String> currencies = catalog.currencies();
        try (CsvRowWriter file = CsvRowWriter.to(output, wanted.formulas())) {
            List<String> known = wanted.renderer(List.of(), List.of()).header();
            CsvRowWriter.OpenRow header = file.beginRow();
            known.forEach(header::addCell);
            file.flush();
            ProductRowRenderer lines = wanted.renderer(
                    currencies, wanted.format() == FileFormat.SHOPIFY ? extraAttributeColumns() : List.of());
            lines.header().stream().skip(known.size()).forEach(header::addCell);
            header.endRow();
            Optional<ProductId> after = Optional.empty();
            List<ProductSnapshot> page = catalog.listSnapshotsAfter(after, PAGE_PRODUCTS);
            while (!page.isEmpty()) {
                writePage(file, wanted.format(), lines, page);
                file.flush();
                after = Optional.of(page.getLast().id());
                entities.clear();
                page = catalog.listSnapshotsAfter(after, PAGE_PRODUCTS);
            }
        }
    }

    private void writePage(CsvRowWriter file, FileFormat format, ProductRowRenderer lines, List<ProductSnapshot> page) {
        Map<VariantId, List<VariantPrice>> prices = pricing.findAllPrices(variantIds(page));
        Map<String, Long> stock = format == FileFormat.SHOPIFY ? inventory.availableQuantities(skus(page)) : Map.of();
        for (ProductSnapshot snapshot : page) {
            lines.render(snapshot, prices, stock).forEach(file::writeRow);
        }
    }

    private List<ShopifyAttribute> extraAttributeColumns() {
        Set<ShopifyAttribute> found =
                new TreeSet<>(Comparator.comparing(ShopifyAttribute::header, String.CASE_INSENSITIVE_ORDER));
        for (AttributeOwner owner : AttributeOwner.values()) {
            boolean ofProduct = owner == AttributeOwner.PRODUCTS;
            catalog.attributeKeys(owner, ShopifyAttribute.PREFIX, MAX_EXTRA_COLUMNS).stream()
                    .flatMap(key -> ShopifyAttribute.ofKey(key, ofProduct).stream())
                    .forEach(found::add);
        }
        return found.stream().limit(MAX_EXTRA_COLUMNS).toList();
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
