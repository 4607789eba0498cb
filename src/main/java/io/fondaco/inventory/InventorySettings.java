package io.fondaco.inventory;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the inventory module. */
@ConfigMapping(prefix = "fondaco.inventory")
interface InventorySettings {
    /**
     * How often expired reservations are released, pending sales are posted and waiting backorders are filled; one pod
     * of the cluster does it.
     */
    @WithDefault("10s")
    String expiryInterval();

    /**
     * The maximum number of units that a shortage message discloses to a shopper, since anybody can request 9,999 to
     * learn the stock. If more can be sold, the message says "at least" this number. The admin API shows exact numbers.
     */
    @WithDefault("10")
    long shortageDisclosureLimit();

    /** The rule by which locations are chosen: {@code fewest-splits}, {@code nearest} or {@code priority}. */
    @WithDefault("fewest-splits")
    SourcingRule sourcing();

    /**
     * The number of concurrent reservations of one SKU, in one pod, that makes the SKU hot: its reservations are
     * batched.
     */
    @WithDefault("3")
    int hotSkuThreshold();

    /** How long a checkout waits for its batched reservation before it gets 503. */
    @WithDefault("8s")
    Duration batchMaxWait();

    /**
     * The time to live of a batched reservation. Its units are free again after this time if the checkout attempt
     * neither extends, claims nor releases it.
     */
    @WithDefault("2m")
    Duration batchReservationTimeToLive();
}
