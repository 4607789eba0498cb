package io.fondaco.shipping;

import io.fondaco.platform.messaging.DomainEvent;
import io.fondaco.platform.messaging.EventType;
import io.fondaco.platform.messaging.EventTypeRegistry;
import jakarta.enterprise.context.ApplicationScoped;

/** The events of shipping zones and their methods. */
sealed interface ShippingEvent extends DomainEvent {
    @EventType(name = "shipping_zone.created", summary = "A shipping zone was created.")
    record ZoneCreated(ShippingZoneId id, String name) implements ShippingEvent {}

    @EventType(name = "shipping_zone.updated", summary = "A shipping zone changed.")
    record ZoneUpdated(ShippingZoneId id, String name) implements ShippingEvent {}

    @EventType(name = "shipping_zone.deleted", summary = "A shipping zone was deleted with its methods.")
    record ZoneDeleted(ShippingZoneId id, String name) implements ShippingEvent {}

    @EventType(name = "shipping_method.created", summary = "A shipping method was created.")
    record MethodCreated(ShippingMethodId id, ShippingZoneId zoneId, String code) implements ShippingEvent {}

    @EventType(name = "shipping_method.updated", summary = "A shipping method or its rates changed.")
    record MethodUpdated(ShippingMethodId id, ShippingZoneId zoneId, String code) implements ShippingEvent {}

    @EventType(name = "shipping_method.deleted", summary = "A shipping method was deleted.")
    record MethodDeleted(ShippingMethodId id, ShippingZoneId zoneId, String code) implements ShippingEvent {}

    /** Registers the events. */
    @ApplicationScoped
    class Provider implements EventTypeRegistry.EventTypeProvider {
        @Override
        public Class<? extends DomainEvent> events() {
            return ShippingEvent.class;
        }
    }
}
