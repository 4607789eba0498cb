package io.fondaco.importing;

import java.util.List;
import java.util.stream.Stream;

/**
 * The columns of the exchange format that have a place in the catalogue: the name that an export writes first, then the
 * newer and older names that files have.
 */
final class ShopifyColumns {
    static final int OPTIONS = 3;

    static final List<String> HANDLE = List.of("Handle", "URL handle");
    static final List<String> TITLE = List.of("Title");
    static final List<String> BODY = List.of("Body (HTML)", "Description", "Body HTML");
    static final List<String> VENDOR = List.of("Vendor");
    static final List<String> CATEGORY = List.of("Product Category");
    static final List<String> TYPE = List.of("Type");
    static final List<String> TAGS = List.of("Tags");
    static final List<String> PUBLISHED = List.of("Published", "Published on online store");
    static final List<String> SKU = List.of("Variant SKU", "SKU");
    static final List<String> GRAMS = List.of("Variant Grams", "Weight value (grams)", "Grams");
    static final List<String> WEIGHT = List.of("Variant Weight", "Weight");
    /** Kept as an attribute, and read as well. */
    static final List<String> WEIGHT_UNIT =
            List.of("Variant Weight Unit", "Weight unit for display", "Variant weight unit for display");

    static final List<String> TRACKER = List.of("Variant Inventory Tracker", "Inventory tracker");
    static final List<String> QUANTITY =
            List.of("Variant Inventory Qty", "Variant Inventory Quantity", "Inventory quantity");
    static final List<String> POLICY = List.of("Variant Inventory Policy", "Continue selling when out of stock");
    static final List<String> PRICE = List.of("Variant Price", "Price");
    static final List<String> COMPARE_AT = List.of("Variant Compare At Price", "Compare-at price", "Compare At Price");
    static final List<String> REQUIRES_SHIPPING = List.of("Variant Requires Shipping", "Requires shipping");
    static final List<String> TAXABLE = List.of("Variant Taxable", "Charge tax", "Taxable");
    static final List<String> BARCODE = List.of("Variant Barcode", "Barcode");
    static final List<String> IMAGE = List.of("Image Src", "Product image URL");
    static final List<String> IMAGE_POSITION = List.of("Image Position");
    static final List<String> IMAGE_ALT = List.of("Image Alt Text");
    static final List<String> SEO_TITLE = List.of("SEO Title");
    static final List<String> SEO_DESCRIPTION = List.of("SEO Description");
    static final List<String> VARIANT_IMAGE = List.of("Variant Image", "Variant image URL");
    static final List<String> STATUS = List.of("Status");

    /** What the format cannot say exactly stands in columns of the form that it has for foreign data, as JSON. */
    static final List<String> EXACT_CATEGORIES = List.of("Categories (product.metafields.fondaco.categories)");

    static final List<String> EXACT_TAGS = List.of("Tags (product.metafields.fondaco.tags)");
    static final List<String> MORE_ATTRIBUTES = List.of("Attributes (product.metafields.fondaco.attributes)");
    static final List<String> MORE_VARIANT_ATTRIBUTES =
            List.of("Variant attributes (variant.metafields.fondaco.attributes)");

    /** Every name of a column that is read for itself; what is not in it is kept as an attribute. */
    static final List<String> READ = Stream.concat(
                    Stream.of(
                                    HANDLE,
                                    TITLE,
                                    BODY,
                                    VENDOR,
                                    CATEGORY,
                                    TYPE,
                                    TAGS,
                                    PUBLISHED,
                                    SKU,
                                    GRAMS,
                                    WEIGHT,
                                    TRACKER,
                                    QUANTITY,
                                    POLICY,
                                    PRICE,
                                    COMPARE_AT,
                                    REQUIRES_SHIPPING,
                                    TAXABLE,
                                    BARCODE,
                                    IMAGE,
                                    IMAGE_POSITION,
                                    IMAGE_ALT,
                                    SEO_TITLE,
                                    SEO_DESCRIPTION,
                                    VARIANT_IMAGE,
                                    STATUS,
                                    EXACT_CATEGORIES,
                                    EXACT_TAGS,
                                    MORE_ATTRIBUTES,
                                    MORE_VARIANT_ATTRIBUTES)
                            .flatMap(List::stream),
                    Stream.of(1, 2, 3)
                            .flatMap(
                                    option -> Stream.concat(optionName(option).stream(), optionValue(option).stream())))
            .toList();

    private ShopifyColumns() {}

    static List<String> optionName(int option) {
        return List.of("Option" + option + " Name");
    }

    static List<String> optionValue(int option) {
        return List.of("Option" + option + " Value");
    }
}
