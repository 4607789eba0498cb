package io.fondaco.platform.monitoring;

import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * Allows compression of the metrics page from the start. Quarkus first disables it and enables it again on another
 * thread than the one that is already sending the response, so that the response is occasionally lost or a 500
 * (quarkusio/quarkus#54557).
 */
@ApplicationScoped
class MetricsEndpointCompression {
    /** Runs after the Quarkus handler that disables compression. */
    private static final int ORDER = 1;

    void register(@Observes Router router) {
        router.route("/q/metrics").order(ORDER).handler(MetricsEndpointCompression::allowCompression);
    }

    private static void allowCompression(RoutingContext context) {
        context.response().headers().remove(HttpHeaders.CONTENT_ENCODING);
        context.next();
    }
}
