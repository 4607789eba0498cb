package io.fondaco.productfiles;

import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.catalog.VariantId;
import io.fondaco.catalog.VariantPrice;
import java.util.List;
import java.util.Map;

/** Writes products as the rows of a file, which {@link ProductRowParser} reads back unchanged. */
public interface ProductRowRenderer {
    List<String> header();

    /**
     * @param prices of the product's variants; variants without prices may be missing
     * @param stock available units by SKU; SKUs that were never counted are missing
     */
    List<List<String>> render(
            ProductSnapshot snapshot, Map<VariantId, List<VariantPrice>> prices, Map<String, Long> stock);
}
