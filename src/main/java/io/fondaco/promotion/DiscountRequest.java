package io.fondaco.promotion;

import io.fondaco.catalog.SellableVariant;
import io.fondaco.platform.money.Money;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The cart for which discounts are calculated.
 *
 * @param lines with their prices before any discount
 * @param shipping the price of shipping; zero while it is not known
 * @param codes normalized by {@link Promotions#normalizeCode}, without duplicates, in the order of the customer
 * @param at the moment at which the cart is priced: it decides which promotions have started or ended
 * @param country of the shipping address, ISO 3166-1 alpha-2; empty while it is not known
 * @param customerGroups of the customer; a guest has none
 * @param withdrawn promotions that do not apply although they look as if they did, because {@link Promotions#redeem}
 *     refused them
 */
public record DiscountRequest(
        List<DiscountableLine> lines,
        Money shipping,
        List<String> codes,
        Instant at,
        Optional<String> country,
        Set<String> customerGroups,
        Set<PromotionId> withdrawn) {

    public DiscountRequest {
        lines = List.copyOf(lines);
        codes = List.copyOf(codes);
        customerGroups = Set.copyOf(customerGroups);
        withdrawn = Set.copyOf(withdrawn);
    }

    /**
     * @param unitPrice in the currency of the cart; zero if the variant has no price
     * @param variant empty if it was deleted
     */
    public record DiscountableLine(String sku, int quantity, Money unitPrice, Optional<SellableVariant> variant) {
        /** Quantity times price. */
        public Money total() {
            return unitPrice.times(quantity);
        }
    }

    /** The same cart, without these promotions. */
    public DiscountRequest without(Set<PromotionId> refused) {
        return new DiscountRequest(lines, shipping, codes, at, country, customerGroups, refused);
    }

    DiscountRequest withLines(List<DiscountableLine> others) {
        return new DiscountRequest(others, shipping, codes, at, country, customerGroups, withdrawn);
    }

    String currency() {
        return shipping.currency();
    }
}
