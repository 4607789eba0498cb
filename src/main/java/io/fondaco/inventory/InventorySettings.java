package io.fondaco.inventory;

import io.fondaco.inventory.Sourcing.SourcingRule;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the inventory module. */
@ConfigMapping(prefix = "fondaco.inventory")
interface InventorySettings {
    /**
     * For tests: how often expired reservations are released, pending sales are posted and waiting backorders are
     * filled, by one pod of the cluster.
     */
    @WithDefault("10s")
    Duration expiryInterval();

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

    /** For tests: how long a checkout waits for its batched reservation before it gets 503. */
    @WithDefault("8s")
    Duration batchMaxWait();

    /**
     * For tests: time to live of a batched reservation. Its units are free again after this time if the checkout
     * attempt neither extends, claims nor releases it.
     */
    @WithDefault("2m")
    Duration batchReservationTimeToLive();
}
