package io.fondaco.platform.monitoring;

import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * Lets the page of metrics be compressed from the start. The platform forbids it first, and takes that back on another thread than
 * the one that is sending the answer already: now and then the answer is lost over it, or a 500 (quarkusio/quarkus#54557).
 */
@ApplicationScoped
class MetricsEndpointCompression {
    /** After the platform has forbidden it. */
    private static final int ORDER = 1;

    void register(@Observes Router router) {
        router.route("/q/metrics").order(ORDER).handler(MetricsEndpointCompression::allowCompression);
    }

    private static void allowCompression(RoutingContext context) {
        context.response().headers().remove(HttpHeaders.CONTENT_ENCODING);
        context.next();
    }
}
