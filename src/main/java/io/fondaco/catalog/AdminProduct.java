package io.fondaco.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ExplicitNull;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A product in the admin API. */
@JsonInclude(JsonInclude.Include.ALWAYS)
@Schema(name = "AdminProduct")
record AdminProduct(
        ProductId id,
        String slug,
        String title,
        @Schema(description = Product.DESCRIPTION) String description,
        String vendor,
        String productType,
        ProductStatus status,
        List<String> tags,
        List<Product.Category> categories,
        List<String> options,
        List<Media> media,
        String seoTitle,
        String seoDescription,
        Map<String, String> attributes,
        List<AdminVariant> variants,
        long version,
        Instant createdAt,
        Instant updatedAt) {

    /** A variant in the admin API. */
    @Schema(name = "AdminVariant")
    record AdminVariant(
            VariantId id,
            ProductId productId,
            String sku,
            String title,
            Map<String, String> options,
            String barcode,
            long weightGrams,
            boolean inventoryTracked,
            InventoryPolicy inventoryPolicy,
            boolean taxable,
            boolean requiresShipping,
            String imageUrl,
            Map<String, String> attributes,
            List<Price> prices,
            long version,
            Instant createdAt,
            Instant updatedAt) {}

    /** A price in one currency. */
    @Schema(name = "VariantPrice")
    record Price(@NotNull Money price, @Nullable Money compareAtPrice) {
        VariantPrice toVariantPrice() {
            return new VariantPrice(price, Optional.ofNullable(compareAtPrice));
        }
    }

    /**
     * The fields of a product to create or change; absent fields stay as they are, or are empty for a new product.
     *
     * @param slug for a new product; derived from the title if absent, and never changed later
     * @param categoryIds ids of existing categories
     * @param variants for a new product only; later they are changed at their own endpoint
     */
    @Schema(name = "ProductInput")
    record ProductInput(
            @Size(max = 255) @Nullable String slug,

            @ExplicitNull.ClearsField @Size(max = 255) @Nullable
            String title,

            @Schema(description = Product.DESCRIPTION) @ExplicitNull.ClearsField @Size(max = 200_000) @Nullable
            String description,

            @ExplicitNull.ClearsField @Size(max = 255) @Nullable
            String vendor,

            @ExplicitNull.ClearsField @Size(max = 255) @Nullable
            String productType,

            @ExplicitNull.Rejected @Nullable ProductStatus status,

            @ExplicitNull.ClearsField @Size(max = 250) @Nullable
            List<@NotNull @Size(max = 255) String> tags,

            @ExplicitNull.ClearsField @Size(max = 100) @Nullable
            List<@NotNull CategoryId> categoryIds,

            @ExplicitNull.ClearsField @Size(max = 3) @Nullable
            List<@NotNull @Size(max = 255) String> options,

            @ExplicitNull.ClearsField @Size(max = 250) @Nullable
            List<@NotNull @Valid Media> media,

            @ExplicitNull.ClearsField @Size(max = 255) @Nullable
            String seoTitle,

            @ExplicitNull.ClearsField @Size(max = 20_000) @Nullable
            String seoDescription,

            @ExplicitNull.ClearsField @Size(max = 250) @Nullable
            Map<@Size(max = 255) String, @NotNull @Size(max = 20_000) String> attributes,

            @Size(max = 2_048) @Nullable List<@NotNull @Valid VariantInput> variants) {}

    /**
     * The fields of a variant to create or change; absent fields stay as they are, or take their defaults for a new
     * variant; null clears a field.
     *
     * @param productId for a new variant that is not created with its product
     * @param options value by option name, all options of the product
     * @param prices one per currency; prices in other currencies stay as they are
     */
    @Schema(name = "VariantInput")
    record VariantInput(
            @Nullable ProductId productId,

            @ExplicitNull.Rejected @Size(min = 1, max = 255) @Nullable
            String sku,

            @ExplicitNull.ClearsField @Size(max = 3) @Nullable
            Map<@Size(max = 255) String, @NotNull @Size(max = 255) String> options,

            @ExplicitNull.ClearsField @Size(max = 255) @Nullable
            String barcode,

            @ExplicitNull.ClearsField @Min(0) @Max(1_000_000_000_000L) @Nullable
            Long weightGrams,

            @ExplicitNull.Rejected @Nullable Boolean inventoryTracked,
            @ExplicitNull.Rejected @Nullable InventoryPolicy inventoryPolicy,
            @ExplicitNull.Rejected @Nullable Boolean taxable,
            @ExplicitNull.Rejected @Nullable Boolean requiresShipping,

            @ExplicitNull.ClearsField @Size(max = 2_000) @Nullable
            String imageUrl,

            @ExplicitNull.ClearsField @Size(max = 250) @Nullable
            Map<@Size(max = 255) String, @NotNull @Size(max = 20_000) String> attributes,

            @ExplicitNull.Rejected @Size(max = 50) @Nullable List<@NotNull @Valid Price> prices) {}

    static AdminProduct of(Product row, Map<VariantId, List<VariantPrice>> prices) {
        return new AdminProduct(
                new ProductId(row.id()),
                row.slug(),
                row.title(),
                row.description(),
                row.vendor(),
                row.productType(),
                row.status(),
                row.tags(),
                row.categories(),
                row.options(),
                row.media(),
                row.seoTitle(),
                row.seoDescription(),
                row.attributes(),
                row.variants().stream()
                        .map(variant -> of(row.options(), variant, prices))
                        .toList(),
                row.version(),
                instant(row.createdAt()),
                instant(row.updatedAt()));
    }

    static AdminVariant of(List<String> options, Product.Variant row, Map<VariantId, List<VariantPrice>> prices) {
        VariantId id = new VariantId(row.id());
        return new AdminVariant(
                id,
                new ProductId(row.productId()),
                row.sku(),
                row.title(),
                row.optionsByName(options),
                row.barcode(),
                row.weightGrams(),
                row.inventoryTracked(),
                row.inventoryPolicy(),
                row.taxable(),
                row.requiresShipping(),
                row.imageUrl(),
                row.attributes(),
                prices.getOrDefault(id, List.of()).stream()
                        .map(price -> new Price(price.price(), price.compareAt().orElse(null)))
                        .toList(),
                row.version(),
                instant(row.createdAt()),
                instant(row.updatedAt()));
    }

    private static Instant instant(@Nullable OffsetDateTime time) {
        return java.util.Objects.requireNonNull(time, "a stored row has timestamps")
                .toInstant();
    }
}
