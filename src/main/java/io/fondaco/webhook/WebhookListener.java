package io.fondaco.webhook;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.messaging.EventBatch;
import io.fondaco.platform.messaging.Once;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Writes down which events go to which endpoints. */
@ApplicationScoped
class WebhookListener {
    private final Deliveries deliveries;
    private final Dispatcher dispatcher;

    WebhookListener(Deliveries deliveries, Dispatcher dispatcher) {
        this.deliveries = deliveries;
        this.dispatcher = dispatcher;
    }

    @Incoming("webhook")
    @Incoming("webhook-retries")
    @Once("webhook")
    @Blocking
    @ReadsFrom(Route.PRIMARY)
    void on(EventBatch batch) {
        if (deliveries.write(batch.events())) {
            dispatcher.wakeAfterCommit();
        }
    }
}
