package io.fondaco.order;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fondaco.platform.money.Money;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is being bought, priced. Reads and writes as JSON without loss.
 *
 * @param id chosen beforehand, so that a payment can name it
 * @param tokenHash SHA-256 of the token that opens the order, in hex
 * @param discounts absent from the JSON when there are none, so that it reads as it did before there were any
 * @param backordered units by SKU that are not there yet; SKUs that are there in full are missing
 */
public record NewOrder(
        OrderId id,
        UUID cartId,
        String tokenHash,
        String email,
        Addresses addresses,
        @Nullable String shippingMethod,
        Totals totals,
        List<NewOrderLine> lines,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Discount> discounts,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Integer> backordered) {

    public NewOrder {
        lines = List.copyOf(lines);
        // Absent in what was written down before there were any, and where there are none.
        discounts = List.copyOf(Objects.requireNonNullElse(discounts, List.of()));
        backordered = Map.copyOf(Objects.requireNonNullElse(backordered, Map.of()));
    }

    /** The same, of which so many units by SKU are not there yet. */
    public NewOrder withBackorders(Map<String, Integer> units) {
        return new NewOrder(id, cartId, tokenHash, email, addresses, shippingMethod, totals, lines, discounts, units);
    }

    /** Units of a line that are not there yet. */
    public int backordered(NewOrderLine newOrderLine) {
        return newOrderLine.stockTaken() ? backordered.getOrDefault(newOrderLine.sku(), 0) : 0;
    }

    /**
     * @param stockTaken whether the units come out of counted stock
     * @param discount what is taken off the line, all its units together; null for nothing
     */
    public record NewOrderLine(
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
