package io.fondaco.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fondaco.catalog.Catalog.ProductCodes;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ExplicitNull;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
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

        @Schema(description = AdminProduct.TAX_CATEGORY_OF_PRODUCT)
        String taxCategory,

        @Schema(description = AdminProduct.SHIPPING_PROFILE) String shippingProfile,
        Map<String, String> attributes,
        List<AdminVariant> variants,
        long version,
        Instant createdAt,
        Instant updatedAt) {

    static final String TAX_CATEGORY_OF_PRODUCT =
            "Code of the tax category of the variants that have none of their own; `standard` for a new product. A code"
                    + " that does not exist is rejected (`unknown_tax_category`); a product whose tax category was"
                    + " removed later is taxed as `standard`.";
    static final String SHIPPING_PROFILE =
            "Code of the shipping profile; `default` for a new product. A code that does not exist is rejected"
                    + " (`unknown_shipping_profile`); a product whose profile was removed later is sent as `default`.";
    private static final String TAXABLE = "If false, no tax is charged, whatever the tax category is.";
    private static final String TAX_CATEGORY_OF_VARIANT =
            "Code of the tax category, as for the product; null for that of the product.";
    private static final String LENGTH =
            "In millimeters, packed for shipping; null if it is not known, for which a request may say 0.";
    private static final String CODE_OR_EMPTY = "(" + ProductCodes.PATTERN + ")?";

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
            @Schema(description = LENGTH) @Nullable Integer lengthMm,
            @Schema(description = LENGTH) @Nullable Integer widthMm,
            @Schema(description = LENGTH) @Nullable Integer heightMm,
            boolean inventoryTracked,
            InventoryPolicy inventoryPolicy,
            @Schema(description = TAXABLE) boolean taxable,

            @Schema(description = TAX_CATEGORY_OF_VARIANT) @Nullable
            String taxCategory,

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

            @Schema(description = TAX_CATEGORY_OF_PRODUCT)
            @ExplicitNull.Rejected
            @Pattern(regexp = ProductCodes.PATTERN)
            @Nullable
            String taxCategory,

            @Schema(description = SHIPPING_PROFILE)
            @ExplicitNull.Rejected
            @Pattern(regexp = ProductCodes.PATTERN)
            @Nullable
            String shippingProfile,

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

            @Schema(description = LENGTH)
            @ExplicitNull.ClearsField
            @Min(0)
            @Max(ProductValidator.MAX_MILLIMETERS)
            @Nullable
            Integer lengthMm,

            @Schema(description = LENGTH)
            @ExplicitNull.ClearsField
            @Min(0)
            @Max(ProductValidator.MAX_MILLIMETERS)
            @Nullable
            Integer widthMm,

            @Schema(description = LENGTH)
            @ExplicitNull.ClearsField
            @Min(0)
            @Max(ProductValidator.MAX_MILLIMETERS)
            @Nullable
            Integer heightMm,

            @ExplicitNull.Rejected @Nullable Boolean inventoryTracked,
            @ExplicitNull.Rejected @Nullable InventoryPolicy inventoryPolicy,

            @Schema(description = TAXABLE) @ExplicitNull.Rejected @Nullable
            Boolean taxable,

            @Schema(description = TAX_CATEGORY_OF_VARIANT)
            @ExplicitNull.ClearsField
            @Pattern(regexp = CODE_OR_EMPTY)
            @Nullable
            String taxCategory,

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
                row.taxCategory(),
                row.shippingProfile(),
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
                row.lengthMm(),
                row.widthMm(),
                row.heightMm(),
                row.inventoryTracked(),
                row.inventoryPolicy(),
                row.taxable(),
                row.taxCategory(),
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
