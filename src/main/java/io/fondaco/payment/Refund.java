package io.fondaco.payment;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.money.Money;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Money on its way back.
 *
 * @param providerReference the provider's own, once it is known
 * @param possiblySent whether it may have been sent before
 */
public record Refund(
        RefundId id,
        PaymentId paymentId,
        @JsonIgnore UUID orderId,

        @Nullable @Schema(description = "The provider's own.", examples = "re_3MtwBwLkdIwHu7ix2XsRpZpN")
        String providerReference,

        State state,
        Money amount,
        Instant createdAt,
        @JsonIgnore boolean possiblySent) {

    /** Where a refund stands. */
    public enum State {
        /** Written down; the provider has not confirmed it yet. */
        PENDING,
        SUCCEEDED,
        /** The provider refused, or the money came back to the shop after it had succeeded; it can be refunded again. */
        FAILED;

        @JsonValue
        public String column() {
            return name().toLowerCase(Locale.ROOT);
        }

        static State ofColumn(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }
}
