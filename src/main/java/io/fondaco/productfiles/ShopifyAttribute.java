package io.fondaco.productfiles;

import io.fondaco.catalog.Catalog.ProductCodes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A column of the Shopify format without a catalog field: its cells are kept as attributes under a stable key and are
 * exported again.
 *
 * @param key of the attribute
 * @param header as an export writes it
 * @param productLevel whether the first row of a product sets it for the product; otherwise each row sets it for its
 *     variant
 */
public record ShopifyAttribute(String key, String header, boolean productLevel) {
    public static final String PREFIX = "shopify.";
    static final String PUBLISHED = PREFIX + "published";
    static final String TRACKER = PREFIX + "inventory_tracker";
    /** The status in the file, if the catalog has no such status. */
    static final String STATUS = PREFIX + "status";
    /** The SKU in the file, if the variant has another one. */
    static final String SKU = PREFIX + "sku";
    /** The handle in the file, if it cannot be a slug. */
    static final String HANDLE = PREFIX + "handle";
    /** The global id of a category in the file. */
    static final String CATEGORY = PREFIX + "product_category";

    /** The tax code in the file, if it cannot be the code of a tax category. */
    static final String TAX_CODE = PREFIX + "tax_code";

    private static final String METAFIELDS = ".metafields.";
    private static final String COLUMN = PREFIX + "column.";
    private static final Pattern METAFIELD =
            Pattern.compile("^.*\\(\\s*((product|variant)\\.metafields\\.[^()]+?)\\s*\\)$");
    private static final Pattern MARKET =
            Pattern.compile("^(included|price|compare[ -]at price) / (.+)$", Pattern.CASE_INSENSITIVE);

    /** The columns that every export has, in its order. */
    static final List<ShopifyAttribute> KNOWN = List.of(
            product("option1_linked_to", "Option1 Linked To"),
            product("option2_linked_to", "Option2 Linked To"),
            product("option3_linked_to", "Option3 Linked To"),
            product("gift_card", "Gift Card"),
            product("google_product_category", "Google Shopping / Google Product Category"),
            product("google_gender", "Google Shopping / Gender"),
            product("google_age_group", "Google Shopping / Age Group"),
            product("google_mpn", "Google Shopping / MPN"),
            product("google_adwords_grouping", "Google Shopping / AdWords Grouping"),
            product("google_adwords_labels", "Google Shopping / AdWords Labels"),
            product("google_condition", "Google Shopping / Condition"),
            product("google_custom_product", "Google Shopping / Custom Product"),
            product("google_custom_label_0", "Google Shopping / Custom Label 0"),
            product("google_custom_label_1", "Google Shopping / Custom Label 1"),
            product("google_custom_label_2", "Google Shopping / Custom Label 2"),
            product("google_custom_label_3", "Google Shopping / Custom Label 3"),
            product("google_custom_label_4", "Google Shopping / Custom Label 4"),
            variant("fulfillment_service", "Variant Fulfillment Service"),
            variant("weight_unit", "Variant Weight Unit"),
            variant("tax_code", "Variant Tax Code"),
            variant("cost_per_item", "Cost per item"),
            variant("unit_price_total_measure", "Unit Price Total Measure"),
            variant("unit_price_total_measure_unit", "Unit Price Total Measure Unit"),
            variant("unit_price_base_measure", "Unit Price Base Measure"),
            variant("unit_price_base_measure_unit", "Unit Price Base Measure Unit"));

    private static final Map<String, ShopifyAttribute> BY_HEADER = byHeader();

    private static ShopifyAttribute product(String name, String header) {
        return new ShopifyAttribute(PREFIX + name, header, true);
    }

    private static ShopifyAttribute variant(String name, String header) {
        return new ShopifyAttribute(PREFIX + name, header, false);
    }

    private static Map<String, ShopifyAttribute> byHeader() {
        Map<String, ShopifyAttribute> byHeader = new LinkedHashMap<>();
        KNOWN.forEach(known -> byHeader.put(known.header().toLowerCase(Locale.ROOT), known));
        Map<String, String> currentNames = Map.of(
                "google shopping / manufacturer part number (mpn)", "Google Shopping / MPN",
                "google shopping / ad group name", "Google Shopping / AdWords Grouping",
                "google shopping / ads labels", "Google Shopping / AdWords Labels",
                "fulfillment service", "Variant Fulfillment Service",
                "weight unit for display", "Variant Weight Unit",
                "variant weight unit for display", "Variant Weight Unit",
                "tax code", "Variant Tax Code");
        currentNames.forEach((alias, name) -> byHeader.put(
                alias,
                Stream.of(name.toLowerCase(Locale.ROOT))
                        .map(byHeader::get)
                        .findFirst()
                        .orElseThrow()));
        return Map.copyOf(byHeader);
    }

    /** Whether a cell of this column is the tax category of the variant and not an attribute. */
    boolean isTaxCategory(String cell) {
        return key.equals(TAX_CODE) && ProductCodes.isCode(cell.strip());
    }

    static ShopifyAttribute ofHeader(String header) {
        String lower = header.toLowerCase(Locale.ROOT);
        ShopifyAttribute known = BY_HEADER.get(lower);
        if (known != null) {
            return known;
        }
        Matcher metafield = METAFIELD.matcher(header);
        if (metafield.matches()) {
            return metafield(metafield.group(1));
        }
        Matcher market = MARKET.matcher(header);
        if (market.matches()) {
            String name = market.group(1).toLowerCase(Locale.ROOT).replaceAll("[ -]", "_");
            return market(name, market.group(2));
        }
        return new ShopifyAttribute(COLUMN + header, header, false);
    }

    /** The column that an export writes for this attribute; empty if the attribute cannot come from a column. */
    public static Optional<ShopifyAttribute> ofKey(String key, boolean productLevel) {
        for (ShopifyAttribute known : KNOWN) {
            if (known.key().equals(key)) {
                return Optional.of(known).filter(attribute -> attribute.productLevel() == productLevel);
            }
        }
        Optional<ShopifyAttribute> found = Optional.empty();
        if (key.startsWith(COLUMN)) {
            found = Optional.of(new ShopifyAttribute(key, key.substring(COLUMN.length()), false));
        } else if (key.startsWith(PREFIX + "product" + METAFIELDS) || key.startsWith(PREFIX + "variant" + METAFIELDS)) {
            found = Optional.of(metafield(key.substring(PREFIX.length())));
        } else {
            for (String name : List.of("included", "price", "compare_at_price")) {
                String prefix = PREFIX + name + ".";
                if (key.startsWith(prefix)) {
                    found = Optional.of(market(name, key.substring(prefix.length())));
                }
            }
        }
        // Only a column that reads back as exactly the same attribute is written.
        return found.filter(attribute -> attribute.productLevel() == productLevel)
                .filter(attribute -> attribute.key().equals(key))
                .filter(attribute -> !attribute.header().isBlank() && !ShopifyHeader.isMapped(attribute.header()))
                .filter(attribute ->
                        attribute.header().equals(attribute.header().strip()))
                .filter(attribute -> ofHeader(attribute.header()).equals(attribute));
    }

    private static ShopifyAttribute metafield(String path) {
        String name =
                path.substring(path.lastIndexOf('.') + 1).replace('_', ' ').replace('-', ' ');
        String label = name.isEmpty() ? "Metafield" : Character.toUpperCase(name.charAt(0)) + name.substring(1);
        return new ShopifyAttribute(PREFIX + path, label + " (" + path + ")", path.startsWith("product."));
    }

    private static ShopifyAttribute market(String name, String market) {
        String header =
                switch (name) {
                    case "included" -> "Included";
                    case "price" -> "Price";
                    default -> "Compare At Price";
                };
        return new ShopifyAttribute(PREFIX + name + "." + market, header + " / " + market, false);
    }
}
