package io.fondaco.storefront;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.fondaco.catalog.InventoryPolicy;
import io.fondaco.catalog.Media;
import io.fondaco.catalog.Product;
import io.fondaco.catalog.ProductId;
import io.fondaco.catalog.ProductStatus;
import io.fondaco.catalog.VariantAvailability.Availability;
import io.fondaco.catalog.VariantId;
import io.fondaco.platform.money.Money;
import io.fondaco.pricing.PublicPrices.PublicPrice;
import java.time.Instant;
import java.time.LocalDate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A product as shoppers see it. */
@JsonInclude(JsonInclude.Include.ALWAYS)
@Schema(name = "Product")
record StoreProduct(
        ProductId id,
        String slug,
        String title,
        @Schema(description = Product.DESCRIPTION) String description,
        String vendor,
        ProductStatus status,
        List<Product.Category> categories,
        List<Option> options,
        List<Media> media,
        List<Variant> variants,
        Instant updatedAt) {

    /**
     * @param values in the order in which the variants have them
     */
    @Schema(name = "ProductOption")
    record Option(String name, List<String> values) {}

    /**
     * @param options value by option name
     * @param price null if it has none in the requested currency; then it cannot be bought
     * @param taxRate "0" if the variant is zero-rated; null if it has no rate
     * @param available whether at least one unit can be bought now
     * @param expectedOn when units on backorder or preorder are expected; null if no date is set or units are in stock
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    @Schema(name = "ProductVariant")
    record Variant(
            VariantId id,
            String sku,
            String title,
            Map<String, String> options,

            @Schema(
                    description =
                            "The price of one unit that everyone pays now: the base price, or that of a price list.")
            @Nullable
            Money price,

            @Nullable Money compareAtPrice,

            @JsonProperty("lowest_price_30_days")
            @Schema(
                    description = "For a reduced price: the lowest price in the 30 days before the reduction began"
                            + " (Directive 98/6/EC, article 6a).")
            @Nullable
            Money lowestPrice30Days,

            @Schema(description = "Whether the price includes tax. Null without `country`, and without a price.")
            @Nullable
            Boolean priceIncludesTax,

            @Schema(
                    description = "The sum of the tax rates that apply to the variant everywhere in the `country`, as a"
                            + " fraction. Null without `country`, if no rate applies in all of it, and if a tax service"
                            + " calculates the taxes.",
                    examples = "0.19")
            @Nullable
            String taxRate,

            boolean available,

            @Schema(
                    description =
                            "Whether units are in stock, or are sold before they arrive; `out_of_stock` exactly if"
                                    + " `available` is false, and so also if the variant has no price in the currency.")
            StockStatus availability,

            @Schema(description = "When units on backorder or preorder are expected.", examples = "2027-03-01")
            @Nullable
            LocalDate expectedOn) {}

    /** The stock status of a variant. */
    @Schema(name = "Availability")
    enum StockStatus {
        @JsonProperty("in_stock")
        IN_STOCK,
        @JsonProperty("backorder")
        BACKORDER,
        @JsonProperty("preorder")
        PREORDER,
        @JsonProperty("out_of_stock")
        OUT_OF_STOCK;

        static StockStatus of(Product.Variant row, Availability stock) {
            if (!row.inventoryTracked() || stock.inStock() > 0) {
                return IN_STOCK;
            }
            if (row.inventoryPolicy() == InventoryPolicy.CONTINUE) {
                return BACKORDER;
            }
            return stock.backorderable() == 0 ? OUT_OF_STOCK : stock.preorder() ? PREORDER : BACKORDER;
        }
    }

    static StoreProduct of(Product row, MarketPrices prices, Map<String, Availability> stock) {
        return new StoreProduct(
                new ProductId(row.id()),
                row.slug(),
                row.title(),
                row.description(),
                row.vendor(),
                row.status(),
                row.categories(),
                options(row),
                row.media(),
                row.variants().stream()
                        .map(variant -> variant(row, variant, prices, stock))
                        .toList(),
                updatedAt(row));
    }

    private static List<Option> options(Product row) {
        return java.util.stream.IntStream.range(0, row.options().size())
                .mapToObj(index -> {
                    // A variant with too few values is shown with the values that it has; the catalog logs it.
                    Set<String> values = new LinkedHashSet<>();
                    row.variants().stream()
                            .filter(variant -> index < variant.optionValues().size())
                            .forEach(
                                    variant -> values.add(variant.optionValues().get(index)));
                    return new Option(row.options().get(index), List.copyOf(values));
                })
                .toList();
    }

    private static Variant variant(
            Product product, Product.Variant row, MarketPrices prices, Map<String, Availability> stock) {
        VariantId id = new VariantId(row.id());
        Optional<PublicPrice> price = prices.find(id);
        Availability found = stock.getOrDefault(row.sku(), Availability.NONE);
        // A variant without a price cannot be bought, whatever its stock.
        StockStatus stockStatus = price.isPresent() ? StockStatus.of(row, found) : StockStatus.OUT_OF_STOCK;
        return new Variant(
                id,
                row.sku(),
                row.title(),
                row.optionsByName(product.options()),
                price.map(PublicPrice::price).orElse(null),
                price.flatMap(PublicPrice::compareAt).orElse(null),
                price.flatMap(PublicPrice::lowestPrice30Days).orElse(null),
                price.flatMap(prices::includesTax).orElse(null),
                prices.taxRate(row.taxCategoryIn(product)).orElse(null),
                stockStatus != StockStatus.OUT_OF_STOCK,
                stockStatus,
                stockStatus == StockStatus.BACKORDER || stockStatus == StockStatus.PREORDER
                        ? found.expectedOn()
                        : null);
    }

    private static Instant updatedAt(Product row) {
        return java.util.stream.Stream.concat(
                        java.util.stream.Stream.ofNullable(row.updatedAt()),
                        row.variants().stream()
                                .flatMap(variant -> java.util.stream.Stream.ofNullable(variant.updatedAt())))
                .max(java.util.Comparator.naturalOrder())
                .map(java.time.OffsetDateTime::toInstant)
                .orElseThrow();
    }
}
