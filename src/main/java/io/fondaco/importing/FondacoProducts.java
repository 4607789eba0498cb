package io.fondaco.importing;

import static io.fondaco.importing.FondacoColumns.*;

import io.fondaco.catalog.InventoryPolicy;
import io.fondaco.catalog.ProductDraft;
import io.fondaco.catalog.ProductStatus;
import io.fondaco.catalog.VariantDraft;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.Header;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.Text;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads our own format: one row per variant; the first row of a product speaks for the product as well. */
final class FondacoProducts implements ProductFormat {
    private final Header header;
    private final int slugPosition;
    private final List<String> currencies;

    /**
     * @throws InvalidHeader if a column is missing or unknown
     */
    FondacoProducts(Header header) {
        this.header = header;
        slugPosition = header.require(SLUG);
        header.require(SKU);
        currencies = FondacoColumns.currencies(header);
    }

    @Override
    public String productOf(CsvRow row) {
        return slugPosition < row.cells().size()
                ? Text.composed(row.cells().get(slugPosition).strip())
                : "";
    }

    @Override
    public PlannedProduct plan(List<CsvRow> rows) {
        List<PlannedRow> planned = new ArrayList<>(rows.size());
        List<VariantDraft> variants = new ArrayList<>();
        Set<String> skus = new HashSet<>();
        @Nullable ProductDraft product = null;
        @Nullable RowError flaw = null;
        for (CsvRow cells : rows) {
            RowReader row = new RowReader(header, cells);
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
            try {
                planned.add(variant(row, head && rows.size() == 1, skus, variants));
            } catch (BadCell e) {
                planned.add(new PlannedRow.Refused(e.error()));
            }
        }
        if (product == null) {
            return flaw == null ? new PlannedProduct(Optional.empty(), planned) : PlannedProduct.refused(flaw, planned);
        }
        return PlannedProduct.complete(product, variants, planned);
    }

    @Override
    public String columnOf(String field) {
        return field;
    }

    private PlannedRow variant(RowReader row, boolean alone, Set<String> skus, List<VariantDraft> variants)
            throws BadCell {
        if (alone && row.isEmpty(SKU)) {
            return new PlannedRow.OfProduct(row.number());
        }
        String sku = row.sku(SKU);
        List<WantedPrice> prices = prices(row);
        VariantDraft variant = new VariantDraft(
                sku,
                texts(row, OPTION_VALUES),
                row.text(BARCODE),
                row.grams(WEIGHT_GRAMS),
                row.flag(INVENTORY_TRACKED),
                choice(row, INVENTORY_POLICY, InventoryPolicy.class),
                row.flag(TAXABLE),
                row.flag(REQUIRES_SHIPPING),
                row.text(IMAGE_URL),
                map(row, VARIANT_ATTRIBUTES));
        if (!skus.add(sku)) {
            throw row.bad(SKU, "duplicate_sku", "'%s' stands in an earlier row of this product", sku);
        }
        variants.add(variant);
        return new PlannedRow.OfVariant(row.number(), sku, prices, Optional.empty());
    }

    private ProductDraft product(RowReader row) throws BadCell {
        String slug = Text.composed(row.word(SLUG));
        if (slug.isEmpty()) {
            throw row.bad(SLUG, "missing_slug", "The row names no product%s", "");
        }
        String categories = row.text(CATEGORIES);
        String media = row.text(MEDIA);
        return new ProductDraft(
                slug,
                row.text(TITLE),
                row.text(DESCRIPTION),
                row.text(VENDOR),
                row.text(PRODUCT_TYPE),
                choice(row, STATUS, ProductStatus.class),
                texts(row, TAGS),
                categories == null ? null : JsonCells.lists(row, CATEGORIES, categories),
                texts(row, OPTIONS),
                media == null ? null : JsonCells.media(row, MEDIA, media),
                row.text(SEO_TITLE),
                row.text(SEO_DESCRIPTION),
                map(row, ATTRIBUTES),
                List.of());
    }

    private List<WantedPrice> prices(RowReader row) throws BadCell {
        List<WantedPrice> prices = new ArrayList<>();
        for (String currency : currencies) {
            List<String> compareColumn = FondacoColumns.compareAt(currency);
            Optional<Money> price = row.price(FondacoColumns.price(currency), currency);
            Optional<Money> compareAt = row.price(compareColumn, currency);
            if (price.isPresent()) {
                prices.add(new WantedPrice(
                        price.get(), compareAt, header.position(compareColumn).isPresent()));
            } else if (compareAt.isPresent()) {
                throw row.bad(
                        compareColumn,
                        "missing_price",
                        "'%s' has no price in " + currency + " to compare with",
                        row.word(compareColumn));
            }
        }
        return prices;
    }

    private static @Nullable List<String> texts(RowReader row, List<String> column) throws BadCell {
        String cell = row.text(column);
        return cell == null ? null : JsonCells.texts(row, column, cell);
    }

    private static @Nullable Map<String, String> map(RowReader row, List<String> column) throws BadCell {
        String cell = row.text(column);
        return cell == null ? null : JsonCells.map(row, column, cell);
    }

    private static <E extends Enum<E>> @Nullable E choice(RowReader row, List<String> column, Class<E> type)
            throws BadCell {
        String word = row.word(column);
        if (word.isEmpty()) {
            return null;
        }
        for (E constant : type.getEnumConstants()) {
            if (constant.name().toLowerCase(Locale.ROOT).equals(word.toLowerCase(Locale.ROOT))) {
                return constant;
            }
        }
        throw row.bad(column, "invalid_" + column.getFirst(), "'%s' is not one of the documented values", word);
    }
}
