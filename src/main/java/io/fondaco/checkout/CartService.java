package io.fondaco.checkout;

import io.fondaco.cart.Cart;
import io.fondaco.cart.CartId;
import io.fondaco.cart.CartLineId;
import io.fondaco.cart.CartUpdate;
import io.fondaco.cart.Carts;
import io.fondaco.cart.CreatedCart;
import io.fondaco.cart.NewCartLine;
import io.fondaco.platform.cache.ObjectCaches;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.EmailAddress;
import io.fondaco.platform.transactions.RetriedWrites;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import io.fondaco.promotion.Discounts;
import io.fondaco.promotion.Promotions;
import io.fondaco.tax.TaxId;
import io.fondaco.totals.CartPricing;
import io.fondaco.totals.CartView;
import io.fondaco.totals.PricedCart;
import io.fondaco.totals.SellableItem;
import io.fondaco.totals.SellableItems;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import jakarta.validation.Validator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The shopper's actions on a cart. Each change is one transaction, whose first statement on the cart locks it. */
@RetriedWrites
@ApplicationScoped
class CartService {
    private static final int MAX_QUANTITY = 9_999;

    private final Carts carts;
    private final SellableItems items;
    private final ObjectCaches caches;
    private final CartPricing cartPricing;
    private final Validator validator;

    CartService(Carts carts, SellableItems items, ObjectCaches caches, CartPricing cartPricing, Validator validator) {
        this.carts = carts;
        this.items = items;
        this.caches = caches;
        this.cartPricing = cartPricing;
        this.validator = validator;
    }

    @Transactional
    CartView create(NewCartRequest request) {
        if (!Money.isCurrency(request.currency())) {
            throw ApiException.invalid(
                    "/currency",
                    "unknown_currency",
                    "'%s' is not an ISO 4217 currency.".formatted(Violation.abbreviate(request.currency())));
        }
        List<LineRequest> requested = request.lines() == null ? List.of() : request.lines();
        validateLines(requested);
        List<NewCartLine> lines = resolve(requested, request.currency(), true);
        CreatedCart created = carts.create(
                request.currency(), Optional.ofNullable(request.email()).flatMap(EmailAddress::normalize), lines);
        return cartPricing.view(cartPricing.price(created.cart()), created.token());
    }

    /**
     * Checks the number of lines before the lines themselves and stops at {@link Violation#MAX_REPORTED} violations,
     * because an unauthenticated client can send thousands of lines.
     */
    private void validateLines(List<LineRequest> requested) {
        if (requested.size() > carts.maxLines()) {
            throw ApiException.invalid(
                    "/lines", "too_many_lines", "A cart has at most %d lines.".formatted(carts.maxLines()));
        }
        List<Violation> violations = new ArrayList<>();
        for (int index = 0; index < requested.size() && violations.size() < Violation.MAX_REPORTED; index++) {
            String pointer = "/lines/" + index;
            LineRequest line = requested.get(index);
            if (line == null) {
                violations.add(new Violation(pointer, "required", "must not be null"));
                continue;
            }
            validator.validate(line).stream()
                    .map(violation -> Violation.of(pointer + "/" + violation.getPropertyPath(), violation))
                    .sorted(Comparator.comparing(Violation::pointer))
                    .forEach(violations::add);
        }
        if (!violations.isEmpty()) {
            throw ApiException.invalid(violations);
        }
    }

    CartView view(CartId id, String token) {
        return cartPricing.view(cartPricing.price(carts.read(id, token)), null);
    }

    ShippingMethods shippingMethods(CartId id, String token) {
        return ShippingMethods.of(cartPricing.price(carts.read(id, token)).shippingMethods());
    }

    @Transactional
    CartView addLine(CartId id, String token, LineRequest request) {
        Cart cart = carts.lock(id, token);
        return view(carts.addLines(cart, resolve(List.of(request), cart.currency(), false)));
    }

    @Transactional
    CartView changeQuantity(CartId id, String token, CartLineId line, long quantity) {
        Cart cart = carts.lock(id, token);
        int units = Math.clamp(quantity, 0, MAX_QUANTITY + 1);
        return view(carts.changeQuantity(cart, line, units));
    }

    @Transactional
    CartView removeLine(CartId id, String token, CartLineId line) {
        return view(carts.removeLine(carts.lock(id, token), line));
    }

    @Transactional
    CartView update(CartId id, String token, CartPatch patch) {
        Optional<List<String>> coupons =
                Optional.ofNullable(patch.couponCodes()).map(CartService::normalizeCouponCodes);
        PricedCart priced = cartPricing.price(carts.update(
                id,
                token,
                new CartUpdate(
                        Optional.ofNullable(patch.email()).flatMap(EmailAddress::normalize),
                        Optional.ofNullable(patch.shippingAddress()),
                        Optional.ofNullable(patch.billingAddress()),
                        Optional.ofNullable(patch.shippingMethod()),
                        coupons,
                        Optional.ofNullable(patch.taxId()).map(CartService::normalizeTaxId))));
        requireOfferedShippingMethod(patch, priced);
        requireKnownCoupons(patch, priced);
        return cartPricing.view(priced, null);
    }

    private static String normalizeTaxId(String text) {
        String taxId = TaxId.normalize(text);
        if (!taxId.isEmpty() && !TaxId.isPlausible(taxId)) {
            throw ApiException.invalid(
                    "/tax_id", "invalid_tax_id", "A tax id begins with a country: DE136695976. Correct or remove it.");
        }
        return taxId;
    }

    /** Normalizes the codes and removes duplicates. Rejects text that is not a valid code. */
    private static List<String> normalizeCouponCodes(List<String> codes) {
        for (int index = 0; index < codes.size(); index++) {
            if (codes.get(index) == null) {
                throw ApiException.invalid("/coupon_codes/" + index, "required", "must not be null");
            }
            if (!Promotions.isValidCode(Promotions.normalizeCode(codes.get(index)))) {
                throw unknownCoupon(index);
            }
        }
        return codes.stream().map(Promotions::normalizeCode).distinct().toList();
    }

    /**
     * Rejects a patch that names an unknown coupon. An existing coupon that does not apply now may apply later; it is
     * only a problem of the cart.
     */
    private static void requireKnownCoupons(CartPatch patch, PricedCart priced) {
        if (patch.couponCodes() == null) {
            return;
        }
        List<String> codes =
                patch.couponCodes().stream().map(Promotions::normalizeCode).toList();
        priced.discounts().problems().stream()
                .filter(problem -> problem.code().equals(Discounts.UNKNOWN_COUPON))
                .findFirst()
                .ifPresent(problem -> {
                    throw unknownCoupon(codes.indexOf(problem.extensions().get("coupon")));
                });
    }

    private static ApiException unknownCoupon(int index) {
        return ApiException.invalid("/coupon_codes/" + index, Discounts.UNKNOWN_COUPON, "There is no such coupon.");
    }

    /** Rejects a shipping method that is not available, if the address and the available methods are already known. */
    private static void requireOfferedShippingMethod(CartPatch patch, PricedCart priced) {
        boolean methodsKnown = priced.cart().shippingAddress().isPresent()
                && !priced.shippingMethods().isEmpty();
        if (patch.shippingMethod() != null
                && methodsKnown
                && priced.shippingMethod().isEmpty()) {
            throw ApiException.invalid(
                    "/shipping_method",
                    "unknown_shipping_method",
                    "'%s' is not offered for this address.".formatted(patch.shippingMethod()));
        }
    }

    private CartView view(Cart cart) {
        return cartPricing.view(cartPricing.price(cart), null);
    }

    /** Finds the variants of the requested lines. One error reports all lines that cannot be sold. */
    private List<NewCartLine> resolve(List<LineRequest> requested, String currency, boolean inList) {
        if (requested.isEmpty()) {
            return List.of();
        }
        Map<String, SellableItem> found =
                items.find(requested.stream().map(LineRequest::sku).distinct().toList(), caches.begin());
        List<NewCartLine> lines = new ArrayList<>();
        List<Violation> violations = new ArrayList<>();
        for (int index = 0; index < requested.size() && violations.size() < Violation.MAX_REPORTED; index++) {
            LineRequest line = requested.get(index);
            String pointer = inList ? "/lines/" + index : "";
            SellableItem item = found.get(line.sku());
            if (line.quantity() < 1 || line.quantity() > MAX_QUANTITY) {
                violations.add(new Violation(
                        pointer + "/quantity",
                        "quantity_out_of_range",
                        "A line has 1 to %d units, not %d.".formatted(MAX_QUANTITY, line.quantity())));
            }
            if (item == null) {
                violations.add(new Violation(
                        pointer + "/sku",
                        "unknown_sku",
                        "There is no SKU '%s'.".formatted(Violation.abbreviate(line.sku()))));
            } else if (!item.variant().forSale()) {
                violations.add(new Violation(pointer + "/sku", "not_for_sale", line.sku() + " is not for sale."));
            } else if (!item.hasPriceIn(currency)) {
                violations.add(new Violation(
                        pointer + "/sku",
                        "no_price_in_currency",
                        "%s has no price in %s.".formatted(line.sku(), currency)));
            } else {
                int units = Math.clamp(line.quantity(), 0, MAX_QUANTITY);
                lines.add(new NewCartLine(item.variant().id(), line.sku(), units, pointer));
            }
        }
        if (!violations.isEmpty()) {
            throw ApiException.invalid(violations);
        }
        return lines;
    }
}
