package io.fondaco.order;

import java.time.Instant;

/** An order in a list, without its lines. */
record OrderSummary(
        OrderId id,
        long number,
        OrderStatus status,
        PaymentStatus paymentStatus,
        FulfillmentStatus fulfillmentStatus,
        String email,
        Totals totals,
        Instant createdAt) {}
