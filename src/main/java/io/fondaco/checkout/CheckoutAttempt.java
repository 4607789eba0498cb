package io.fondaco.checkout;

import io.fondaco.cart.CartId;
import io.fondaco.inventory.ReservationId;
import io.fondaco.order.NewOrder;
import io.fondaco.payment.PaymentId;
import io.fondaco.platform.idempotency.IdempotencyKey;
import java.util.Optional;
import java.util.UUID;

/**
 * An attempt to turn a cart into an order, as it was written down.
 *
 * @param reservation empty when nothing in the cart is counted
 * @param snapshot what is bought, at the prices that are charged
 * @param idempotencyKey of the request that began it; it gets the answer whoever finds it
 * @param pendingExpired whether its payment has been pending for longer than the shop waits for a provider
 * @param shopperActionExpired the same, for a shopper
 */
record CheckoutAttempt(
        UUID id,
        CartId cart,
        PaymentId payment,
        Optional<ReservationId> reservation,
        CheckoutAttemptState state,
        NewOrder snapshot,
        IdempotencyKey idempotencyKey,
        boolean pendingExpired,
        boolean shopperActionExpired) {}
