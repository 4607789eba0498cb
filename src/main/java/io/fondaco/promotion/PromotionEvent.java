package io.fondaco.promotion;

import io.fondaco.platform.messaging.DomainEvent;
import io.fondaco.platform.messaging.EventType;
import io.fondaco.platform.messaging.EventTypeRegistry;
import jakarta.enterprise.context.ApplicationScoped;

/** The events of promotions. The use of a promotion changes no promotion: it is part of the order. */
sealed interface PromotionEvent extends DomainEvent {
    PromotionId id();

    @EventType(name = "promotion.created", summary = "A promotion was created.")
    record PromotionCreated(PromotionId id) implements PromotionEvent {}

    @EventType(name = "promotion.updated", summary = "A promotion changed.")
    record PromotionUpdated(PromotionId id) implements PromotionEvent {}

    @EventType(name = "promotion.deleted", summary = "A promotion was deleted.")
    record PromotionDeleted(PromotionId id) implements PromotionEvent {}

    /** Registers the events. */
    @ApplicationScoped
    class Provider implements EventTypeRegistry.EventTypeProvider {
        @Override
        public Class<? extends DomainEvent> events() {
            return PromotionEvent.class;
        }
    }
}
