package io.fondaco.webhook;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.messaging.Event;
import io.fondaco.platform.messaging.Once;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

@ApplicationScoped
class WebhookListener {
    private static final Logger LOG = Logger.getLogger(WebhookListener.class);

    @Incoming("webhook")
    @Incoming("webhook-retries")
    @Once("webhook")
    @Blocking
    @ReadsFrom(Route.PRIMARY)
    void on(List<Event> events) {
        LOG.infof("%s", events);
    }
}
