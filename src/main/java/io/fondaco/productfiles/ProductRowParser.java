package io.fondaco.productfiles;

import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.platform.csv.CsvHeader;
import io.fondaco.platform.csv.CsvRow;
import io.fondaco.platform.csv.InvalidCsvHeader;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the rows of a file with a certain header into staged products. */
public interface ProductRowParser {
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

    /** Identifies the product that a row belongs to; empty if it is the product of the row before. */
    String productKey(CsvRow row);

    /** @param rows of one product, in file order; never empty */
    StagedProduct parse(List<CsvRow> rows);

    /** The column of the file that has a field of a product; empty if there is none. */
    String columnOf(String field);

    /** The column of the file that has a field of a variant; empty if there is none. */
    String variantColumnOf(String field);

    /** Whether a variant is identified by its product and option values; otherwise by its SKU. */
    default boolean identifiesVariantsByOptions() {
        return false;
    }

    /**
     * Finds the existing variants that the rows mean, if not every row identifies its variant by SKU.
     *
     * @param existing the stored product
     * @param takenSkus SKUs that are taken; the SKUs that this product gets are added
     */
    default StagedProduct resolveVariants(
            StagedProduct staged, Optional<ProductSnapshot> existing, Set<String> takenSkus) {
        return staged;
    }
}
