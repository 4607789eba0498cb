package io.fondaco.mail;

import io.fondaco.order.FulfillmentId;
import io.fondaco.order.OrderEventPayload;
import io.fondaco.platform.money.Money;
import java.util.Map;
import java.util.Optional;

/** The facts of received order events. */
final class OrderFacts {
    private OrderFacts() {}

    /** The money that goes back to the customer; empty if the event refunds none. */
    static Optional<Money> amount(OrderEventPayload event) {
        return event.order().facts().get("amount") instanceof Map<?, ?> money
                        && money.get("amount") instanceof Number amount
                        && money.get("currency") instanceof String currency
                ? Optional.of(Money.of(amount.longValue(), currency))
                : Optional.empty();
    }

    /** @throws io.fondaco.platform.identity.InvalidId if the event has no fulfillment */
    static FulfillmentId fulfillment(OrderEventPayload event) {
        return FulfillmentId.parse(String.valueOf(event.order().facts().get("fulfillment_id")));
    }
}
