package io.fondaco.totals;

import io.fondaco.cart.Cart;
import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.VariantAvailability.Availability;
import io.fondaco.inventory.InsufficientStock.Shortage;
import io.fondaco.inventory.Inventory;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import io.fondaco.pricing.Pricing;
import io.fondaco.promotion.Promotions;
import io.fondaco.shipping.Shipping;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prices a cart. It reads from the same node and in the same transaction as its caller, so that a checkout charges the
 * prices that its own transaction read.
 */
@ApplicationScoped
public class CartPricing {
    private final Inventory inventory;

    /** The calculation of the totals. Shipping comes before discounts, because a coupon may take it off. */
    private final List<TotalsStep> steps;

    CartPricing(Catalog catalog, Pricing pricing, Shipping shipping, Inventory inventory, Promotions promotions) {
        this.inventory = inventory;
        this.steps = List.of(
                new ItemsStep(catalog::variantsBySku, pricing::findPrices),
                new ShippingStep(shipping),
                new DiscountsStep(promotions::calculateDiscounts),
                new TaxStep(),
                new TotalStep());
    }

    /** Three statements for any number of lines, none for an empty cart; one more if the cart has coupons. */
    public PricedCart price(Cart cart) {
        try {
            TotalsDraft draft = TotalsDraft.of(cart);
            for (TotalsStep step : steps) {
                draft = step.apply(draft);
            }
            return draft.toPricedCart();
        } catch (ArithmeticException _) {
            throw ApiException.invalid("/lines", "amount_too_large", "The total exceeds the largest supported amount.");
        }
    }

    /**
     * The shopper's view of a priced cart, with a problem for each line that is out of stock now. One more statement.
     */
    public CartView view(PricedCart priced, @Nullable String token) {
        List<String> skus =
                priced.requiredStock().stream().map(stock -> stock.sku()).toList();
        Map<String, Availability> available = skus.isEmpty() ? Map.of() : inventory.availability(skus);
        List<Violation> shortages = new ArrayList<>();
        for (int index = 0; index < priced.lines().size(); index++) {
            PricedCart.PricedLine pricedLine = priced.lines().get(index);
            long sellable = available
                    .getOrDefault(pricedLine.cartLine().sku(), Availability.NONE)
                    .sellable();
            if (pricedLine.stockChecked() && sellable < pricedLine.cartLine().quantity()) {
                shortages.add(new Shortage(
                                pricedLine.cartLine().sku(),
                                pricedLine.cartLine().quantity(),
                                sellable)
                        .toViolation("/lines/" + index, inventory.shortageDisclosureLimit()));
            }
        }
        return priced.view(token, shortages);
    }
}
