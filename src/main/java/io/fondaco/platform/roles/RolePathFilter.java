package io.fondaco.platform.roles;

import io.fondaco.platform.web.ProblemResponseWriter;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Answers 404 for paths of roles that this pod does not have, before any other handler sees the request. */
@ApplicationScoped
class RolePathFilter {
    /** Runs after the request id is assigned. */
    private static final int FILTER_PRIORITY = 900;

    private final RolePaths paths;
    private final ProblemResponseWriter problemResponseWriter;

    RolePathFilter(RolePaths paths, ProblemResponseWriter problemResponseWriter) {
        this.paths = paths;
        this.problemResponseWriter = problemResponseWriter;
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, FILTER_PRIORITY);
    }

    private void check(RoutingContext context) {
        if (paths.isServedElsewhere(context.normalizedPath())) {
            problemResponseWriter.send(context, 404, "not_found", "This path does not exist on this server.");
        } else {
            context.next();
        }
    }
}
