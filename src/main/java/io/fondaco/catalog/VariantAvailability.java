package io.fondaco.catalog;

import java.time.LocalDate;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Availability of variants, for the catalog. The {@code inventory} module implements it. */
public interface VariantAvailability {
    /**
     * The units of a SKU that can be bought.
     *
     * @param inStock units in stock, over all locations that sell online
     * @param backorderable units that can be bought although they are not in stock
     * @param preorder whether the backorderable units are sold before the SKU is in stock for the first time
     * @param expectedOn when they are expected; null if no date is set
     */
    record Availability(
            long inStock,
            long backorderable,
            boolean preorder,
            @Nullable LocalDate expectedOn) {
        /** The availability of a SKU that was never counted. */
        public static final Availability NONE = new Availability(0, 0, false, null);

        /** Units that can be bought, in stock or on backorder. */
        public long sellable() {
            return inStock + backorderable;
        }
    }

    /**
     * Units in stock over all locations that sell online, by SKU; SKUs that were never counted are missing. One
     * statement.
     */
    Map<String, Long> availableQuantities(Collection<String> skus);

    /** The availability by SKU; SKUs that were never counted are missing. One statement. */
    Map<String, Availability> availability(Collection<String> skus);
}
