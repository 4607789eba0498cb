package io.fondaco.parcel;

import io.fondaco.order.OrderId;
import io.fondaco.parcel.LabelEntity.LabelRow;
import io.fondaco.platform.messaging.DomainEvent;
import io.fondaco.platform.messaging.EventType;
import io.fondaco.platform.messaging.EventTypeRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Objects;
import java.util.Optional;

/** The events of labels: the answers of providers. */
sealed interface LabelEvent extends DomainEvent {
    LabelId id();

    @EventType(name = "label.purchased", summary = "A label of a carrier was bought, or a carrier did not cancel it.")
    record LabelPurchased(LabelId id, OrderId orderId, String carrier, String trackingNumber) implements LabelEvent {}

    @EventType(name = "label.failed", summary = "A provider refused to sell a label.")
    record LabelFailed(LabelId id, OrderId orderId) implements LabelEvent {}

    @EventType(name = "label.cancelled", summary = "A label of a carrier was cancelled.")
    record LabelCancelled(LabelId id, OrderId orderId) implements LabelEvent {}

    /** The event of the state that the label has now; empty if it waits for its provider. */
    static Optional<LabelEvent> ofState(LabelRow label) {
        LabelId id = new LabelId(label.id());
        OrderId order = new OrderId(label.orderId());
        return switch (label.labelState()) {
            case REQUESTED, CANCELLING -> Optional.empty();
            case PURCHASED ->
                Optional.of(new LabelPurchased(
                        id,
                        order,
                        Objects.requireNonNull(label.carrier()),
                        Objects.requireNonNull(label.trackingNumber())));
            case FAILED -> Optional.of(new LabelFailed(id, order));
            case CANCELLED -> Optional.of(new LabelCancelled(id, order));
        };
    }

    /** Registers the events. */
    @ApplicationScoped
    class Provider implements EventTypeRegistry.EventTypeProvider {
        @Override
        public Class<? extends DomainEvent> events() {
            return LabelEvent.class;
        }
    }
}
