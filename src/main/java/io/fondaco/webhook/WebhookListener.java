package io.fondaco.webhook;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.messaging.EventBatch;
import io.fondaco.platform.messaging.IdempotentConsumer;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Writes down which events go to which endpoints. */
@ApplicationScoped
class WebhookListener {
    private final WebhookDeliveries webhookDeliveries;
    private final WebhookDispatcher webhookDispatcher;

    WebhookListener(WebhookDeliveries webhookDeliveries, WebhookDispatcher webhookDispatcher) {
        this.webhookDeliveries = webhookDeliveries;
        this.webhookDispatcher = webhookDispatcher;
    }

    @Incoming("webhook")
    @Incoming("webhook-retries")
    @IdempotentConsumer("webhook")
    @Blocking
    @ReadsFrom(Route.PRIMARY)
    void on(EventBatch batch) {
        if (webhookDeliveries.enqueue(batch.events())) {
            webhookDispatcher.wakeAfterCommit();
        }
    }
}
