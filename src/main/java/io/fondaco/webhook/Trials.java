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
class Trials {
    private final Deliveries deliveries;
    private final Dispatcher dispatcher;
    private final ObjectMapper json;

    Trials(Deliveries deliveries, Dispatcher dispatcher, ObjectMapper json) {
        this.deliveries = deliveries;
        this.dispatcher = dispatcher;
        this.json = json;
    }

    void send(Endpoint endpoint) {
        UUID id = TypeId.newUuid();
        WebhookId webhook = new WebhookId(endpoint.id);
        // A subject of its own each time: a trial does not wait for another.
        Event event = new Event(
                id,
                WebhookEvents.testType(),
                TypeId.format("trial", id),
                1,
                endpoint.version,
                Instant.now().truncatedTo(ChronoUnit.MICROS),
                Json.write(json, new WebhookEvents.Test(webhook)),
                0,
                false,
                TraceParent.current());
        deliveries.write(
                List.of(event),
                List.of(new Deliveries.Subscriber(endpoint.id, List.of(WebhookEvents.testType()), true)));
        dispatcher.wakeAfterCommit();
    }
}
