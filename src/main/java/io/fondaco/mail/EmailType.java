package io.fondaco.mail;

import com.fasterxml.jackson.databind.JsonNode;
import io.fondaco.order.OrderStatus;
import java.util.Locale;
import java.util.Optional;

/** The types of e-mails. */
enum EmailType {
    /** The order is confirmed: it is paid or will be paid later. */
    CONFIRMATION,
    /** Units were sent. */
    SHIPMENT,
    /** Money goes back. */
    REFUND;

    static final String PLACED = "order.placed";
    static final String PAID = "order.paid";
    static final String FULFILLED = "order.fulfilled";
    static final String REFUNDED = "order.refunded";
    static final String RETURNED = "order.returned";
    static final String CANCELLED = "order.cancelled";

    /** The e-mail that an event causes, if any. An order whose payment is pending is confirmed when it is paid. */
    static Optional<EmailType> forEvent(String eventType, JsonNode data) {
        return switch (eventType) {
            case PLACED -> isPending(data) ? Optional.empty() : Optional.of(CONFIRMATION);
            case PAID -> Optional.of(CONFIRMATION);
            case FULFILLED -> Optional.of(SHIPMENT);
            // Sent only if the event refunds money.
            case REFUNDED, RETURNED, CANCELLED ->
                data.at("/facts/amount/amount").asLong() > 0 ? Optional.of(REFUND) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static boolean isPending(JsonNode data) {
        return data.path("status").asText().equals(OrderStatus.PAYMENT_PENDING.column());
    }

    String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    static EmailType ofColumn(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
