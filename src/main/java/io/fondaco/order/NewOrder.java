package io.fondaco.order;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fondaco.platform.money.Money;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is being bought, priced. Reads and writes as JSON without loss.
 *
 * @param id chosen beforehand, so that a payment can name it
 * @param tokenHash SHA-256 of the token that opens the order, in hex
 * @param discounts absent from the JSON when there are none, so that it reads as it did before there were any
 */
public record NewOrder(
        OrderId id,
        UUID cartId,
        String tokenHash,
        String email,
        Addresses addresses,
        @Nullable String shippingMethod,
        Totals totals,
        List<Line> lines,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Discount> discounts) {

    public NewOrder(
            OrderId id,
            UUID cartId,
            String tokenHash,
            String email,
            Addresses addresses,
            @Nullable String shippingMethod,
            Totals totals,
            List<Line> lines,
            @Nullable List<Discount> discounts) {
        this.id = id;
        this.cartId = cartId;
        this.tokenHash = tokenHash;
        this.email = email;
        this.addresses = addresses;
        this.shippingMethod = shippingMethod;
        this.totals = totals;
        this.lines = List.copyOf(lines);
        this.discounts = discounts == null ? List.of() : List.copyOf(discounts);
    }

    /**
     * @param stockTaken whether the units come out of counted stock
     * @param discount what is taken off the line, all its units together; null for nothing
     */
    public record Line(
            UUID variantId,
            String sku,
            String title,
            int quantity,
            Money unitPrice,
            boolean stockTaken,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Money discount) {

        long discountAmount() {
            return discount == null ? 0 : discount.amount();
        }
    }
}
