package io.fondaco.order;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.money.ProportionalAllocation;
import io.fondaco.tax.TaxLine;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The priced content of a future order, also stored as the order snapshot. It converts to JSON and back without loss.
 *
 * @param id generated before the order is placed, so that its payment can refer to it
 * @param tokenHash SHA-256 of the order token, in hex
 * @param discounts absent from the JSON if there are none, as in snapshots that are older than discounts
 * @param taxes absent from snapshots that are older than taxes
 * @param backordered backordered units by SKU; SKUs that are fully in stock are absent
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
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<NewDiscount> discounts,
        OrderTaxes taxes,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Integer> backordered) {

    public NewOrder {
        lines = List.copyOf(lines);
        // Absent in snapshots that are older than these members, and if there are none.
        discounts = List.copyOf(Objects.requireNonNullElse(discounts, List.of()));
        taxes = Objects.requireNonNullElse(taxes, OrderTaxes.NONE);
        backordered = Map.copyOf(Objects.requireNonNullElse(backordered, Map.of()));
    }

    /** A copy with these backordered units by SKU. */
    public NewOrder withBackorders(Map<String, Integer> units) {
        return new NewOrder(
                id, cartId, tokenHash, email, addresses, shippingMethod, totals, lines, discounts, taxes, units);
    }

    /** The backordered units of a line. */
    public int backordered(NewOrderLine newOrderLine) {
        return newOrderLine.stockTaken() ? backordered.getOrDefault(newOrderLine.sku(), 0) : 0;
    }

    /**
     * What each line has of the rounding of the total, in proportion to its price; shipping has the rest. So the prices
     * of lines and shipping add up to the total, and none is negative.
     */
    List<Long> roundingOfLines() {
        long rounding = totals.rounding().amount();
        long[] prices = new long[lines.size() + 1];
        for (int index = 0; index < lines.size(); index++) {
            prices[index] = lines.get(index).price();
        }
        long sum = totals.total().amount() - rounding;
        prices[lines.size()] = sum - Arrays.stream(prices).sum();
        long[] shares = ProportionalAllocation.allocate(Math.min(Math.abs(rounding), sum), prices);
        shares[0] += Math.max(0, Math.abs(rounding) - sum);
        return Arrays.stream(shares)
                .limit(lines.size())
                .mapToObj(share -> share * Long.signum(rounding))
                .toList();
    }

    /**
     * The discount of one promotion. The lines of the order have no ids yet.
     *
     * @param lineAmounts one per line of the order, in their order
     */
    public record NewDiscount(
            String promotionId,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String code,

            String title,
            String kind,
            Money amount,
            List<Money> lineAmounts) {

        public NewDiscount {
            lineAmounts = List.copyOf(lineAmounts);
        }

        /** @param lineIds of the lines, in their order */
        public Discount toDiscount(List<String> lineIds) {
            return new Discount(
                    promotionId,
                    title,
                    code,
                    title,
                    kind,
                    amount,
                    IntStream.range(0, lineAmounts.size())
                            .filter(index -> lineAmounts.get(index).amount() > 0)
                            .mapToObj(index -> new Discount.DiscountedLine(lineIds.get(index), lineAmounts.get(index)))
                            .toList());
        }
    }

    /**
     * @param stockTaken whether the units are taken from stock
     * @param discount the discount of the line, for all its units together; null for none
     * @param taxes of all its units; null if it is free of tax
     * @param priceList the price list that the price is from; null for the variant's own price
     */
    public record NewOrderLine(
            UUID variantId,
            String sku,
            String title,
            int quantity,
            Money unitPrice,
            boolean stockTaken,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Money discount,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            LineTaxes taxes,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String priceList,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String priceListName) {

        long discountAmount() {
            return discount == null ? 0 : discount.amount();
        }

        long taxAmount() {
            return taxes == null ? 0 : taxes.tax().amount();
        }

        long includedTaxAmount() {
            return taxes == null ? 0 : taxes.includedTax().amount();
        }

        /** What all units cost, without rounding. */
        private long price() {
            return unitPrice.times(quantity).amount() - discountAmount() + taxAmount() - includedTaxAmount();
        }
    }

    /**
     * The taxes of a line.
     *
     * @param priceIncludesTax whether the unit price includes tax
     * @param includedTax the part of {@code tax} that the price includes
     */
    public record LineTaxes(boolean priceIncludesTax, List<TaxLine> taxLines, Money tax, Money includedTax) {
        public LineTaxes {
            taxLines = List.copyOf(taxLines);
        }
    }
}
