package io.fondaco.webhook;

import io.fondaco.platform.messaging.EventType;
import io.fondaco.platform.messaging.NewEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.util.Comparator;
import java.util.List;

/** The events of this module, and the list of all that there are. */
@ApplicationScoped
class WebhookEvents implements EventType.EventTypeProvider {
    private static final EventType DISABLED = new EventType(
            "webhook.disabled",
            "An endpoint is not called any more: it answered 410, or failed for too long.",
            DisabledEventData.class);

    private static final EventType TEST =
            new EventType("webhook.test", "Sent to one endpoint on request, to try it.", TestEventData.class);

    private final Instance<EventType.EventTypeProvider> providers;

    WebhookEvents(Instance<EventType.EventTypeProvider> sources) {
        this.providers = sources;
    }

    /** What is told when an endpoint is disabled. */
    record DisabledEventData(WebhookId id, String reason) {}

    /** What a trial tells. */
    record TestEventData(WebhookId id) {}

    @Override
    public List<EventType> eventTypes() {
        return List.of(DISABLED, TEST);
    }

    /** All types of events, of all modules, by name. */
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
