package io.fondaco.payment;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.fondaco.platform.money.Money;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What was asked of a provider, and what came of it.
 *
 * @param reference ours, at the provider
 * @param captured taken so far
 * @param refunded given back, or about to be
 */
public record Payment(
        PaymentId id,
        @JsonIgnore UUID orderId,
        String provider,

        @Schema(description = "Ours, at the provider: what its webhooks and its dashboard name.")
        String reference,

        PaymentState state,
        Money amount,
        Money captured,
        @Schema(description = "Given back, or about to be.") Money refunded,
        Instant createdAt) {}
