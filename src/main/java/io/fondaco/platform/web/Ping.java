package io.fondaco.platform.web;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * {@code GET /ping} answers {@code pong} from constant bytes: the cheapest check for load balancers and the baseline of
 * benchmarks.
 */
@ApplicationScoped
class Ping {
    private static final Buffer PONG = Buffer.buffer("pong");

    void register(@Observes Router router) {
        router.get("/ping").order(0).handler(context -> context.response()
                .putHeader("Content-Type", "text/plain")
                .putHeader("Cache-Control", "no-store")
                .end(PONG));
    }
}
