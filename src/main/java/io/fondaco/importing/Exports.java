package io.fondaco.importing;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.PriceTag;
import io.fondaco.catalog.ProductId;
import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.catalog.VariantId;
import io.fondaco.inventory.Inventory;
import io.fondaco.inventory.StockKey;
import io.fondaco.inventory.StockLevel;
import io.fondaco.pricing.Pricing;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Writes everything there is as CSV, page by page at constant memory. Products are gone through twice: once for the
 * columns that the header needs, once for the rows.
 */
@ApplicationScoped
class Exports {
    private static final int PAGE_PRODUCTS = 200;
    private static final int PAGE_LEVELS = 2_000;
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

    /** Three statements' worth of calls for each 200 products, and one or two more to find the columns. */
    void products(FileFormat format, String currency, OutputStream output) throws IOException {
        ProductLines lines = lines(format, currency);
        try (CsvWriter writer = writer(output)) {
            writer.writeRecord(lines.header());
            eachPage(page -> {
                Map<VariantId, List<PriceTag>> prices = pricing.all(variantIds(page));
                Map<String, Long> stock = format == FileFormat.SHOPIFY ? inventory.available(skus(page)) : Map.of();
                for (ProductSnapshot snapshot : page) {
                    lines.lines(snapshot, prices, stock).forEach(writer::writeRecord);
                }
            });
        }
    }

    void stock(OutputStream output) throws IOException {
        try (CsvWriter writer = writer(output)) {
            writer.writeRecord(StockFile.HEADER);
            List<StockLevel> page = inventory.levelsAfter(BEFORE_ALL, PAGE_LEVELS);
            while (!page.isEmpty()) {
                for (StockLevel level : page) {
                    writer.writeRecord(level.sku(), level.location(), Long.toString(level.free()));
                }
                StockLevel last = page.getLast();
                entities.clear();
                page = page.size() < PAGE_LEVELS
                        ? List.of()
                        : inventory.levelsAfter(new StockKey(last.sku(), last.location()), PAGE_LEVELS);
            }
        }
    }

    private ProductLines lines(FileFormat format, String currency) {
        return switch (format) {
            case FONDACO -> {
                Set<String> currencies = new TreeSet<>();
                eachPage(page -> pricing.all(variantIds(page)).values().stream()
                        .flatMap(List::stream)
                        .forEach(tag -> currencies.add(tag.price().currency())));
                yield new FondacoLines(List.copyOf(currencies));
            }
            case SHOPIFY -> {
                Set<ShopifyAttribute> found =
                        new TreeSet<>(Comparator.comparing(ShopifyAttribute::header, String.CASE_INSENSITIVE_ORDER));
                eachPage(page -> {
                    if (found.size() < MAX_FOUND_COLUMNS) {
                        found.addAll(ShopifyLines.found(page));
                    }
                });
                yield new ShopifyLines(
                        currency, found.stream().limit(MAX_FOUND_COLUMNS).toList());
            }
        };
    }

    private void eachPage(Consumer<List<ProductSnapshot>> use) {
        Optional<ProductId> after = Optional.empty();
        while (true) {
            List<ProductSnapshot> page = catalog.snapshotsAfter(after, PAGE_PRODUCTS);
            if (page.isEmpty()) {
                return;
            }
            use.accept(page);
            after = Optional.of(page.getLast().id());
            entities.clear();
        }
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

    static CsvWriter writer(OutputStream output) {
        return CsvWriter.builder().lineDelimiter(LineDelimiter.CRLF).build(output, StandardCharsets.UTF_8);
    }
}
