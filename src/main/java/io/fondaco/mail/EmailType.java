package io.fondaco.mail;

import io.fondaco.order.OrderEventPayload;
import io.fondaco.order.OrderEventPayload.OrderAuthorizationLost;
import io.fondaco.order.OrderEventPayload.OrderCancelled;
import io.fondaco.order.OrderEventPayload.OrderCaptured;
import io.fondaco.order.OrderEventPayload.OrderFulfilled;
import io.fondaco.order.OrderEventPayload.OrderPaid;
import io.fondaco.order.OrderEventPayload.OrderPlaced;
import io.fondaco.order.OrderEventPayload.OrderRefundFailed;
import io.fondaco.order.OrderEventPayload.OrderRefunded;
import io.fondaco.order.OrderEventPayload.OrderReturned;
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

    /** The e-mail that an event causes, if any. An order whose payment is pending is confirmed when it is paid. */
    static Optional<EmailType> forEvent(OrderEventPayload event) {
        return switch (event) {
            case OrderPlaced placed ->
                placed.order().status() == OrderStatus.PAYMENT_PENDING ? Optional.empty() : Optional.of(CONFIRMATION);
            case OrderPaid _ -> Optional.of(CONFIRMATION);
            case OrderFulfilled _ -> Optional.of(SHIPMENT);
            case OrderRefunded _, OrderReturned _, OrderCancelled _ -> forRefund(event);
            case OrderCaptured _, OrderAuthorizationLost _, OrderRefundFailed _ -> Optional.empty();
        };
    }

    /** Only an event that refunds money causes an e-mail. */
    private static Optional<EmailType> forRefund(OrderEventPayload event) {
        return OrderFacts.amount(event).filter(amount -> amount.amount() > 0).map(_ -> REFUND);
    }

    String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    static EmailType ofColumn(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
