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
 * @param inventoryTracked whether stock is counted at all; a new variant is tracked
 * @param requiresShipping false for services and downloads
 * @param imageUrl one of the product's media
 */
public record VariantDraft(
        String sku,
        @Nullable List<String> optionValues,
        @Nullable String barcode,
        @Nullable Long weightGrams,
        @Nullable Boolean inventoryTracked,
        @Nullable InventoryPolicy inventoryPolicy,
        @Nullable Boolean taxable,
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
                inventoryTracked,
                inventoryPolicy,
                taxable,
                requiresShipping,
                imageUrl,
                attributes);
    }
}
