package io.fondaco.importing;

import static io.fondaco.importing.ShopifyColumns.*;

import io.fondaco.catalog.InventoryPolicy;
import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.ProductStatus;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the exchange format: the first row of a product speaks for the product and its first variant, further rows for a
 * variant each, rows without any variant cell for a picture.
 */
final class ShopifyProducts implements ProductFormat {
    private static final long MAX_UNITS = 1_000_000_000_000L;
    static final String NO_OPTION = "Title";
    static final String NO_OPTION_VALUE = "Default Title";

    private final ShopifyHeader header;
    private final int handlePosition;
    private final String currency;

    /**
     * @param currency of every price in the file
     * @throws InvalidHeader if a column is missing
     */
    ShopifyProducts(Header columns, String currency) {
        this.header = new ShopifyHeader(columns);
        this.currency = currency;
        handlePosition = columns.require(HANDLE);
    }

    @Override
    public String productOf(CsvRow row) {
        return handlePosition < row.cells().size()
                ? Text.composed(row.cells().get(handlePosition).strip())
                : "";
    }

    @Override
    public PlannedProduct plan(List<CsvRow> rows) {
        List<PlannedRow> planned = new ArrayList<>(rows.size());
        List<VariantDraft> variants = new ArrayList<>();
        Set<String> skus = new HashSet<>();
        ShopifyMedia media = new ShopifyMedia();
        @Nullable ProductDraft product = null;
        @Nullable RowError flaw = null;
        for (CsvRow cells : rows) {
            RowReader row = new RowReader(header.columns(), cells);
            boolean head = planned.isEmpty();
            try {
                Optional<RowError> unreadable = row.flaw();
                if (unreadable.isPresent()) {
                    throw new BadCell(unreadable.get());
                }
                if (head) {
                    product = product(row);
                }
            } catch (BadCell e) {
                flaw = head ? e.error() : flaw;
                planned.add(new PlannedRow.Refused(e.error()));
                continue;
            }
            if (product == null) {
                planned.add(new PlannedRow.OfProduct(row.number()));
                continue;
            }
            try {
                planned.add(row(row, head, product, skus, variants));
                media.add(row);
            } catch (BadCell e) {
                planned.add(new PlannedRow.Refused(e.error()));
            }
        }
        if (product == null) {
            return flaw == null ? new PlannedProduct(Optional.empty(), planned) : PlannedProduct.refused(flaw, planned);
        }
        boolean hasMedia = header.columns().position(IMAGE).isPresent();
        return Drafts.complete(hasMedia ? media.into(product, variants) : product, variants, planned);
    }

    private PlannedRow row(
            RowReader row, boolean head, ProductDraft product, Set<String> skus, List<VariantDraft> variants)
            throws BadCell {
        boolean ofVariant = head
                || !row.isEmpty(SKU)
                || !row.isEmpty(PRICE)
                || IntStream.rangeClosed(1, OPTIONS).anyMatch(option -> !row.isEmpty(optionValue(option)));
        if (!ofVariant) {
            ShopifyMedia.check(row);
            return new PlannedRow.OfProduct(row.number());
        }
        @Nullable List<String> values = optionValues(row, product.options());
        String sku =
                row.isEmpty(SKU) ? DerivedSku.of(product.slug(), values == null ? List.of() : values) : row.sku(SKU);
        row.checkedSku(SKU, sku);
        Optional<Long> stock = row.units(QUANTITY, -MAX_UNITS, MAX_UNITS);
        List<WantedPrice> prices = prices(row);
        ShopifyMedia.check(row);
        VariantDraft variant = variant(row, sku, values);
        if (!skus.add(sku)) {
            throw row.bad(SKU, "duplicate_sku", "'%s' stands in an earlier row of this product", sku);
        }
        variants.add(variant);
        // Exports of shops that sold more than they had say so with a negative number; nothing is there then.
        return new PlannedRow.OfVariant(row.number(), sku, prices, stock.map(units -> Math.max(0, units)));
    }

    private VariantDraft variant(RowReader row, String sku, @Nullable List<String> values) throws BadCell {
        @Nullable String tracker = row.text(TRACKER);
        @Nullable Map<String, String> attributes = header.attributes(row, false);
        boolean foreignTracker = tracker != null && !tracker.isBlank() && !tracker.equals("shopify");
        if (foreignTracker) {
            attributes = attributes == null ? new TreeMap<>() : attributes;
            attributes.put(ShopifyAttribute.TRACKER, tracker);
        }
        return new VariantDraft(
                sku,
                values,
                barcode(row),
                row.grams(GRAMS),
                tracker == null ? null : !tracker.isBlank(),
                policy(row),
                row.flag(TAXABLE),
                row.flag(REQUIRES_SHIPPING),
                row.text(VARIANT_IMAGE) == null ? null : row.word(VARIANT_IMAGE),
                attributes);
    }

    /** Spreadsheets keep their hands off long numbers behind an apostrophe; it is no part of the code. */
    private static @Nullable String barcode(RowReader row) {
        String barcode = row.text(BARCODE);
        return barcode != null && barcode.matches("'+[0-9]+") ? barcode.substring(1) : barcode;
    }

    private ProductDraft product(RowReader row) throws BadCell {
        String handle = Text.composed(row.word(HANDLE));
        if (handle.isEmpty()) {
            throw row.bad(HANDLE, "missing_handle", "The row names no product%s", "");
        }
        ProductStatus status = status(row);
        @Nullable Map<String, String> attributes = header.attributes(row, true);
        Boolean published = row.flag(PUBLISHED);
        if (published != null && status != null && published != (status == ProductStatus.ACTIVE)) {
            attributes = attributes == null ? new TreeMap<>() : attributes;
            attributes.put(ShopifyAttribute.PUBLISHED, published.toString());
        }
        return new ProductDraft(
                handle,
                row.text(TITLE),
                row.text(BODY),
                row.text(VENDOR),
                row.text(TYPE),
                status,
                tags(row),
                categories(row),
                options(row),
                null,
                row.text(SEO_TITLE),
                row.text(SEO_DESCRIPTION),
                attributes,
                List.of());
    }

    private static @Nullable ProductStatus status(RowReader row) throws BadCell {
        String word = row.word(STATUS).toLowerCase(Locale.ROOT);
        Boolean published = row.flag(PUBLISHED);
        return switch (word) {
            case "" -> published == null ? null : published ? ProductStatus.ACTIVE : ProductStatus.DRAFT;
            case "active" -> ProductStatus.ACTIVE;
            case "draft" -> ProductStatus.DRAFT;
            case "archived" -> ProductStatus.ARCHIVED;
            default -> throw row.bad(STATUS, "invalid_status", "'%s' is not one of active, draft, archived", word);
        };
    }

    private static @Nullable InventoryPolicy policy(RowReader row) throws BadCell {
        String word = row.word(POLICY).toLowerCase(Locale.ROOT);
        return switch (word) {
            case "" -> null;
            case "deny", "false" -> InventoryPolicy.DENY;
            case "continue", "true" -> InventoryPolicy.CONTINUE;
            default -> throw row.bad(POLICY, "invalid_policy", "'%s' is neither deny nor continue", word);
        };
    }

    private static @Nullable List<String> tags(RowReader row) throws BadCell {
        if (!row.isEmpty(EXACT_TAGS)) {
            return JsonCells.texts(row, EXACT_TAGS, row.word(EXACT_TAGS));
        }
        String tags = row.text(TAGS);
        return tags == null ? null : splitTags(tags);
    }

    static List<String> splitTags(String tags) {
        return Arrays.stream(tags.split(",", -1))
                .map(String::strip)
                .filter(tag -> !tag.isEmpty())
                .distinct()
                .toList();
    }

    private static @Nullable List<List<String>> categories(RowReader row) throws BadCell {
        if (!row.isEmpty(EXACT_CATEGORIES)) {
            return JsonCells.lists(row, EXACT_CATEGORIES, row.word(EXACT_CATEGORIES));
        }
        String category = row.text(CATEGORY);
        String type = row.text(TYPE);
        if (category == null && type == null) {
            return null;
        }
        return splitCategory(category == null ? "" : category, type == null ? "" : type);
    }

    /** The path in the category column or, when that is empty, in the type column. */
    static List<List<String>> splitCategory(String category, String type) {
        String path = category.isBlank() ? type : category;
        List<String> names = Arrays.stream(path.split(" > ", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
        return names.isEmpty() ? List.of() : List.of(names);
    }

    private @Nullable List<String> options(RowReader row) throws BadCell {
        if (header.columns().position(optionName(1)).isEmpty()) {
            return null;
        }
        List<String> options = new ArrayList<>();
        for (int option = 1; option <= OPTIONS; option++) {
            String name = row.word(optionName(option));
            if (name.isEmpty()) {
                continue;
            }
            if (options.size() < option - 1) {
                throw row.bad(optionName(option), "missing_option", "'%s' follows an option without a name", name);
            }
            options.add(name);
        }
        boolean none = options.size() == 1
                && options.getFirst().equals(NO_OPTION)
                && row.word(optionValue(1)).equals(NO_OPTION_VALUE);
        return none ? List.of() : options;
    }

    private @Nullable List<String> optionValues(RowReader row, @Nullable List<String> options) throws BadCell {
        if (options == null) {
            return null;
        }
        List<String> values = new ArrayList<>();
        for (int option = 1; option <= OPTIONS; option++) {
            String value = row.word(optionValue(option));
            if (option <= options.size()) {
                if (value.isEmpty()) {
                    throw row.bad(
                            optionValue(option),
                            "missing_option_value",
                            "The variant has no value for the option '%s'",
                            options.get(option - 1));
                }
                values.add(value);
            } else if (!value.isEmpty() && !(option == 1 && value.equals(NO_OPTION_VALUE))) {
                throw row.bad(optionValue(option), "option_without_name", "'%s' belongs to no named option", value);
            }
        }
        return values;
    }

    private List<WantedPrice> prices(RowReader row) throws BadCell {
        Optional<Money> price = row.price(PRICE, currency);
        Optional<Money> compareAt = row.price(COMPARE_AT, currency);
        if (price.isEmpty() && compareAt.isPresent()) {
            throw row.bad(COMPARE_AT, "missing_price", "'%s' has no price to compare with", row.word(COMPARE_AT));
        }
        boolean compareAtGiven = header.columns().position(COMPARE_AT).isPresent();
        return price.map(money -> List.of(new WantedPrice(money, compareAt, compareAtGiven)))
                .orElseGet(List::of);
    }
}
