package io.fondaco.productfiles;

import static io.fondaco.productfiles.ShopifyColumns.*;

import io.fondaco.catalog.Catalog.ProductCodes;
import io.fondaco.catalog.InventoryPolicy;
import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.catalog.ProductStatus;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.inventory.Inventory.StockCount;
import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.UnicodeText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the Shopify format: the first row of a product has the product and its first variant, each further row with
 * variant cells has a variant, and each row without them has an image.
 */
final class ShopifyProductParser implements ProductRowParser {
    private static final List<List<String>> VARIANT_COLUMNS = List.of(
            GRAMS,
            WEIGHT,
            TRACKER,
            QUANTITY,
            POLICY,
            COMPARE_AT,
            REQUIRES_SHIPPING,
            TAXABLE,
            TAX_CODE,
            LENGTH_MM,
            WIDTH_MM,
            HEIGHT_MM,
            BARCODE,
            VARIANT_IMAGE,
            VARIANT_ATTRIBUTES_JSON);
    static final String HANDLE_CHANGED = "handle_changed";
    private static final Pattern SLUG = Pattern.compile("[\\p{Ll}\\p{Lo}\\p{N}][\\p{Ll}\\p{Lo}\\p{Mn}\\p{N}_-]*");

    private static final Map<String, List<String>> COLUMN_BY_FIELD = Map.ofEntries(
            Map.entry("slug", HANDLE),
            Map.entry("title", TITLE),
            Map.entry("description", BODY),
            Map.entry("vendor", VENDOR),
            Map.entry("product_type", TYPE),
            Map.entry("status", STATUS),
            Map.entry("tags", TAGS),
            Map.entry("options", optionName(1)),
            Map.entry("media", IMAGE),
            Map.entry("seo_title", SEO_TITLE),
            Map.entry("seo_description", SEO_DESCRIPTION),
            Map.entry("tax_category", TAX_CATEGORY),
            Map.entry("shipping_profile", SHIPPING_PROFILE));

    private static final Map<String, List<String>> VARIANT_COLUMN_BY_FIELD = Map.of(
            "sku", SKU,
            "option_values", optionValue(1),
            "barcode", BARCODE,
            "weight_grams", GRAMS,
            "length_mm", LENGTH_MM,
            "width_mm", WIDTH_MM,
            "height_mm", HEIGHT_MM,
            "tax_category", TAX_CODE,
            "image_url", VARIANT_IMAGE);

    private final ShopifyHeader header;
    private final String currency;

    /**
     * @param currency of every price in the file
     * @throws InvalidCsvHeader if a column is missing
     */
    ShopifyProductParser(CsvHeader csvHeader, String currency) {
        this.header = new ShopifyHeader(csvHeader);
        this.currency = currency;
    }

    /** The handle in lower case or, for a row without one, the slug made from its title. */
    @Override
    public String productKey(CsvRow cells) {
        RowReader row = new RowReader(header.header(), cells);
        String handle = row.trimmedText(HANDLE);
        return handle.isEmpty()
                ? toSlug(row.trimmedText(TITLE))
                : UnicodeText.normalizeNfc(handle).toLowerCase(Locale.ROOT);
    }

    @Override
    public String columnOf(String field) {
        if (field.equals("categories")) {
            return header.nameOf(header.has(CATEGORY) ? CATEGORY : TYPE);
        }
        List<String> column = COLUMN_BY_FIELD.get(field);
        return column == null ? "" : header.nameOf(column);
    }

    @Override
    public String variantColumnOf(String field) {
        List<String> column = VARIANT_COLUMN_BY_FIELD.get(field);
        return column == null ? "" : header.nameOf(column);
    }

    @Override
    public boolean identifiesVariantsByOptions() {
        return true;
    }

    @Override
    public StagedProduct resolveVariants(
            StagedProduct staged, Optional<ProductSnapshot> existing, Set<String> takenSkus) {
        return new ShopifyVariantMatcher(header, staged, existing, takenSkus).resolve();
    }

    @Override
    public StagedProduct parse(List<CsvRow> rows) {
        List<StagedRow> stagedRows = new ArrayList<>(rows.size());
        List<VariantDraft> variants = new ArrayList<>();
        Set<List<String>> seenOptions = new HashSet<>();
        ShopifyMedia media = new ShopifyMedia();
        List<RowError> warnings = new ArrayList<>();
        @Nullable ProductDraft product = null;
        @Nullable RowError productError = null;
        for (CsvRow csvRow : rows) {
            RowReader row = new RowReader(header.header(), csvRow);
            boolean firstRow = stagedRows.isEmpty();
            try {
                Optional<RowError> rowError = row.rowError();
                if (rowError.isPresent()) {
                    throw new InvalidCell(rowError.get());
                }
                if (firstRow) {
                    product = parseProduct(row, hasSeveralOptionValues(rows), warnings);
                }
            } catch (InvalidCell e) {
                productError = firstRow ? e.error() : productError;
                stagedRows.add(new StagedRow.RejectedRow(e.error()));
                continue;
            }
            if (product == null) {
                stagedRows.add(new StagedRow.ProductOnlyRow(row.number()));
                continue;
            }
            try {
                stagedRows.add(parseRow(row, firstRow, product, seenOptions, variants));
                media.add(row);
            } catch (InvalidCell e) {
                stagedRows.add(new StagedRow.RejectedRow(e.error()));
            }
        }
        if (product == null) {
            return productError == null
                    ? new StagedProduct(Optional.empty(), stagedRows)
                    : StagedProduct.rejected(productError, stagedRows);
        }
        warnings.addAll(media.warnings());
        ProductDraft productWithMedia = header.has(IMAGE) ? product.withMedia(media.images()) : product;
        return StagedProduct.assemble(productWithMedia, variants, stagedRows).withWarnings(warnings);
    }

    private boolean hasSeveralOptionValues(List<CsvRow> rows) {
        return rows.stream()
                        .map(cells -> new RowReader(header.header(), cells).trimmedText(optionValue(1)))
                        .filter(value -> !value.isEmpty())
                        .distinct()
                        .limit(2)
                        .count()
                > 1;
    }

    private StagedRow parseRow(
            RowReader row,
            boolean firstRow,
            ProductDraft product,
            Set<List<String>> seenOptions,
            List<VariantDraft> variants)
            throws InvalidCell {
        boolean hasIdentifyingCells = !row.isEmpty(SKU)
                || !row.isEmpty(PRICE)
                || IntStream.rangeClosed(1, MAX_OPTIONS).anyMatch(option -> !row.isEmpty(optionValue(option)));
        if (!firstRow && !hasIdentifyingCells) {
            ShopifyMedia.validatePosition(row);
            return new StagedRow.ProductOnlyRow(row.number());
        }
        boolean withoutVariantCells = !hasIdentifyingCells && hasNoVariantCells(row);
        @Nullable List<String> values = withoutVariantCells ? null : ShopifyOptions.values(row, product.options());
        Optional<String> fileSku = parseSku(row);
        String sku = fileSku.orElseGet(() -> DerivedSku.of(product.slug(), values == null ? List.of() : values));
        row.validateSku(SKU, sku);
        Optional<Long> initialStock = row.units(QUANTITY, -StockCount.MAX_AVAILABLE, StockCount.MAX_AVAILABLE);
        List<ImportedPrice> prices = parsePrices(row);
        ShopifyMedia.validatePosition(row);
        VariantDraft variant = parseVariant(row, sku, values);
        if (values != null && !seenOptions.add(values)) {
            throw row.invalidCell(
                    values.isEmpty() ? SKU : optionValue(1),
                    "duplicate_options",
                    "An earlier row of this product has the same options: '%s'",
                    String.join(" / ", values));
        }
        variants.add(variant);
        // A negative number in an export means that more was sold than was in stock; the stock is 0 then.
        return new StagedRow.StagedVariantRow(
                row.number(), sku, prices, initialStock.map(units -> Math.max(0, units)), fileSku, withoutVariantCells);
    }

    private boolean hasNoVariantCells(RowReader row) throws InvalidCell {
        for (List<String> column : VARIANT_COLUMNS) {
            if (!row.isEmpty(column)) {
                return false;
            }
        }
        Map<String, String> attributes = header.attributes(row, false);
        return attributes == null || attributes.isEmpty();
    }

    /**
     * The SKU; empty if the cell is empty. Spreadsheets leave a number unchanged if an apostrophe precedes it; the
     * apostrophe is not part of the SKU.
     */
    static Optional<String> parseSku(RowReader row) throws InvalidCell {
        return row.isEmpty(SKU) ? Optional.empty() : Optional.of(withoutApostrophe(row.sku(SKU)));
    }

    static String withoutApostrophe(String text) {
        return text.matches("'+[0-9]+") ? text.substring(1) : text;
    }

    /**
     * The form that {@link #withoutApostrophe} reads back: a number that really begins with an apostrophe gets another.
     */
    static String withApostrophe(String text) {
        return text.matches("'+[0-9]+") ? "'" + text : text;
    }

    /**
     * Converts a handle to a slug: lower case, without characters that a slug cannot have; empty if nothing is left.
     */
    static String toSlug(String handle) {
        String composed = UnicodeText.normalizeNfc(handle.strip());
        if (SLUG.matcher(composed).matches()) {
            return composed;
        }
        String lower = composed.toLowerCase(Locale.ROOT);
        if (SLUG.matcher(lower).matches()) {
            return lower;
        }
        return lower.replaceAll("[^\\p{Ll}\\p{Lo}\\p{Mn}\\p{N}_-]+", "-")
                .replaceAll("-{2,}", "-")
                .replaceAll("^[^\\p{Ll}\\p{Lo}\\p{N}]+|-+$", "");
    }

    private VariantDraft parseVariant(RowReader row, String sku, @Nullable List<String> values) throws InvalidCell {
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
                parseBarcode(row),
                row.isEmpty(GRAMS) ? row.weight(WEIGHT, WEIGHT_UNIT) : row.grams(GRAMS),
                row.millimeters(LENGTH_MM),
                row.millimeters(WIDTH_MM),
                row.millimeters(HEIGHT_MM),
                tracker == null ? null : !tracker.isBlank(),
                parseInventoryPolicy(row),
                row.flag(TAXABLE),
                parseTaxCategory(row),
                row.flag(REQUIRES_SHIPPING),
                row.text(VARIANT_IMAGE) == null ? null : row.trimmedText(VARIANT_IMAGE),
                attributes);
    }

    /** Empty if the tax code is empty or is kept as an attribute. */
    private static @Nullable String parseTaxCategory(RowReader row) {
        if (row.text(TAX_CODE) == null) {
            return null;
        }
        String code = row.trimmedText(TAX_CODE);
        return ProductCodes.isCode(code) ? code : "";
    }

    private static @Nullable String parseBarcode(RowReader row) {
        String barcode = row.text(BARCODE);
        return barcode == null ? null : withoutApostrophe(barcode);
    }

    private ProductDraft parseProduct(RowReader row, boolean severalVariants, List<RowError> warnings)
            throws InvalidCell {
        String handle = row.trimmedText(HANDLE);
        String slug = toSlug(handle.isEmpty() ? row.trimmedText(TITLE) : handle);
        if (slug.isEmpty()) {
            throw row.invalidCell(
                    HANDLE, "missing_handle", "The row has no usable handle: no slug can be made from '%s'", handle);
        }
        ProductStatus status = parseStatus(row);
        @Nullable Map<String, String> attributes = header.attributes(row, true);
        Map<String, String> extraAttributes = status == null
                ? new TreeMap<>()
                : new TreeMap<>(statusAttributes(statusText(row), row.flag(PUBLISHED), status));
        if (!handle.isEmpty() && !handle.equals(slug)) {
            extraAttributes.put(ShopifyAttribute.HANDLE, handle);
            warnings.add(
                    row.invalidCell(HANDLE, HANDLE_CHANGED, "The handle '%s' becomes the slug '" + slug + "'", handle)
                            .error());
        }
        if (isGlobalId(row.trimmedText(CATEGORY))) {
            extraAttributes.put(ShopifyAttribute.CATEGORY, row.trimmedText(CATEGORY));
        }
        if (!extraAttributes.isEmpty()) {
            attributes = attributes == null ? new TreeMap<>() : attributes;
            attributes.putAll(extraAttributes);
        }
        return new ProductDraft(
                slug,
                row.text(TITLE),
                row.text(BODY),
                row.text(VENDOR),
                row.text(TYPE),
                status,
                parseTags(row),
                parseCategories(row),
                ShopifyOptions.names(row, severalVariants),
                null,
                row.text(SEO_TITLE),
                row.text(SEO_DESCRIPTION),
                row.isEmpty(TAX_CATEGORY) ? null : row.trimmedText(TAX_CATEGORY),
                row.isEmpty(SHIPPING_PROFILE) ? null : row.trimmedText(SHIPPING_PROFILE),
                attributes,
                List.of());
    }

    private static String statusText(RowReader row) {
        return row.trimmedText(STATUS).toLowerCase(Locale.ROOT);
    }

    private static @Nullable ProductStatus parseStatus(RowReader row) throws InvalidCell {
        String statusText = statusText(row);
        Boolean published = row.flag(PUBLISHED);
        if (statusText.isEmpty() && published == null) {
            return null;
        }
        Optional<ProductStatus> status = mapStatus(statusText, published);
        if (status.isEmpty()) {
            throw row.invalidCell(
                    STATUS,
                    "invalid_status",
                    "'%s' is not one of active, draft, archived, unlisted",
                    row.trimmedText(STATUS));
        }
        return status.get();
    }

    /**
     * The status that gives shoppers the same view as the two columns: an active product that is not published in the
     * online store is hidden, and so is an unlisted one, which has a page but is in no list.
     */
    static Optional<ProductStatus> mapStatus(String statusText, @Nullable Boolean published) {
        return switch (statusText) {
            case "" -> Optional.of(Boolean.TRUE.equals(published) ? ProductStatus.ACTIVE : ProductStatus.DRAFT);
            case "active" -> Optional.of(Boolean.FALSE.equals(published) ? ProductStatus.DRAFT : ProductStatus.ACTIVE);
            case "draft", "unlisted" -> Optional.of(ProductStatus.DRAFT);
            case "archived" -> Optional.of(ProductStatus.ARCHIVED);
            default -> Optional.empty();
        };
    }

    /** The part of the two columns that the status does not express; kept for the export. */
    static Map<String, String> statusAttributes(String statusText, @Nullable Boolean published, ProductStatus status) {
        Map<String, String> attributes = new TreeMap<>();
        boolean differentStatus =
                !statusText.isEmpty() && !statusText.equals(status.name().toLowerCase(Locale.ROOT));
        if (differentStatus) {
            attributes.put(ShopifyAttribute.STATUS, statusText);
        }
        boolean differentPublished = published != null && published != (status == ProductStatus.ACTIVE);
        if (published != null && (differentStatus || (!statusText.isEmpty() && differentPublished))) {
            attributes.put(ShopifyAttribute.PUBLISHED, published.toString());
        }
        return attributes;
    }

    private static @Nullable InventoryPolicy parseInventoryPolicy(RowReader row) throws InvalidCell {
        String policy = row.trimmedText(POLICY).toLowerCase(Locale.ROOT);
        return switch (policy) {
            case "" -> null;
            case "deny", "false" -> InventoryPolicy.DENY;
            case "continue", "true" -> InventoryPolicy.CONTINUE;
            default -> throw row.invalidCell(POLICY, "invalid_policy", "'%s' is neither deny nor continue", policy);
        };
    }

    private static @Nullable List<String> parseTags(RowReader row) throws InvalidCell {
        if (!row.isEmpty(TAGS_JSON)) {
            return JsonCells.parseTexts(row, TAGS_JSON, row.trimmedText(TAGS_JSON));
        }
        String tags = row.text(TAGS);
        return tags == null ? null : splitTags(tags);
    }

    static List<String> splitTags(String tags) {
        Set<String> seen = new HashSet<>();
        return Arrays.stream(tags.split(",", -1))
                .map(String::strip)
                .filter(tag -> !tag.isEmpty() && seen.add(tag.toLowerCase(Locale.ROOT)))
                .toList();
    }

    private static @Nullable List<List<String>> parseCategories(RowReader row) throws InvalidCell {
        if (!row.isEmpty(CATEGORIES_JSON)) {
            return JsonCells.parseLists(row, CATEGORIES_JSON, row.trimmedText(CATEGORIES_JSON));
        }
        String category = row.text(CATEGORY);
        String type = row.text(TYPE);
        if (category == null && type == null) {
            return null;
        }
        return splitCategory(category == null || isGlobalId(category) ? "" : category, type == null ? "" : type);
    }

    /** A category given by its global id in the foreign shop has no name here. */
    static boolean isGlobalId(String category) {
        return category.strip().startsWith("gid://");
    }

    /** The path in the category column or, if that is empty, in the type column. */
    static List<List<String>> splitCategory(String category, String type) {
        String path = category.isBlank() ? type : category;
        List<String> names = Arrays.stream(path.split(" > ", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
        return names.isEmpty() ? List.of() : List.of(names);
    }

    private List<ImportedPrice> parsePrices(RowReader row) throws InvalidCell {
        Optional<Money> price = row.price(PRICE, currency);
        // Some exports have a compare-at price of zero or below the price instead of none.
        Optional<Money> compareAt = row.price(COMPARE_AT, currency)
                .filter(other -> other.amount() > 0)
                .filter(other ->
                        price.isEmpty() || other.amount() >= price.get().amount());
        if (price.isEmpty() && compareAt.isPresent()) {
            throw row.invalidCell(
                    COMPARE_AT, "missing_price", "The compare-at price '%s' has no price", row.trimmedText(COMPARE_AT));
        }
        boolean hasCompareAtColumn = header.header().position(COMPARE_AT).isPresent();
        return price.map(money -> List.of(new ImportedPrice(money, compareAt, hasCompareAtColumn)))
                .orElseGet(List::of);
    }
}
