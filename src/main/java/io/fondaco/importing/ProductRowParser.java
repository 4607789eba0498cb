package io.fondaco.importing;

import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.InvalidCsvHeader;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How the rows of a file with a certain header become products. */
interface ProductRowParser {
    /**
     * @param currency of prices in columns that do not name one
     * @throws InvalidCsvHeader if the header does not fit the format
     */
    static ProductRowParser of(FileFormat format, CsvHeader csvHeader, String currency) {
        return switch (format) {
            case SHOPIFY -> new ShopifyProductParser(csvHeader, currency);
            case FONDACO -> new FondacoProductParser(csvHeader);
        };
    }

    /** Names the product that a row belongs to; empty for the same as the row before. */
    String productKey(CsvRow row);

    /**
     * @param rows of one product, in the order of the file; never empty
     */
    StagedProduct parse(List<CsvRow> rows);

    /** The column of the file that a field of a product or a variant stands in; empty when there is none. */
    String columnOf(String field);

    /** Whether a variant is what its product and option values say; else it is what its SKU says. */
    default boolean identifiesVariantsByOptions() {
        return false;
    }

    /**
     * Finds the variants that the rows mean, when not all of them are named by their SKUs.
     *
     * @param present the product as it is
     * @param skus that are taken; those that this product gets are added
     */
    default StagedProduct resolveVariants(StagedProduct planned, Optional<ProductSnapshot> present, Set<String> skus) {
        return planned;
    }
}
