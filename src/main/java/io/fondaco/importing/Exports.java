package io.fondaco.importing;

import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.Catalog.AttributesOf;
import io.fondaco.catalog.PriceTag;
import io.fondaco.catalog.ProductId;
import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.catalog.VariantId;
import io.fondaco.inventory.Inventory;
import io.fondaco.inventory.StockKey;
import io.fondaco.inventory.StockLevel;
import io.fondaco.platform.csv.CsvLines;
import io.fondaco.platform.csv.Formulas;
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
class Exports {
    private static final int PAGE_PRODUCTS = 200;
    private static final int PAGE_LEVELS = 2_000;
    /** Levels that come with their whole products. */
    private static final int PAGE_NAMED_LEVELS = 200;

    private static final int MAX_FOUND_COLUMNS = 500;
    private static final StockKey BEFORE_ALL = new StockKey("", "");

    private final Catalog catalog;
    private final Pricing pricing;
    private final Inventory inventory;
    private final EntityManager entities;

    Exports(Catalog catalog, Pricing pricing, Inventory inventory, EntityManager entities) {
        this.catalog = catalog;
        this.pricing = pricing;
        this.inventory = inventory;
        this.entities = entities;
    }

    /**
     * How products are written.
     *
     * @param currency of the prices of a shopify file
     * @param names of the columns of a shopify file
     */
    record Products(FileFormat format, String currency, ShopifyColumns.Names names, Formulas formulas) {
        ProductLines lines(List<String> currencies, List<ShopifyAttribute> found) {
            return switch (format) {
                case FONDACO -> new FondacoLines(currencies);
                case SHOPIFY -> new ShopifyLines(currency, names, found);
            };
        }
    }

    /**
     * Three statements' worth of calls for each 200 products; before them one for the currencies, and for a shopify
     * file one for each 50,000 products and variants, for the columns that it needs beyond the known ones.
     */
    void products(Products wanted, OutputStream output) throws IOException {
        // A database that is away is told by the status of the answer, as long as nothing was sent.
        List<String> currencies = catalog.currencies();
        try (CsvLines file = CsvLines.to(output, wanted.formulas())) {
            List<String> known = wanted.lines(List.of(), List.of()).header();
            CsvLines.Line header = file.begin();
            known.forEach(header::add);
            file.flush();
            ProductLines lines =
                    wanted.lines(currencies, wanted.format() == FileFormat.SHOPIFY ? foundColumns() : List.of());
            lines.header().stream().skip(known.size()).forEach(header::add);
            header.end();
            Optional<ProductId> after = Optional.empty();
            List<ProductSnapshot> page = catalog.snapshotsAfter(after, PAGE_PRODUCTS);
            while (!page.isEmpty()) {
                write(file, wanted.format(), lines, page);
                file.flush();
                after = Optional.of(page.getLast().id());
                entities.clear();
                page = catalog.snapshotsAfter(after, PAGE_PRODUCTS);
            }
        }
    }

    private void write(CsvLines file, FileFormat format, ProductLines lines, List<ProductSnapshot> page) {
        Map<VariantId, List<PriceTag>> prices = pricing.all(variantIds(page));
        Map<String, Long> stock = format == FileFormat.SHOPIFY ? inventory.available(skus(page)) : Map.of();
        for (ProductSnapshot snapshot : page) {
            lines.lines(snapshot, prices, stock).forEach(file::write);
        }
    }

    private List<ShopifyAttribute> foundColumns() {
        Set<ShopifyAttribute> found =
                new TreeSet<>(Comparator.comparing(ShopifyAttribute::header, String.CASE_INSENSITIVE_ORDER));
        for (AttributesOf owner : AttributesOf.values()) {
            boolean ofProduct = owner == AttributesOf.PRODUCTS;
            catalog.attributeKeys(owner, ShopifyAttribute.PREFIX, MAX_FOUND_COLUMNS).stream()
                    .flatMap(key -> ShopifyAttribute.ofKey(key, ofProduct).stream())
                    .forEach(found::add);
        }
        return found.stream().limit(MAX_FOUND_COLUMNS).toList();
    }

    void stock(FileFormat format, Formulas formulas, OutputStream output) throws IOException {
        int size = format == FileFormat.SHOPIFY ? PAGE_NAMED_LEVELS : PAGE_LEVELS;
        List<StockLevel> page = inventory.levelsAfter(BEFORE_ALL, size);
        try (CsvLines file = CsvLines.to(output, formulas)) {
            file.write(format == FileFormat.SHOPIFY ? ShopifyStockLines.HEADER : StockFile.HEADER);
            while (!page.isEmpty()) {
                lines(format, page).forEach(file::write);
                file.flush();
                StockLevel last = page.getLast();
                entities.clear();
                page = page.size() < size
                        ? List.of()
                        : inventory.levelsAfter(new StockKey(last.sku(), last.location()), size);
            }
        }
    }

    private List<List<String>> lines(FileFormat format, List<StockLevel> page) {
        return switch (format) {
            case FONDACO ->
                page.stream()
                        .map(level -> List.of(level.sku(), level.location(), Long.toString(level.free())))
                        .toList();
            case SHOPIFY -> {
                Set<String> skus = page.stream().map(StockLevel::sku).collect(Collectors.toSet());
                Set<String> locations = page.stream().map(StockLevel::location).collect(Collectors.toSet());
                yield ShopifyStockLines.lines(page, catalog.snapshotsOf(skus), inventory.locationNames(locations));
            }
        };
    }

    private static List<VariantId> variantIds(List<ProductSnapshot> page) {
        return page.stream().flatMap(snapshot -> snapshot.variantIds().stream()).toList();
    }

    private static List<String> skus(List<ProductSnapshot> page) {
        return page.stream()
                .flatMap(snapshot -> snapshot.product().variants().stream())
                .map(VariantDraft::sku)
                .toList();
    }
}
