package io.fondaco.checkout;

import io.fondaco.cart.CartId;
import io.fondaco.inventory.ReservationId;
import io.fondaco.order.NewOrder;
import io.fondaco.payment.PaymentId;
import io.fondaco.platform.idempotency.IdempotencyKey;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * The stored record of one try to complete a cart.
 *
 * @param reservation empty if no line of the cart is stock-limited
 * @param snapshot the content of the future order, with the prices that are charged
 * @param idempotencyKey of the request that began the attempt; the response is stored under it, no matter who finalizes
 * @param pendingExpired whether the payment has been pending for longer than
 *     {@code fondaco.checkout.pending-payment-timeout}
 * @param shopperActionExpired whether the payment has been pending for longer than
 *     {@code fondaco.checkout.payment-action-timeout}
 */
public record CheckoutAttempt(
        UUID id,
        CartId cart,
        PaymentId payment,
        Optional<ReservationId> reservation,
        CheckoutAttemptState state,
        NewOrder snapshot,
        IdempotencyKey idempotencyKey,
        boolean pendingExpired,
        boolean shopperActionExpired) {
    /** How long an attempt reserves stock; much longer than an attempt takes. */
    static final Duration RESERVATION_TIME_TO_LIVE = Duration.ofMinutes(15);
}
