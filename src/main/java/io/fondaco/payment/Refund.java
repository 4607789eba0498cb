package io.fondaco.payment;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.money.Money;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;

/** Money on its way back. */
public record Refund(
        RefundId id, PaymentId paymentId, @JsonIgnore UUID orderId, State state, Money amount, Instant createdAt) {

    /** Where a refund stands. */
    public enum State {
        /** Written down; the provider has not confirmed it yet. */
        PENDING,
        SUCCEEDED,
        /** The provider refused; the money can be refunded anew. */
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
