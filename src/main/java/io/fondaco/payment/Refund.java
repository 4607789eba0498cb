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
 * A refund of a payment.
 *
 * @param providerReference the provider's own reference, once it is known
 * @param possiblySent whether the refund may have been sent before
 */
public record Refund(
        RefundId id,
        PaymentId paymentId,
        @JsonIgnore UUID orderId,

        @Nullable @Schema(description = "The provider's own reference.", examples = "re_3MtwBwLkdIwHu7ix2XsRpZpN")
        String providerReference,

        State state,
        Money amount,
        Instant createdAt,
        @JsonIgnore boolean possiblySent) {

    /** The state of a refund. */
    public enum State {
        /** Recorded; the provider has not confirmed it yet. */
        PENDING,
        SUCCEEDED,
        /**
         * The provider refused it, or the money came back to the shop after the refund had succeeded; the amount can be
         * refunded again.
         */
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
