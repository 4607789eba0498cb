package io.fondaco.webhook;

import io.fondaco.platform.messaging.EventType;
import io.fondaco.platform.messaging.NewEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.util.Comparator;
import java.util.List;

/** The event types of this module, and the list of the event types of all modules. */
@ApplicationScoped
class WebhookEvents implements EventType.EventTypeProvider {
    private static final EventType DISABLED = new EventType(
            "webhook.disabled",
            "An endpoint was disabled because it returned 410 or failed for too long.",
            DisabledEventData.class);

    private static final EventType TEST =
            new EventType("webhook.test", "Sent to one endpoint on request, to test it.", TestEventData.class);

    private final Instance<EventType.EventTypeProvider> providers;

    WebhookEvents(Instance<EventType.EventTypeProvider> providers) {
        this.providers = providers;
    }

    /** Data of {@code webhook.disabled}. */
    record DisabledEventData(WebhookId id, String reason) {}

    /** Data of {@code webhook.test}. */
    record TestEventData(WebhookId id) {}

    @Override
    public List<EventType> eventTypes() {
        return List.of(DISABLED, TEST);
    }

    /** The event types of all modules, by name. */
    List<EventType> allEventTypes() {
        return providers.stream()
                .flatMap(eventTypeProvider -> eventTypeProvider.eventTypes().stream())
                .sorted(Comparator.comparing(EventType::name))
                .toList();
    }

    NewEvent disabled(WebhookId id, long version, String reason) {
        return new NewEvent(DISABLED, id.toString(), version, new DisabledEventData(id, reason));
    }

    static String testType() {
        return TEST.name();
    }
}
