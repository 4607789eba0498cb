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

/** Sends an endpoint an event of its own, to see whether it takes it. */
@ApplicationScoped
class TestDelivery {
    private final WebhookDeliveries webhookDeliveries;
    private final WebhookDispatcher webhookDispatcher;
    private final ObjectMapper json;

    TestDelivery(WebhookDeliveries webhookDeliveries, WebhookDispatcher webhookDispatcher, ObjectMapper json) {
        this.webhookDeliveries = webhookDeliveries;
        this.webhookDispatcher = webhookDispatcher;
        this.json = json;
    }

    void send(WebhookEndpoint webhookEndpoint) {
        UUID id = TypeId.newUuid();
        WebhookId webhook = new WebhookId(webhookEndpoint.id);
        // A subject of its own each time: a trial does not wait for another.
        Event event = new Event(
                id,
                WebhookEvents.testType(),
                TypeId.format("trial", id),
                1,
                webhookEndpoint.version,
                Instant.now().truncatedTo(ChronoUnit.MICROS),
                Json.write(json, new WebhookEvents.TestEventData(webhook)),
                0,
                false,
                TraceParent.current());
        webhookDeliveries.enqueue(
                List.of(event),
                List.of(new WebhookDeliveries.Subscriber(webhookEndpoint.id, List.of(WebhookEvents.testType()), true)));
        webhookDispatcher.wakeAfterCommit();
    }
}
