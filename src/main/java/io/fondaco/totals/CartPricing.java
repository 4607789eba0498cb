package io.fondaco.totals;

import io.fondaco.cart.Cart;
import io.fondaco.cart.CartLine;
import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.SellableVariant;
import io.fondaco.catalog.VariantAvailability.Availability;
import io.fondaco.catalog.VariantId;
import io.fondaco.catalog.VariantPrice;
import io.fondaco.inventory.InsufficientStock.Shortage;
import io.fondaco.inventory.Inventory;
import io.fondaco.order.Totals;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import io.fondaco.pricing.Pricing;
import io.fondaco.promotion.DiscountRequest;
import io.fondaco.promotion.Discounts;
import io.fondaco.promotion.Promotions;
import io.fondaco.shipping.Shipping;
import io.fondaco.shipping.ShippingQuote;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Prices a cart. It reads from the same node and in the same transaction as its caller, so that a checkout charges the
 * prices that its own transaction read.
 */
@ApplicationScoped
public class CartPricing {
    private final Catalog catalog;
    private final Pricing pricing;
    private final Shipping shipping;
    private final Inventory inventory;
    private final Promotions promotions;

    CartPricing(Catalog catalog, Pricing pricing, Shipping shipping, Inventory inventory, Promotions promotions) {
        this.catalog = catalog;
        this.pricing = pricing;
        this.shipping = shipping;
        this.inventory = inventory;
        this.promotions = promotions;
    }

    /** Three statements for any number of lines, none for an empty cart; one more if the cart has coupons. */
    public PricedCart price(Cart cart) {
        try {
            return computePrices(cart);
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

    private PricedCart computePrices(Cart cart) {
        Map<String, SellableVariant> variants = cart.lines().isEmpty() ? Map.of() : catalog.variantsBySku(cart.skus());
        List<VariantId> ids =
                variants.values().stream().map(SellableVariant::id).toList();
        Map<VariantId, VariantPrice> prices = ids.isEmpty() ? Map.of() : pricing.findPrices(cart.currency(), ids);
        List<PricedCart.PricedLine> lines = new ArrayList<>();
        Money subtotal = Money.zero(cart.currency());
        boolean requiresShipping = false;
        for (CartLine line : cart.lines()) {
            Optional<SellableVariant> variant = Optional.ofNullable(variants.get(line.sku()));
            Optional<Money> price = variant.map(SellableVariant::id)
                    .flatMap(id -> Optional.ofNullable(prices.get(id)))
                    .map(VariantPrice::price);
            PricedCart.PricedLine priced = new PricedCart.PricedLine(line, variant, price);
            subtotal = subtotal.plus(priced.total().orElse(Money.zero(cart.currency())));
            requiresShipping |= variant.map(SellableVariant::requiresShipping).orElse(false);
            lines.add(priced);
        }
        List<ShippingQuote> methods = requiresShipping
                ? shipping.listQuotes(cart.shippingAddress().map(PostalAddress::country), subtotal)
                : List.of();
        Optional<ShippingQuote> method = selectShippingMethod(cart, methods);
        Money shippingPrice = method.map(ShippingQuote::price).orElse(Money.zero(cart.currency()));
        if (subtotal.plus(shippingPrice).amount() > Money.MAX_AMOUNT) {
            throw new ArithmeticException("Total exceeds the largest amount: " + subtotal);
        }
        Discounts discounts =
                cart.couponCodes().isEmpty() ? Discounts.NONE : assessDiscounts(cart, lines, shippingPrice);
        return new PricedCart(
                cart,
                lines,
                methods,
                method,
                discounts,
                Totals.of(subtotal, discounts.total(cart.currency()), shippingPrice),
                Stream.concat(
                                findProblems(cart, lines, requiresShipping, method).stream(),
                                discounts.problems().stream())
                        .toList());
    }

    private Discounts assessDiscounts(Cart cart, List<PricedCart.PricedLine> lines, Money shippingPrice) {
        Money zero = Money.zero(cart.currency());
        return promotions.calculateDiscounts(new DiscountRequest(
                lines.stream()
                        .map(pricedLine -> new DiscountRequest.DiscountableLine(
                                pricedLine.cartLine().sku(), pricedLine.total().orElse(zero)))
                        .toList(),
                shippingPrice,
                cart.couponCodes()));
    }

    private static Optional<ShippingQuote> selectShippingMethod(Cart cart, List<ShippingQuote> methods) {
        if (cart.shippingMethod().isPresent()) {
            return methods.stream()
                    .filter(quote -> quote.code().equals(cart.shippingMethod().get()))
                    .findFirst();
        }
        return cart.shippingAddress()
                .flatMap(_ ->
                        methods.stream().filter(ShippingQuote::needsAddress).findFirst());
    }

    private static List<Violation> findProblems(
            Cart cart, List<PricedCart.PricedLine> lines, boolean requiresShipping, Optional<ShippingQuote> method) {
        List<Violation> problems = new ArrayList<>();
        if (lines.isEmpty()) {
            problems.add(new Violation("/lines", "empty_cart", "The cart is empty."));
        }
        for (int index = 0; index < lines.size(); index++) {
            PricedCart.PricedLine pricedLine = lines.get(index);
            if (!pricedLine.variant().map(SellableVariant::forSale).orElse(false)) {
                problems.add(new Violation(
                        "/lines/" + index, "not_for_sale", pricedLine.cartLine().sku() + " is not for sale."));
            } else if (pricedLine.unitPrice().isEmpty()) {
                problems.add(new Violation(
                        "/lines/" + index,
                        "no_price_in_currency",
                        "%s has no price in %s.".formatted(pricedLine.cartLine().sku(), cart.currency())));
            }
        }
        if (cart.email().isEmpty()) {
            problems.add(new Violation("/email", "missing_email", "An order needs an e-mail address."));
        }
        if (requiresShipping && method.isEmpty()) {
            problems.add(shippingProblem(cart));
        }
        return problems;
    }

    private static Violation shippingProblem(Cart cart) {
        if (cart.shippingAddress().isEmpty()) {
            return new Violation(
                    "/shipping_address",
                    "missing_shipping_address",
                    "Add a shipping address, or choose a shipping method that needs no address.");
        }
        if (cart.shippingMethod().isEmpty()) {
            return new Violation("/shipping_method", "missing_shipping_method", "Choose a shipping method.");
        }
        return new Violation(
                "/shipping_method",
                "shipping_method_unavailable",
                "'%s' is not offered for this address."
                        .formatted(cart.shippingMethod().get()));
    }
}
