package io.fondaco.totals;

import io.fondaco.cart.Cart;
import io.fondaco.catalog.VariantAvailability.Availability;
import io.fondaco.inventory.InsufficientStock.Shortage;
import io.fondaco.inventory.Inventory;
import io.fondaco.platform.cache.ObjectCaches;
import io.fondaco.platform.cache.ObjectCaches.CachedReads;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import io.fondaco.pricing.Pricing;
import io.fondaco.promotion.PromotionId;
import io.fondaco.promotion.Promotions;
import io.fondaco.shipping.Shipping;
import io.fondaco.tax.Taxes;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Prices a cart from what the pod has cached. A caller that charges the total prices it by {@link #priceToCharge}, in
 * its transaction on the primary.
 */
@ApplicationScoped
public class CartPricing {
    private static final TotalsStep TAX = new TaxStep();

    private final SellableItems items;
    private final Shipping shipping;
    private final Inventory inventory;
    private final Promotions promotions;
    private final Pricing pricing;
    private final Taxes taxes;
    private final ObjectCaches caches;

    CartPricing(
            SellableItems items,
            Shipping shipping,
            Inventory inventory,
            Promotions promotions,
            Pricing pricing,
            Taxes taxes,
            ObjectCaches caches) {
        this.items = items;
        this.shipping = shipping;
        this.inventory = inventory;
        this.promotions = promotions;
        this.pricing = pricing;
        this.taxes = taxes;
        this.caches = caches;
    }

    /**
     * Prices a cart in order to show it. Without a cache four statements and those of taxes, one more if a price list
     * has a price of it, and one more if the cart has coupons.
     */
    public PricedCart price(Cart cart) {
        return price(cart, caches.begin(), Set.of());
    }

    /**
     * Prices a cart as the current transaction sees the shop: from the cache, if one statement proves that nothing has
     * changed since it was filled, else from the database. A cart that cannot be completed is priced from the database,
     * because what the cache knows of a coupon may be out of date.
     */
    public PricedCart priceToCharge(Cart cart) {
        CachedReads cached = caches.begin();
        PricedCart priced = price(cart, cached, Set.of());
        return priced.problems().isEmpty() && cached.areCurrent() ? priced : priceFromDatabase(cart, Set.of());
    }

    /**
     * Prices a cart without the cache.
     *
     * @param withdrawn promotions that do not apply
     */
    public PricedCart priceFromDatabase(Cart cart, Set<PromotionId> withdrawn) {
        return price(cart, caches.uncached(), withdrawn);
    }

    /**
     * The calculation of the totals. The rules of taxes depend on what is sold and how it is delivered, and may reduce
     * prices and shipping. Shipping comes before discounts, because a coupon may take it off.
     */
    private List<TotalsStep> steps(CachedReads reads, Set<PromotionId> withdrawn) {
        return List.of(
                new ItemsStep(skus -> items.find(skus, reads), () -> pricing.priceLists(reads)),
                new ShippingStep(request -> shipping.listQuotes(request, reads)),
                new TaxationStep(sale -> taxes.taxationOf(sale, reads)),
                new DiscountsStep(request -> promotions.calculateDiscounts(request.without(withdrawn), reads)),
                TAX,
                new TotalStep(total -> pricing.roundingFor(total, reads)));
    }

    private PricedCart price(Cart cart, CachedReads reads, Set<PromotionId> withdrawn) {
        try {
            TotalsDraft draft = TotalsDraft.of(cart, Instant.now());
            for (TotalsStep step : steps(reads, withdrawn)) {
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
