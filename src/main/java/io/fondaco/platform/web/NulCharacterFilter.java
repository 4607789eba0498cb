package io.fondaco.platform.web;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * Rejects a NUL character in path and query before any lookup: PostgreSQL fails on it, and no resource has one in its
 * name.
 */
@ApplicationScoped
class NulCharacterFilter {
    private static final int ORDER = 1;
    private static final String NUL = "%00";

    private final ProblemResponseWriter problemResponseWriter;

    NulCharacterFilter(ProblemResponseWriter problemResponseWriter) {
        this.problemResponseWriter = problemResponseWriter;
    }

    void register(@Observes Router router) {
        router.route().order(ORDER).handler(this::check);
    }

    private void check(RoutingContext context) {
        HttpServerRequest request = context.request();
        String query = request.query();
        if (request.path().contains(NUL)) {
            problemResponseWriter.send(context, 404, "not_found", "There is no resource at this path.");
        } else if (query != null && query.contains(NUL)) {
            problemResponseWriter.send(
                    context, 400, "invalid_parameter", "A parameter must not contain a NUL character.");
        } else {
            context.next();
        }
    }
}
