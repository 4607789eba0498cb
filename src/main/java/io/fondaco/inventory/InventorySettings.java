package io.fondaco.inventory;

import io.fondaco.inventory.Sourcing.SourcingRule;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the inventory module. */
@ConfigMapping(prefix = "fondaco.inventory")
interface InventorySettings {
    /**
     * Maximum number of available units that a shortage message discloses to a shopper, because any client can request
     * 9,999 to learn the stock. If more can be sold, the message says "at least" this number. The admin API shows exact
     * numbers.
     */
    @WithDefault("10")
    long shortageDisclosureLimit();

    /** The rule by which the locations that serve an order are chosen. */
    @WithDefault("fewest-splits")
    SourcingRule sourcing();

    /**
     * Number of concurrent reservations of one SKU, in one pod, that makes the SKU hot: its reservations are batched.
     */
    @WithDefault("3")
    int hotSkuThreshold();

    /** How long a checkout waits for its batched reservation before it gets 503. */
    @WithDefault("8s")
    Duration batchMaxWait();
}
