package io.fondaco.catalog;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The wanted state of a variant; null components as in {@link ProductDraft}.
 *
 * @param sku the key by which the variant is created or updated
 * @param optionValues one per option of the product, in their order
 * @param weightGrams for shipping
 * @param lengthMm for shipping; 0 if it is not known, as for width and height
 * @param inventoryTracked whether stock is counted at all; a new variant is tracked
 * @param taxable false if no tax is charged, whatever the tax category is
 * @param taxCategory code of the tax category; empty for that of the product
 * @param requiresShipping false for services and downloads
 * @param imageUrl one of the product's media
 */
public record VariantDraft(
        String sku,
        @Nullable List<String> optionValues,
        @Nullable String barcode,
        @Nullable Long weightGrams,
        @Nullable Integer lengthMm,
        @Nullable Integer widthMm,
        @Nullable Integer heightMm,
        @Nullable Boolean inventoryTracked,
        @Nullable InventoryPolicy inventoryPolicy,
        @Nullable Boolean taxable,
        @Nullable String taxCategory,
        @Nullable Boolean requiresShipping,
        @Nullable String imageUrl,
        @Nullable Map<String, String> attributes) {

    /** The same variant with these option values. */
    public VariantDraft withOptionValues(@Nullable List<String> others) {
        return new VariantDraft(
                sku,
                others,
                barcode,
                weightGrams,
                lengthMm,
                widthMm,
                heightMm,
                inventoryTracked,
                inventoryPolicy,
                taxable,
                taxCategory,
                requiresShipping,
                imageUrl,
                attributes);
    }
}
