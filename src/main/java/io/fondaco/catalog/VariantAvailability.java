package io.fondaco.catalog;

import java.util.Collection;
import java.util.Map;

/** Where the catalogue learns what is in stock. {@code inventory} provides it. */
public interface VariantAvailability {
    /** Units available over all locations, by SKU; SKUs that were never counted are missing. One statement. */
    Map<String, Long> available(Collection<String> skus);
}
