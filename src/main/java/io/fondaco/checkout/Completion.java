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
 * @param key of the request that began it; it gets the answer whoever finds it
 * @param overdue whether its payment has been pending for longer than the shop waits for a provider
 * @param shopperOverdue the same, for a shopper
 */
record Completion(
        UUID id,
        CartId cart,
        PaymentId payment,
        Optional<ReservationId> reservation,
        CompletionState state,
        NewOrder snapshot,
        IdempotencyKey key,
        boolean overdue,
        boolean shopperOverdue) {}
