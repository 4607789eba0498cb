package io.fondaco.payment;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.fondaco.platform.money.Money;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to pay one order through one provider.
 *
 * @param reference our reference at the provider
 * @param providerReference the provider's own reference, once it is known
 * @param captured the amount captured so far
 * @param refunded the sum of the succeeded and pending refunds
 */
public record Payment(
        PaymentId id,
        @JsonIgnore UUID orderId,
        String provider,

        @Schema(description = "Our reference at the provider, as shown in its webhooks and its dashboard.")
        String reference,

        @Nullable @Schema(description = "The provider's own reference.", examples = "pi_3MtwBwLkdIwHu7ix28a3tqPa")
        String providerReference,

        PaymentState state,
        Money amount,
        Money captured,

        @Schema(description = "The sum of the succeeded and pending refunds.")
        Money refunded,

        Instant createdAt) {
    /** The captured money that no refund, not even a pending one, pays back. */
    public Money refundable() {
        return captured.minus(refunded);
    }
}
