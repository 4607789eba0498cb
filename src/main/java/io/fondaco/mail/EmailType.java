package io.fondaco.mail;

import com.fasterxml.jackson.databind.JsonNode;
import io.fondaco.order.OrderStatus;
import java.util.Locale;
import java.util.Optional;

/** What a letter is about. */
enum EmailType {
    /** The order stands: it is paid, or promised to be. */
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

    /** Which letter an event calls for. An order whose payment is pending is confirmed when it is paid. */
    static Optional<EmailType> forEvent(String eventType, JsonNode news) {
        return switch (eventType) {
            case PLACED -> isPending(news) ? Optional.empty() : Optional.of(CONFIRMATION);
            case PAID -> Optional.of(CONFIRMATION);
            case FULFILLED -> Optional.of(SHIPMENT);
            // With or without money going back.
            case REFUNDED, RETURNED, CANCELLED ->
                news.at("/facts/amount/amount").asLong() > 0 ? Optional.of(REFUND) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static boolean isPending(JsonNode news) {
        return news.path("status").asText().equals(OrderStatus.PAYMENT_PENDING.column());
    }

    String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    static EmailType ofColumn(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
