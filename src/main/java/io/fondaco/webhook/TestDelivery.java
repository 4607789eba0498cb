package io.fondaco.webhook;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.messaging.Event;
import io.fondaco.platform.tracing.TraceParent;
import io.fondaco.platform.web.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;

/** Sends a {@code webhook.test} event to one endpoint, to check whether it accepts deliveries. */
@ApplicationScoped
class TestDelivery {
    private final WebhookDeliveries deliveries;
    private final WebhookDispatcher dispatcher;
    private final ObjectMapper json;

    TestDelivery(WebhookDeliveries deliveries, WebhookDispatcher dispatcher, ObjectMapper json) {
        this.deliveries = deliveries;
        this.dispatcher = dispatcher;
        this.json = json;
    }

    void send(WebhookEndpoint endpoint) {
        UUID id = TypeId.newUuid();
        WebhookId webhook = new WebhookId(endpoint.id);
        // Each test delivery has a subject of its own, so that it does not wait for an earlier one.
        Event event = new Event(
                id,
                WebhookEvents.TEST,
                TypeId.format("trial", id),
                1,
                endpoint.version,
                Instant.now().truncatedTo(ChronoUnit.MICROS),
                Json.write(json, new WebhookEvents.WebhookEvent.WebhookTested(webhook)),
                0,
                false,
                TraceParent.current());
        deliveries.enqueue(
                List.of(event),
                List.of(new WebhookEndpointRepository.Subscriber(endpoint.id, List.of(WebhookEvents.TEST), true)));
        dispatcher.wakeAfterCommit();
    }
}
