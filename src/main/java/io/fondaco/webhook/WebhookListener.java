package io.fondaco.webhook;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.messaging.EventBatch;
import io.fondaco.platform.messaging.IdempotentConsumer;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Stores a delivery for every endpoint that subscribes to an event. */
@ApplicationScoped
class WebhookListener {
    private final WebhookDeliveries deliveries;
    private final WebhookDispatcher dispatcher;

    WebhookListener(WebhookDeliveries deliveries, WebhookDispatcher dispatcher) {
        this.deliveries = deliveries;
        this.dispatcher = dispatcher;
    }

    @Incoming("webhook")
    @Incoming("webhook-retries")
    @IdempotentConsumer("webhook")
    @Blocking
    @ReadsFrom(Route.PRIMARY)
    void on(EventBatch batch) {
        if (deliveries.enqueue(batch.events())) {
            dispatcher.wakeAfterCommit();
        }
    }
}
