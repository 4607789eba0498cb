package io.fondaco.productfiles;

import static io.fondaco.productfiles.FondacoColumns.*;

import io.fondaco.catalog.InventoryPolicy;
import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.ProductStatus;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.UnicodeText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the Fondaco format: one row per variant; the first row of a product also has the cells of the product. */
final class FondacoProductParser implements ProductRowParser {
    /** The columns of variant fields that are not named like the field. */
    private static final Map<String, List<String>> VARIANT_COLUMN_BY_FIELD = Map.of(
            "length_mm", LENGTH_MM,
            "width_mm", WIDTH_MM,
            "height_mm", HEIGHT_MM,
            "tax_category", VARIANT_TAX_CATEGORY,
            "attributes", VARIANT_ATTRIBUTES);

    private final CsvHeader csvHeader;
    private final int slugPosition;
    private final List<String> currencies;

    /**
     * @throws InvalidCsvHeader if a column is missing or unknown
     */
    FondacoProductParser(CsvHeader csvHeader) {
        this.csvHeader = csvHeader;
        slugPosition = csvHeader.requirePosition(SLUG);
        csvHeader.requirePosition(SKU);
        currencies = FondacoColumns.currencies(csvHeader);
    }

    @Override
    public String productKey(CsvRow row) {
        return slugPosition < row.cells().size()
                ? UnicodeText.normalizeNfc(row.cells().get(slugPosition).strip())
                : "";
    }

    @Override
    public StagedProduct parse(List<CsvRow> rows) {
        List<StagedRow> stagedRows = new ArrayList<>(rows.size());
        List<VariantDraft> variants = new ArrayList<>();
        Set<String> skus = new HashSet<>();
        @Nullable ProductDraft product = null;
        @Nullable RowError productError = null;
        for (CsvRow csvRow : rows) {
            RowReader row = new RowReader(csvHeader, csvRow);
            boolean firstRow = stagedRows.isEmpty();
            try {
                Optional<RowError> rowError = row.rowError();
                if (rowError.isPresent()) {
                    throw new InvalidCell(rowError.get());
                }
                if (firstRow) {
                    product = parseProduct(row);
                }
            } catch (InvalidCell e) {
                productError = firstRow ? e.error() : productError;
                stagedRows.add(new StagedRow.RejectedRow(e.error()));
                continue;
            }
            try {
                stagedRows.add(parseVariant(row, firstRow && rows.size() == 1, skus, variants));
            } catch (InvalidCell e) {
                stagedRows.add(new StagedRow.RejectedRow(e.error()));
            }
        }
        if (product == null) {
            return productError == null
                    ? new StagedProduct(Optional.empty(), stagedRows)
                    : StagedProduct.rejected(productError, stagedRows);
        }
        return StagedProduct.assemble(product, variants, stagedRows);
    }

    @Override
    public String columnOf(String field) {
        return field;
    }

    @Override
    public String variantColumnOf(String field) {
        return VARIANT_COLUMN_BY_FIELD.getOrDefault(field, List.of(field)).getFirst();
    }

    private StagedRow parseVariant(RowReader row, boolean onlyRow, Set<String> skus, List<VariantDraft> variants)
            throws InvalidCell {
        if (onlyRow && row.isEmpty(SKU)) {
            return new StagedRow.ProductOnlyRow(row.number());
        }
        String sku = row.sku(SKU);
        List<ImportedPrice> prices = parsePrices(row);
        VariantDraft variant = new VariantDraft(
                sku,
                parseTexts(row, OPTION_VALUES),
                row.text(BARCODE),
                row.grams(WEIGHT_GRAMS),
                row.millimeters(LENGTH_MM),
                row.millimeters(WIDTH_MM),
                row.millimeters(HEIGHT_MM),
                row.flag(INVENTORY_TRACKED),
                parseEnum(row, INVENTORY_POLICY, InventoryPolicy.class),
                row.flag(TAXABLE),
                row.text(VARIANT_TAX_CATEGORY) == null ? null : row.trimmedText(VARIANT_TAX_CATEGORY),
                row.flag(REQUIRES_SHIPPING),
                row.text(IMAGE_URL),
                parseMap(row, VARIANT_ATTRIBUTES));
        if (!skus.add(sku)) {
            throw row.invalidCell(SKU, "duplicate_sku", "The SKU '%s' appears in an earlier row of this product", sku);
        }
        variants.add(variant);
        return new StagedRow.StagedVariantRow(row.number(), sku, prices, Optional.empty());
    }

    private ProductDraft parseProduct(RowReader row) throws InvalidCell {
        String slug = UnicodeText.normalizeNfc(row.trimmedText(SLUG));
        if (slug.isEmpty()) {
            throw row.invalidCell(SLUG, "missing_slug", "The row has no slug%s", "");
        }
        String categories = row.text(CATEGORIES);
        String media = row.text(MEDIA);
        return new ProductDraft(
                slug,
                row.text(TITLE),
                row.text(DESCRIPTION),
                row.text(VENDOR),
                row.text(PRODUCT_TYPE),
                parseEnum(row, STATUS, ProductStatus.class),
                parseTexts(row, TAGS),
                categories == null ? null : JsonCells.parseLists(row, CATEGORIES, categories),
                parseTexts(row, OPTIONS),
                media == null ? null : JsonCells.parseMedia(row, MEDIA, media),
                row.text(SEO_TITLE),
                row.text(SEO_DESCRIPTION),
                row.isEmpty(TAX_CATEGORY) ? null : row.trimmedText(TAX_CATEGORY),
                row.isEmpty(SHIPPING_PROFILE) ? null : row.trimmedText(SHIPPING_PROFILE),
                parseMap(row, ATTRIBUTES),
                List.of());
    }

    private List<ImportedPrice> parsePrices(RowReader row) throws InvalidCell {
        List<ImportedPrice> prices = new ArrayList<>();
        for (String currency : currencies) {
            List<String> compareAtColumn = FondacoColumns.compareAt(currency);
            Optional<Money> price = row.price(FondacoColumns.price(currency), currency);
            Optional<Money> compareAt = row.price(compareAtColumn, currency);
            if (price.isPresent()) {
                prices.add(new ImportedPrice(
                        price.get(),
                        compareAt,
                        csvHeader.position(compareAtColumn).isPresent()));
            } else if (compareAt.isPresent()) {
                throw row.invalidCell(
                        compareAtColumn,
                        "missing_price",
                        "The compare-at price '%s' has no price in " + currency,
                        row.trimmedText(compareAtColumn));
            }
        }
        return prices;
    }

    private static @Nullable List<String> parseTexts(RowReader row, List<String> column) throws InvalidCell {
        String cell = row.text(column);
        return cell == null ? null : JsonCells.parseTexts(row, column, cell);
    }

    private static @Nullable Map<String, String> parseMap(RowReader row, List<String> column) throws InvalidCell {
        String cell = row.text(column);
        return cell == null ? null : JsonCells.parseMap(row, column, cell);
    }

    private static <E extends Enum<E>> @Nullable E parseEnum(RowReader row, List<String> column, Class<E> type)
            throws InvalidCell {
        String text = row.trimmedText(column);
        if (text.isEmpty()) {
            return null;
        }
        for (E constant : type.getEnumConstants()) {
            if (constant.name().toLowerCase(Locale.ROOT).equals(text.toLowerCase(Locale.ROOT))) {
                return constant;
            }
        }
        throw row.invalidCell(column, "invalid_" + column.getFirst(), "'%s' is not one of the documented values", text);
    }
}
