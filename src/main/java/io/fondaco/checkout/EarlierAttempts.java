package io.fondaco.checkout;

import io.fondaco.cart.Cart;
import io.fondaco.cart.CartId;
import io.fondaco.cart.CartStatus;
import io.fondaco.cart.Carts;
import io.fondaco.checkout.PrepareCheckout.Preparation;
import io.fondaco.platform.idempotency.Idempotency;
import io.fondaco.platform.idempotency.IdempotentResponse;
import io.fondaco.platform.idempotency.RequestKey;
import io.fondaco.platform.transactions.RetriedWrites;
import io.fondaco.platform.web.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.Optional;

/**
 * Decides what a request gets for which {@link PrepareCheckout} could not store an attempt. An earlier attempt with the
 * same key decides, whatever the cart looks like now: a declined payment is reported again although the cart is open.
 */
@RetriedWrites
@ApplicationScoped
class EarlierAttempts {
    private static final Duration MAX_RETRY_AFTER = Duration.ofSeconds(2);

    private final Carts carts;
    private final CheckoutAttemptStatements checkoutAttemptStatements;

    EarlierAttempts(Carts carts, CheckoutAttemptStatements checkoutAttemptStatements) {
        this.carts = carts;
        this.checkoutAttemptStatements = checkoutAttemptStatements;
    }

    /**
     * Finds the attempt with this key and its response, or resumes it. One statement besides those that read the cart,
     * and another to resume. The cart is not locked.
     *
     * @param failure why no attempt was stored
     * @throws ApiException 404 if there is no such cart, or the token belongs to another one; 422
     *     {@code idempotency_key_reused} if the content differs; 409 {@code request_in_flight} while another request or
     *     recovery works on the attempt; if no attempt has the key, 409 {@code cart_completed} or the failure
     */
    @Transactional
    Preparation find(CartId id, String token, RequestKey key, ApiException failure) {
        Cart cart = carts.read(id, token);
        CheckoutAttempt attempt = checkoutAttemptStatements
                .findByKey(id, key)
                .orElseThrow(() -> cart.status() == CartStatus.COMPLETED ? cartCompleted() : failure);
        key.requireSameContent(attempt.fingerprint());
        Optional<IdempotentResponse> response = attempt.response();
        if (response.isPresent()) {
            return new Preparation.Answered(attempt, response.get());
        }
        if (attempt.lease().isPositive() || !checkoutAttemptStatements.takeOver(attempt)) {
            throw Idempotency.requestInFlight(retryAfter(attempt));
        }
        return new Preparation.Resumed(attempt);
    }

    private static ApiException cartCompleted() {
        return ApiException.conflict("cart_completed", "This cart is already an order.");
    }

    private static Duration retryAfter(CheckoutAttempt attempt) {
        Duration lease = attempt.lease();
        return lease.isPositive() && lease.compareTo(MAX_RETRY_AFTER) < 0 ? lease : MAX_RETRY_AFTER;
    }
}
