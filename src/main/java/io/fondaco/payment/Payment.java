package io.fondaco.payment;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.fondaco.platform.money.Money;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What was asked of a provider, and what came of it.
 *
 * @param reference ours, at the provider
 * @param providerReference the provider's own, once it is known
 * @param captured taken so far
 * @param refunded given back, or about to be
 */
public record Payment(
        PaymentId id,
        @JsonIgnore UUID orderId,
        String provider,

        @Schema(description = "Ours, at the provider: what its webhooks and its dashboard name.")
        String reference,

        @Nullable @Schema(description = "The provider's own.", examples = "pi_3MtwBwLkdIwHu7ix28a3tqPa")
        String providerReference,

        PaymentState state,
        Money amount,
        Money captured,
        @Schema(description = "Given back, or about to be.") Money refunded,
        Instant createdAt) {}
