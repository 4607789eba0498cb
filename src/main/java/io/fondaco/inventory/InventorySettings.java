package io.fondaco.inventory;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of stock keeping. */
@ConfigMapping(prefix = "fondaco.inventory")
interface InventorySettings {
    /** How often reservations that ran out are freed and who waits is served, once in the cluster. */
    @WithDefault("10s")
    String expiryEvery();

    /**
     * Units of a SKU that a shopper who asks for more is told of at most: anybody can ask for 9,999. Where there are
     * more, the number told is a lower bound. Staff is told all.
     */
    @WithDefault("10")
    long toldAtMost();

    /** Reservations freed in one transaction by the expiry job. */
    @WithDefault("200")
    int expiryBatch();

    /** By which rule locations are chosen: {@code fewest-splits}, {@code nearest} or {@code priority}. */
    @WithDefault("fewest-splits")
    SourcingRule sourcing();

    /** Backorders served in one transaction. */
    @WithDefault("500")
    int fillBatch();

    /** How often the books are checked against each other, once in the cluster. */
    @WithDefault("10m")
    String reconciliationEvery();

    /** Levels checked by one statement of the reconciliation. */
    @WithDefault("200")
    int reconciliationBatch();

    /** How long one statement of the reconciliation may take. */
    @WithDefault("20s")
    Duration reconciliationStatementTimeout();

    /** So many reservations of the same SKU at the same time, in one pod, and they are settled together. */
    @WithDefault("3")
    int hotAt();

    /** For how long after that. */
    @WithDefault("5s")
    Duration hotFor();

    /** Reservations settled together at most. */
    @WithDefault("64")
    int gatheredBatch();

    /** How long one waits for those before it; 503 then. */
    @WithDefault("8s")
    Duration gatheredPatience();

    /** After which units that were set aside with others are free again, if the completion that asked for them is never heard of. */
    @WithDefault("2m")
    Duration gatheredTimeToLive();

    /** Sales brought into the levels by one transaction. */
    @WithDefault("500")
    int postingBatch();
}
