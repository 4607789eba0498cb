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
import io.fondaco.payment.Payment;
import io.fondaco.payment.Payments;
import io.fondaco.platform.idempotency.Idempotency;
import io.fondaco.platform.idempotency.IdempotencyKey;
import io.fondaco.platform.idempotency.IdempotentResponse;
import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.transactions.RetriedWrites;
import io.fondaco.platform.web.ApiException;
import io.fondaco.shipping.ShippingQuote;
import io.fondaco.totals.CartPricing;
import io.fondaco.totals.PricedCart;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The first transaction of a checkout attempt: it checks the cart, reserves stock, redeems coupons and records the
 * payment before the provider is called. A failure rolls everything back. Ten statements, including those of inventory,
 * stock last; two more for a cart with coupons, and one more if stock can be taken from several locations.
 */
@RetriedWrites
@ApplicationScoped
class PrepareCheckout {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final Idempotency idempotency;
    private final Carts carts;
    private final CartPricing pricing;
    private final Payments payments;
    private final Inventory inventory;
    private final CheckoutAttemptStatements checkoutAttemptStatements;
    private final CouponRedemptions coupons;

    PrepareCheckout(
            Idempotency idempotency,
            Carts carts,
            CartPricing pricing,
            Payments payments,
            Inventory inventory,
            CheckoutAttemptStatements checkoutAttemptStatements,
            CouponRedemptions coupons) {
        this.idempotency = idempotency;
        this.carts = carts;
        this.pricing = pricing;
        this.payments = payments;
        this.inventory = inventory;
        this.checkoutAttemptStatements = checkoutAttemptStatements;
        this.coupons = coupons;
    }

    /** The result of {@link #prepare}. */
    sealed interface Preparation {
        /** The same request has a stored response. */
        record ReplayedResponse(IdempotentResponse response) implements Preparation {}

        /** The attempt is stored; the caller calls the provider next. */
        record Prepared(CheckoutAttempt attempt, Payment payment) implements Preparation {}

        /** An earlier try with the same key was interrupted; it is unknown whether the provider was called. */
        record Resumed(CheckoutAttempt attempt) implements Preparation {}
    }

    @Transactional
    Preparation prepare(CartId id, String token, IdempotencyKey key, CompleteRequest request) {
        Optional<IdempotentResponse> stored = idempotency.claimWithinLimit(key);
        if (stored.isPresent()) {
            return new Preparation.ReplayedResponse(stored.get());
        }
        payments.requireProvider(request.payment().provider());
        Cart cart = carts.lock(id, token);
        switch (cart.status()) {
            case OPEN -> {}
            case COMPLETED -> throw ApiException.conflict("cart_completed", "This cart is already an order.");
            case COMPLETING -> {
                return resume(cart, key);
            }
        }
        PricedCart priced = pricing.price(cart);
        CouponRedemptions.requireUsable(priced);
        requireComplete(priced);
        requireExpectedTotal(priced.totals().total(), request.expectedTotal());
        NewOrder order = snapshot(priced, token);
        coupons.redeem(order, priced);
        Payment payment = payments.createPayment(
                request.payment().provider(),
                order.id().value(),
                priced.totals().total());
        carts.markCompleting(id);
        List<StockQuantity> stock = priced.requiredStock();
        Optional<Reservation> reservation = stock.isEmpty()
                ? Optional.empty()
                : Optional.of(inventory.reserve(priced.stockDemand(), CheckoutAttempt.RESERVATION_TIME_TO_LIVE));
        CheckoutAttempt attempt = checkoutAttemptStatements.insert(
                id,
                payment.id(),
                reservation.map(Reservation::id),
                reservation
                        .map(made -> order.withBackorders(made.backorderedUnits()))
                        .orElse(order),
                key);
        return new Preparation.Prepared(attempt, payment);
    }

    private Preparation resume(Cart cart, IdempotencyKey key) {
        Optional<CheckoutAttempt> attempt = checkoutAttemptStatements.findUnfailedByCart(cart.id());
        if (attempt.isPresent() && attempt.get().idempotencyKey().equals(key)) {
            checkoutAttemptStatements.renewLease(attempt.get());
            return new Preparation.Resumed(attempt.get());
        }
        throw new ApiException(
                409,
                "completion_in_progress",
                "Another request is completing this cart.",
                List.of(),
                Map.of(),
                RETRY_AFTER);
    }

    private static void requireComplete(PricedCart priced) {
        if (!priced.problems().isEmpty()) {
            throw new ApiException(
                    422,
                    "cart_incomplete",
                    "The cart cannot be completed yet: "
                            + priced.problems().getFirst().detail(),
                    priced.problems());
        }
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
                discount);
    }
}
