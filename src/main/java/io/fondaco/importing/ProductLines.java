package io.fondaco.importing;

import io.fondaco.catalog.PriceTag;
import io.fondaco.catalog.ProductSnapshot;
import io.fondaco.catalog.VariantId;
import java.util.List;
import java.util.Map;

/** How products become the rows of a file; what {@link ProductFormat} reads back as they are. */
interface ProductLines {
    List<String> header();

    /**
     * @param prices of the product's variants; variants without any may be missing
     * @param stock units available by SKU; SKUs that were never counted are missing
     */
    List<List<String>> lines(ProductSnapshot snapshot, Map<VariantId, List<PriceTag>> prices, Map<String, Long> stock);
}
