package io.fondaco.webhook;

import io.fondaco.platform.messaging.DomainEvent;
import io.fondaco.platform.messaging.EventType;
import io.fondaco.platform.messaging.EventTypeRegistry;
import jakarta.enterprise.context.ApplicationScoped;

/** Registers the events of this module. */
@ApplicationScoped
class WebhookEvents implements EventTypeRegistry.EventTypeProvider {
    /** The type of the event that is sent to test an endpoint. */
    static final String TEST = "webhook.test";

    /** The events of endpoints. */
    sealed interface WebhookEvent extends DomainEvent {
        WebhookId id();

        @EventType(
                name = "webhook.disabled",
                summary = "An endpoint was disabled because it returned 410 or failed for too long.")
        record WebhookDisabled(WebhookId id, String reason) implements WebhookEvent {}

        @EventType(name = TEST, summary = "Sent to one endpoint on request, to test it.")
        record WebhookTested(WebhookId id) implements WebhookEvent {}
    }

    @Override
    public Class<WebhookEvent> events() {
        return WebhookEvent.class;
    }
}
