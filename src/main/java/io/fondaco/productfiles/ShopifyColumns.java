package io.fondaco.productfiles;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The columns of the Shopify format that have a catalog field: the name that an export writes first, then the newer and
 * older names that occur in files.
 */
public final class ShopifyColumns {
    static final int MAX_OPTIONS = 3;

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
    /** Read for the weight and also kept as an attribute. */
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
    /** Read for the tax category; a code that cannot be one is kept as an attribute. */
    static final List<String> TAX_CODE = List.of("Variant Tax Code", "Tax code");

    static final List<String> BARCODE = List.of("Variant Barcode", "Barcode");
    static final List<String> IMAGE = List.of("Image Src", "Product image URL");
    static final List<String> IMAGE_POSITION = List.of("Image Position");
    static final List<String> IMAGE_ALT = List.of("Image Alt Text");
    static final List<String> SEO_TITLE = List.of("SEO Title");
    static final List<String> SEO_DESCRIPTION = List.of("SEO Description");
    static final List<String> VARIANT_IMAGE = List.of("Variant Image", "Variant image URL");
    static final List<String> STATUS = List.of("Status");

    /** Fields that the format does not have are written into metafield columns. */
    static final List<String> TAX_CATEGORY = List.of("Tax category (product.metafields.fondaco.tax_category)");

    static final List<String> SHIPPING_PROFILE =
            List.of("Shipping profile (product.metafields.fondaco.shipping_profile)");
    static final List<String> LENGTH_MM = List.of("Length mm (variant.metafields.fondaco.length_mm)");
    static final List<String> WIDTH_MM = List.of("Width mm (variant.metafields.fondaco.width_mm)");
    static final List<String> HEIGHT_MM = List.of("Height mm (variant.metafields.fondaco.height_mm)");

    /** Values that the format cannot express exactly are written as JSON into metafield columns. */
    static final List<String> CATEGORIES_JSON = List.of("Categories (product.metafields.fondaco.categories)");

    static final List<String> TAGS_JSON = List.of("Tags (product.metafields.fondaco.tags)");
    static final List<String> ATTRIBUTES_JSON = List.of("Attributes (product.metafields.fondaco.attributes)");
    static final List<String> VARIANT_ATTRIBUTES_JSON =
            List.of("Variant attributes (variant.metafields.fondaco.attributes)");

    /** Every name of a mapped column; all other columns are kept as attributes. */
    static final List<String> MAPPED_COLUMNS = Stream.concat(
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
                                    TAX_CATEGORY,
                                    SHIPPING_PROFILE,
                                    LENGTH_MM,
                                    WIDTH_MM,
                                    HEIGHT_MM,
                                    CATEGORIES_JSON,
                                    TAGS_JSON,
                                    ATTRIBUTES_JSON,
                                    VARIANT_ATTRIBUTES_JSON)
                            .flatMap(List::stream),
                    Stream.of(1, 2, 3)
                            .flatMap(
                                    option -> Stream.concat(optionName(option).stream(), optionValue(option).stream())))
            .toList();

    private ShopifyColumns() {}

    /** Whether an export uses the legacy or the current column names, and their order. */
    public enum TemplateVersion {
        /** The names that most programs know. */
        LEGACY,
        /** The names of Shopify's current template. */
        CURRENT;

        /** The name in this template of the column that has this name in the legacy template. */
        String columnName(String legacy) {
            return this == LEGACY ? legacy : CURRENT_NAMES.getOrDefault(legacy, legacy);
        }

        /** The columns in the order of the template; columns that are not in the template follow. */
        List<String> inTemplateOrder(List<String> legacy) {
            if (this == LEGACY) {
                return legacy;
            }
            return Stream.concat(
                            CURRENT_NAMES.keySet().stream().filter(legacy::contains),
                            legacy.stream().filter(name -> !CURRENT_NAMES.containsKey(name)))
                    .toList();
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The columns of the current template in its order, by their legacy names. */
    private static final Map<String, String> CURRENT_NAMES = currentNames();

    private static Map<String, String> currentNames() {
        Map<String, String> names = new LinkedHashMap<>();
        names.put(TITLE.getFirst(), "Title");
        names.put(HANDLE.getFirst(), "URL handle");
        names.put(BODY.getFirst(), "Description");
        names.put(VENDOR.getFirst(), "Vendor");
        names.put(CATEGORY.getFirst(), "Product category");
        names.put(TYPE.getFirst(), "Type");
        names.put(TAGS.getFirst(), "Tags");
        names.put(PUBLISHED.getFirst(), "Published on online store");
        names.put(STATUS.getFirst(), "Status");
        names.put(SKU.getFirst(), "SKU");
        names.put(BARCODE.getFirst(), "Barcode");
        for (int option = 1; option <= MAX_OPTIONS; option++) {
            names.put(optionName(option).getFirst(), "Option" + option + " name");
            names.put(optionValue(option).getFirst(), "Option" + option + " value");
            names.put("Option" + option + " Linked To", "Option" + option + " Linked To");
        }
        names.put(PRICE.getFirst(), "Price");
        names.put(COMPARE_AT.getFirst(), "Compare-at price");
        names.put("Cost per item", "Cost per item");
        names.put(TAXABLE.getFirst(), "Charge tax");
        names.put(TAX_CODE.getFirst(), "Tax code");
        names.put("Unit Price Total Measure", "Unit price total measure");
        names.put("Unit Price Total Measure Unit", "Unit price total measure unit");
        names.put("Unit Price Base Measure", "Unit price base measure");
        names.put("Unit Price Base Measure Unit", "Unit price base measure unit");
        names.put(TRACKER.getFirst(), "Inventory tracker");
        names.put(QUANTITY.getFirst(), "Inventory quantity");
        names.put(POLICY.getFirst(), "Continue selling when out of stock");
        names.put(GRAMS.getFirst(), "Weight value (grams)");
        names.put(WEIGHT_UNIT.getFirst(), "Weight unit for display");
        names.put(REQUIRES_SHIPPING.getFirst(), "Requires shipping");
        names.put("Variant Fulfillment Service", "Fulfillment service");
        names.put(IMAGE.getFirst(), "Product image URL");
        names.put(IMAGE_POSITION.getFirst(), "Image position");
        names.put(IMAGE_ALT.getFirst(), "Image alt text");
        names.put(VARIANT_IMAGE.getFirst(), "Variant image URL");
        names.put("Gift Card", "Gift card");
        names.put(SEO_TITLE.getFirst(), "SEO title");
        names.put(SEO_DESCRIPTION.getFirst(), "SEO description");
        names.put("Google Shopping / Google Product Category", "Google Shopping / Google product category");
        names.put("Google Shopping / Gender", "Google Shopping / Gender");
        names.put("Google Shopping / Age Group", "Google Shopping / Age group");
        names.put("Google Shopping / MPN", "Google Shopping / Manufacturer part number (MPN)");
        names.put("Google Shopping / AdWords Grouping", "Google Shopping / Ad group name");
        names.put("Google Shopping / AdWords Labels", "Google Shopping / Ads labels");
        names.put("Google Shopping / Condition", "Google Shopping / Condition");
        names.put("Google Shopping / Custom Product", "Google Shopping / Custom product");
        for (int label = 0; label <= 4; label++) {
            names.put("Google Shopping / Custom Label " + label, "Google Shopping / Custom label " + label);
        }
        return Collections.unmodifiableMap(names);
    }

    static List<String> optionName(int option) {
        return List.of("Option" + option + " Name");
    }

    static List<String> optionValue(int option) {
        return List.of("Option" + option + " Value");
    }
}
