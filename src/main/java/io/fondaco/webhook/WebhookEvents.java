package io.fondaco.webhook;

import io.fondaco.platform.messaging.EventType;
import io.fondaco.platform.messaging.NewEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.util.Comparator;
import java.util.List;

/** The events of this module, and the list of all that there are. */
@ApplicationScoped
class WebhookEvents implements EventType.Source {
    private static final EventType DISABLED = new EventType(
            "webhook.disabled",
            "An endpoint is not called any more: it answered 410, or failed for too long.",
            Disabled.class);

    private static final EventType TEST =
            new EventType("webhook.test", "Sent to one endpoint on request, to try it.", Test.class);

    private final Instance<EventType.Source> sources;

    WebhookEvents(Instance<EventType.Source> sources) {
        this.sources = sources;
    }

    /** What is told when an endpoint is disabled. */
    record Disabled(WebhookId id, String reason) {}

    /** What a trial tells. */
    record Test(WebhookId id) {}

    @Override
    public List<EventType> eventTypes() {
        return List.of(DISABLED, TEST);
    }

    /** All types of events, of all modules, by name. */
    List<EventType> all() {
        return sources.stream()
                .flatMap(source -> source.eventTypes().stream())
                .sorted(Comparator.comparing(EventType::name))
                .toList();
    }

    NewEvent disabled(WebhookId id, long version, String reason) {
        return new NewEvent(DISABLED, id.toString(), version, new Disabled(id, reason));
    }

    static String testType() {
        return TEST.name();
    }
}
