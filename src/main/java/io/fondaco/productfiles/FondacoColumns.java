package io.fondaco.productfiles;

import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.InvalidCsvHeader;
import io.fondaco.platform.money.Money;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The columns of the Fondaco format, in the order in which an export writes them. */
final class FondacoColumns {
    static final List<String> SLUG = List.of("slug");
    static final List<String> TITLE = List.of("title");
    static final List<String> DESCRIPTION = List.of("description");
    static final List<String> VENDOR = List.of("vendor");
    static final List<String> PRODUCT_TYPE = List.of("product_type");
    static final List<String> STATUS = List.of("status");
    static final List<String> TAGS = List.of("tags");
    static final List<String> CATEGORIES = List.of("categories");
    static final List<String> OPTIONS = List.of("options");
    static final List<String> MEDIA = List.of("media");
    static final List<String> SEO_TITLE = List.of("seo_title");
    static final List<String> SEO_DESCRIPTION = List.of("seo_description");
    static final List<String> TAX_CATEGORY = List.of("tax_category");
    static final List<String> SHIPPING_PROFILE = List.of("shipping_profile");
    static final List<String> ATTRIBUTES = List.of("attributes");
    static final List<String> SKU = List.of("sku");
    static final List<String> OPTION_VALUES = List.of("option_values");
    static final List<String> BARCODE = List.of("barcode");
    static final List<String> WEIGHT_GRAMS = List.of("weight_grams");
    static final List<String> LENGTH_MM = List.of("variant_length_mm");
    static final List<String> WIDTH_MM = List.of("variant_width_mm");
    static final List<String> HEIGHT_MM = List.of("variant_height_mm");
    static final List<String> INVENTORY_TRACKED = List.of("inventory_tracked");
    static final List<String> INVENTORY_POLICY = List.of("inventory_policy");
    static final List<String> TAXABLE = List.of("taxable");
    static final List<String> VARIANT_TAX_CATEGORY = List.of("variant_tax_category");
    static final List<String> REQUIRES_SHIPPING = List.of("requires_shipping");
    static final List<String> IMAGE_URL = List.of("image_url");
    static final List<String> VARIANT_ATTRIBUTES = List.of("variant_attributes");

    /** Every column except the price columns. */
    static final List<String> NON_PRICE_COLUMNS = Stream.of(
                    SLUG,
                    TITLE,
                    DESCRIPTION,
                    VENDOR,
                    PRODUCT_TYPE,
                    STATUS,
                    TAGS,
                    CATEGORIES,
                    OPTIONS,
                    MEDIA,
                    SEO_TITLE,
                    SEO_DESCRIPTION,
                    TAX_CATEGORY,
                    SHIPPING_PROFILE,
                    ATTRIBUTES,
                    SKU,
                    OPTION_VALUES,
                    BARCODE,
                    WEIGHT_GRAMS,
                    LENGTH_MM,
                    WIDTH_MM,
                    HEIGHT_MM,
                    INVENTORY_TRACKED,
                    INVENTORY_POLICY,
                    TAXABLE,
                    VARIANT_TAX_CATEGORY,
                    REQUIRES_SHIPPING,
                    IMAGE_URL,
                    VARIANT_ATTRIBUTES)
            .flatMap(List::stream)
            .toList();

    private static final String PRICE_PREFIX = "price_";
    private static final String COMPARE_AT_PREFIX = "compare_at_";

    private FondacoColumns() {}

    static List<String> price(String currency) {
        return List.of(PRICE_PREFIX + currency);
    }

    static List<String> compareAt(String currency) {
        return List.of(COMPARE_AT_PREFIX + currency);
    }

    /**
     * The currencies that the header has price columns for.
     *
     * @throws InvalidCsvHeader if the header has a column that is not in this format, or a compare-at column without
     *     the price column
     */
    static List<String> currencies(CsvHeader csvHeader) {
        List<String> currencies = new ArrayList<>();
        for (String name : csvHeader.names()) {
            String key = name.toLowerCase(Locale.ROOT);
            if (key.isEmpty() || NON_PRICE_COLUMNS.contains(key)) {
                continue;
            }
            boolean compare = key.startsWith(COMPARE_AT_PREFIX);
            String currency = key.substring(
                            compare
                                    ? COMPARE_AT_PREFIX.length()
                                    : key.startsWith(PRICE_PREFIX) ? PRICE_PREFIX.length() : key.length())
                    .toUpperCase(Locale.ROOT);
            if (!Money.isCurrency(currency)) {
                throw new InvalidCsvHeader(name, "The format fondaco has no column '%s'.".formatted(name));
            }
            if (compare) {
                csvHeader.requirePosition(price(currency));
            } else {
                currencies.add(currency);
            }
        }
        return currencies;
    }
}
