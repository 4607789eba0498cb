package io.fondaco.mail;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.order.FulfillmentStatus;
import io.fondaco.order.OrderEventPayload;
import io.fondaco.order.OrderEventPayload.OrderAfterEvent;
import io.fondaco.order.OrderEventPayload.OrderAuthorizationLost;
import io.fondaco.order.OrderEventPayload.OrderCancelled;
import io.fondaco.order.OrderEventPayload.OrderCaptured;
import io.fondaco.order.OrderEventPayload.OrderFulfilled;
import io.fondaco.order.OrderEventPayload.OrderPaid;
import io.fondaco.order.OrderEventPayload.OrderPlaced;
import io.fondaco.order.OrderEventPayload.OrderRefundFailed;
import io.fondaco.order.OrderEventPayload.OrderRefunded;
import io.fondaco.order.OrderEventPayload.OrderReturned;
import io.fondaco.order.OrderId;
import io.fondaco.order.OrderStatus;
import io.fondaco.order.PaymentStatus;
import io.fondaco.platform.money.Money;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EmailTypeTest {
    private static final Map<String, Object> REFUND = Map.of("amount", Map.of("amount", 605, "currency", "GBP"));
    private static final Map<String, Object> ZERO_REFUND = Map.of("amount", Map.of("amount", 0, "currency", "GBP"));

    @Test
    void orderIsConfirmedWhenItsPaymentIsNotPending() {
        assertThat(EmailType.forEvent(event(OrderPlaced::new, OrderStatus.CONFIRMED, Map.of())))
                .contains(EmailType.CONFIRMATION);
        assertThat(EmailType.forEvent(event(OrderPlaced::new, OrderStatus.PAYMENT_PENDING, Map.of())))
                .isEmpty();
        assertThat(EmailType.forEvent(event(OrderPaid::new, Map.of()))).contains(EmailType.CONFIRMATION);
    }

    @Test
    void fulfillmentIsAnnounced() {
        assertThat(EmailType.forEvent(event(OrderFulfilled::new, Map.of()))).contains(EmailType.SHIPMENT);
    }

    @Test
    void onlyEventsThatRefundMoneyAnnounceARefund() {
        Stream.<Function<OrderAfterEvent, OrderEventPayload>>of(
                        OrderRefunded::new, OrderReturned::new, OrderCancelled::new)
                .forEach(constructor -> {
                    assertThat(EmailType.forEvent(event(constructor, REFUND))).contains(EmailType.REFUND);
                    assertThat(EmailType.forEvent(event(constructor, ZERO_REFUND)))
                            .isEmpty();
                    assertThat(EmailType.forEvent(event(constructor, Map.of()))).isEmpty();
                });
        assertThat(OrderFacts.amount(event(OrderRefunded::new, REFUND))).contains(Money.of(605, "GBP"));
    }

    @Test
    void otherEventsCauseNoEmail() {
        Stream.<Function<OrderAfterEvent, OrderEventPayload>>of(
                        OrderCaptured::new, OrderAuthorizationLost::new, OrderRefundFailed::new)
                .forEach(constructor -> assertThat(EmailType.forEvent(event(constructor, REFUND)))
                        .isEmpty());
    }

    private static OrderEventPayload event(
            Function<OrderAfterEvent, OrderEventPayload> constructor, Map<String, Object> facts) {
        return event(constructor, OrderStatus.CONFIRMED, facts);
    }

    private static OrderEventPayload event(
            Function<OrderAfterEvent, OrderEventPayload> constructor, OrderStatus status, Map<String, Object> facts) {
        return constructor.apply(new OrderAfterEvent(
                OrderId.random(),
                1001,
                status,
                PaymentStatus.CAPTURED,
                FulfillmentStatus.UNFULFILLED,
                Money.of(2895, "GBP"),
                facts));
    }
}
