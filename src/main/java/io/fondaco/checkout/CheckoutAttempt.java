package io.fondaco.checkout;

import io.fondaco.cart.CartId;
import io.fondaco.inventory.ReservationId;
import io.fondaco.order.NewOrder;
import io.fondaco.payment.PaymentId;
import io.fondaco.platform.idempotency.IdempotentResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * The stored record of one try to complete a cart, and of the request that began it.
 *
 * @param reservation empty if no line of the cart is stock-limited
 * @param snapshot the content of the future order, with the prices that are charged
 * @param fingerprint of the request that began the attempt
 * @param response to that request, no matter who finalized the attempt; empty while the attempt is reserved, and if its
 *     key was released
 * @param lease how much longer a request or recovery may work on the attempt; zero if none does
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
        String fingerprint,
        Optional<IdempotentResponse> response,
        Duration lease,
        boolean pendingExpired,
        boolean shopperActionExpired) {
    /** How long an attempt reserves stock; much longer than an attempt takes. */
    static final Duration RESERVATION_TIME_TO_LIVE = Duration.ofMinutes(15);
}
