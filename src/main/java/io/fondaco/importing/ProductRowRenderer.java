package io.fondaco.importing;

import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.catalog.VariantId;
import io.fondaco.catalog.VariantPrice;
import java.util.List;
import java.util.Map;

/** How products become the rows of a file; what {@link ProductRowParser} reads back as they are. */
interface ProductRowRenderer {
    List<String> header();

    /**
     * @param prices of the product's variants; variants without any may be missing
     * @param stock units available by SKU; SKUs that were never counted are missing
     */
    List<List<String>> render(
            ProductSnapshot snapshot, Map<VariantId, List<VariantPrice>> prices, Map<String, Long> stock);
}
