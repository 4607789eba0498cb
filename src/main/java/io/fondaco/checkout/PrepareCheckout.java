package io.fondaco.checkout;

import io.fondaco.cart.Cart;
import io.fondaco.cart.CartId;
import io.fondaco.cart.Carts;
import io.fondaco.inventory.Inventory;
import io.fondaco.inventory.Inventory.Reservation;
import io.fondaco.inventory.Inventory.StockQuantity;
import io.fondaco.order.Addresses;
import io.fondaco.order.NewOrder;
import io.fondaco.order.OrderId;
import io.fondaco.order.OrderTaxes;
import io.fondaco.payment.Payment;
import io.fondaco.payment.Payments;
import io.fondaco.platform.idempotency.IdempotentResponse;
import io.fondaco.platform.idempotency.RequestKey;
import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.remote.RemoteAnswers;
import io.fondaco.platform.transactions.RetriedWrites;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import io.fondaco.promotion.PromotionId;
import io.fondaco.promotion.PromotionsChanged;
import io.fondaco.shipping.ShippingQuote;
import io.fondaco.tax.TaxCalculation.TaxedAmount;
import io.fondaco.totals.CartPricing;
import io.fondaco.totals.CartTaxes;
import io.fondaco.totals.PricedCart;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The first transaction of a checkout attempt: it checks the cart, reserves stock, redeems coupons and records the
 * payment before the provider is called. A failure rolls everything back. Five statements with those of inventory; one
 * more for a cart with coupons, one more if stock can be taken from several locations, and those of pricing if what is
 * sold has changed since it was cached.
 *
 * <p>It expects an open cart and a new key. The first statement locks the cart, so only one request at a time prepares
 * an attempt for it. The last statement stores the attempt and claims the key. If the transaction fails, the caller
 * asks {@link EarlierAttempts} whether the key has an attempt already.
 */
@RetriedWrites
@ApplicationScoped
class PrepareCheckout {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    /** Each time but the first at least one promotion was refused or has changed. */
    private static final int MAX_PRICINGS = 10;

    private final Carts carts;
    private final CartPricing pricing;
    private final Payments payments;
    private final Inventory inventory;
    private final CheckoutAttemptStatements checkoutAttemptStatements;
    private final CouponRedemptions coupons;

    PrepareCheckout(
            Carts carts,
            CartPricing pricing,
            Payments payments,
            Inventory inventory,
            CheckoutAttemptStatements checkoutAttemptStatements,
            CouponRedemptions coupons) {
        this.carts = carts;
        this.pricing = pricing;
        this.payments = payments;
        this.inventory = inventory;
        this.checkoutAttemptStatements = checkoutAttemptStatements;
        this.coupons = coupons;
    }

    /** How a request to complete a cart goes on. */
    sealed interface Preparation {
        CheckoutAttempt attempt();

        /** The attempt is stored; the caller calls the provider next. */
        record Prepared(CheckoutAttempt attempt, Payment payment) implements Preparation {}

        /** An earlier request with the same key has a response. */
        record Answered(CheckoutAttempt attempt, IdempotentResponse response) implements Preparation {}

        /**
         * An earlier request with the same key was interrupted; it is unknown whether the provider was called. The
         * attempt is leased to the caller, who extends its reservation and finishes it.
         */
        record Resumed(CheckoutAttempt attempt) implements Preparation {}
    }

    /**
     * Prepares a checkout attempt.
     *
     * @throws ApiException 404 if there is no such cart, or the token belongs to another one; 409
     *     {@code completion_in_progress} if the cart is not open; 422 {@code unknown_payment_provider},
     *     {@code cart_incomplete}; 409 {@code price_changed}, {@code coupon_used_up}, {@code out_of_stock}; 429
     *     {@code too_many_idempotency_keys} if the key is not new, or the cart has as many keys as it may have; 503
     *     {@code tax_unavailable} if nothing else is wrong
     */
    @Transactional
    Preparation.Prepared prepare(CartId id, String token, RequestKey key, CompleteRequest request) {
        Cart cart = carts.beginCompletion(id, token).orElseThrow(PrepareCheckout::completionInProgress);
        payments.requireProvider(request.payment().provider());
        Charge charge = charge(cart, token, request);
        PricedCart priced = charge.priced();
        NewOrder order = charge.order();
        Payment payment = payments.createPayment(
                request.payment().provider(),
                order.id().value(),
                priced.totals().total());
        List<StockQuantity> stock = priced.requiredStock();
        Optional<Reservation> reservation = stock.isEmpty()
                ? Optional.empty()
                : Optional.of(inventory.reserve(priced.stockDemand(), CheckoutAttempt.RESERVATION_TIME_TO_LIVE));
        CheckoutAttempt attempt = checkoutAttemptStatements
                .insert(
                        id,
                        payment.id(),
                        reservation.map(Reservation::id),
                        reservation
                                .map(made -> order.withBackorders(made.backorderedUnits()))
                                .orElse(order),
                        key)
                .orElseThrow(PrepareCheckout::tooManyKeys);
        return new Preparation.Prepared(attempt, payment);
    }

    /** What the cart is charged, and the order that it becomes. Its coupons are redeemed. */
    private record Charge(PricedCart priced, NewOrder order) {}

    private Charge charge(Cart cart, String token, CompleteRequest request) {
        Set<PromotionId> withdrawn = new HashSet<>();
        PricedCart priced = pricing.priceToCharge(cart);
        for (int pricings = 1; ; pricings++) {
            try {
                return charge(priced, token, request);
            } catch (PromotionsChanged changed) {
                if (pricings == MAX_PRICINGS) {
                    throw changed;
                }
                withdrawn.addAll(changed.withdrawn());
                priced = pricing.priceFromDatabase(cart, withdrawn);
            }
        }
    }

    private Charge charge(PricedCart priced, String token, CompleteRequest request) {
        CouponRedemptions.requireUsable(priced);
        requireComplete(priced);
        NewOrder order = snapshot(priced, token);
        // First, because it may refuse an automatic promotion, and the expected total is that without it.
        coupons.redeem(order, priced);
        requireExpectedTotal(priced.totals().total(), request.expectedTotal());
        return new Charge(priced, order);
    }

    private static ApiException completionInProgress() {
        return new ApiException(
                409,
                "completion_in_progress",
                "Another request is completing this cart.",
                List.of(),
                Map.of(),
                RETRY_AFTER);
    }

    private static ApiException tooManyKeys() {
        return new ApiException(
                429,
                "too_many_idempotency_keys",
                ("The limit of %d different Idempotency-Keys for the completion of one cart is reached. Repeat an"
                                + " earlier request with its key, or create a new cart.")
                        .formatted(CheckoutAttemptStatements.MAX_KEYS_PER_CART));
    }

    private static void requireComplete(PricedCart priced) {
        if (priced.problems().isEmpty()) {
            return;
        }
        Violation first = priced.problems().getFirst();
        if (priced.problems().size() == 1 && first.code().equals(CartTaxes.UNAVAILABLE)) {
            throw ApiException.unavailable(CartTaxes.UNAVAILABLE, first.detail(), RemoteAnswers.FAILURE_KEPT_FOR);
        }
        throw new ApiException(
                422, "cart_incomplete", "The cart cannot be completed yet: " + first.detail(), priced.problems());
    }

    private static void requireExpectedTotal(Money total, @Nullable Money expected) {
        if (expected != null && !expected.equals(total)) {
            throw new ApiException(
                    409,
                    "price_changed",
                    "The total is now %s instead of %s. Show the new total and repeat the request."
                            .formatted(total, expected),
                    List.of(),
                    Map.of("expected_total", expected, "total", total),
                    null);
        }
    }

    private static NewOrder snapshot(PricedCart priced, String token) {
        Cart cart = priced.cart();
        return new NewOrder(
                OrderId.random(),
                cart.id().value(),
                HexFormat.of().formatHex(Secret.hash(ResponseJson.orderToken(token))),
                cart.email().orElseThrow(),
                new Addresses(
                        cart.shippingAddress().orElse(null),
                        cart.billingAddress().orElse(null)),
                priced.shippingMethod().map(ShippingQuote::code).orElse(null),
                priced.totals(),
                IntStream.range(0, priced.lines().size())
                        .mapToObj(index -> snapshot(priced.lines().get(index), priced.discountOfLine(index)))
                        .toList(),
                priced.effectiveDiscounts(),
                new OrderTaxes(
                        cart.taxId().orElse(null),
                        priced.taxes().exemption().orElse(null),
                        priced.taxes().pricesIncludeTax(),
                        priced.taxes().taxLines(),
                        priced.taxes().shipping().taxLines()),
                Map.of());
    }

    private static NewOrder.NewOrderLine snapshot(PricedCart.PricedLine pricedLine, @Nullable Money discount) {
        return new NewOrder.NewOrderLine(
                pricedLine.cartLine().variantId().value(),
                pricedLine.cartLine().sku(),
                pricedLine.variant().orElseThrow().title(),
                pricedLine.cartLine().quantity(),
                pricedLine.unitPrice().orElseThrow(),
                pricedLine.stockChecked(),
                discount,
                taxes(pricedLine),
                pricedLine.priceListId(),
                pricedLine.priceListName());
    }

    private static NewOrder.@Nullable LineTaxes taxes(PricedCart.PricedLine line) {
        TaxedAmount tax = line.tax();
        return tax.taxLines().isEmpty() && !line.priceIncludesTax()
                ? null
                : new NewOrder.LineTaxes(line.priceIncludesTax(), tax.taxLines(), tax.tax(), tax.includedTax());
    }
}
