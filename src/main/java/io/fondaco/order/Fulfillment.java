package io.fondaco.order;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Units that were sent together, with carrier and tracking number. */
public record Fulfillment(
        FulfillmentId id,
        List<Line> lines,
        @Nullable String carrier,
        @Nullable String trackingNumber,
        @Nullable String trackingUrl,
        Instant createdAt) {

    public Fulfillment {
        lines = List.copyOf(lines);
    }

    public record Line(OrderLineId lineId, int quantity) {}
}
