package io.fondaco.inventory;

import io.fondaco.inventory.Sourcing.SourcingRule;
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
    String expiryEvery();

    /**
     * The maximum number of units that a shortage message discloses to a shopper, since anybody can request 9,999 to
     * learn the stock. If more can be sold, the message says "at least" this number. The admin API shows exact numbers.
     */
    @WithDefault("10")
    long toldAtMost();

    /** The maximum number of reservations that the expiry job releases in one transaction. */
    @WithDefault("200")
    int expiryBatch();

    /** The rule by which locations are chosen: {@code fewest-splits}, {@code nearest} or {@code priority}. */
    @WithDefault("fewest-splits")
    SourcingRule sourcing();

    /** The maximum number of backorders that are filled in one transaction. */
    @WithDefault("500")
    int fillBatch();

    /** How often stock levels are reconciled with the ledger; one pod of the cluster does it. */
    @WithDefault("10m")
    String reconciliationEvery();

    /** The number of stock levels that one statement of the reconciliation checks. */
    @WithDefault("200")
    int reconciliationBatch();

    /** The statement timeout of the reconciliation. */
    @WithDefault("20s")
    Duration reconciliationStatementTimeout();

    /**
     * The number of concurrent reservations of one SKU, in one pod, that makes the SKU hot: its reservations are
     * batched.
     */
    @WithDefault("3")
    int hotAt();

    /** How long a SKU stays hot after it last reached {@link #hotAt}. */
    @WithDefault("5s")
    Duration hotFor();

    /** The maximum number of reservations in one batch. */
    @WithDefault("64")
    int gatheredBatch();

    /** How long a checkout waits for its batched reservation before it gets 503. */
    @WithDefault("8s")
    Duration gatheredPatience();

    /**
     * The time to live of a batched reservation. Its units are free again after this time if the checkout attempt
     * neither extends, claims nor releases it.
     */
    @WithDefault("2m")
    Duration gatheredTimeToLive();

    /** The maximum number of pending sales that one transaction posts to stock levels and ledger. */
    @WithDefault("500")
    int postingBatch();
}
