package io.fondaco.order;

import io.fondaco.platform.money.Money;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is being bought, priced. Reads and writes as JSON without loss.
 *
 * @param id chosen beforehand, so that a payment can name it
 * @param tokenHash SHA-256 of the token that opens the order, in hex
 */
public record NewOrder(
        OrderId id,
        UUID cartId,
        String tokenHash,
        String email,
        Addresses addresses,
        @Nullable String shippingMethod,
        Totals totals,
        List<Line> lines) {

    public NewOrder {
        lines = List.copyOf(lines);
    }

    /**
     * @param stockTaken whether the units come out of counted stock
     */
    public record Line(UUID variantId, String sku, String title, int quantity, Money unitPrice, boolean stockTaken) {}
}
