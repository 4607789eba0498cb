package io.fondaco.catalog;

import java.time.LocalDate;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the catalogue learns what is in stock. {@code inventory} provides it. */
public interface VariantAvailability {
    /**
     * What can be bought of a SKU.
     *
     * @param inStock units on the shelves, over all locations that sell online
     * @param backorderable units that can be bought though they are not there
     * @param preorder whether these are sold before the SKU has come for the first time
     * @param expectedOn when they are expected; null when nobody says
     */
    record Availability(
            long inStock,
            long backorderable,
            boolean preorder,
            @Nullable LocalDate expectedOn) {
        /** Of a SKU that was never counted. */
        public static final Availability NONE = new Availability(0, 0, false, null);

        /** Units that can be bought, there or not. */
        public long sellable() {
            return inStock + backorderable;
        }
    }

    /** Units on the shelves over all locations, by SKU; SKUs that were never counted are missing. One statement. */
    Map<String, Long> availableQuantities(Collection<String> skus);

    /** What can be bought, by SKU; SKUs that were never counted are missing. One statement. */
    Map<String, Availability> availability(Collection<String> skus);
}
