package io.fondaco.platform.roles;

import io.fondaco.platform.web.Refusal;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Answers 404 for paths of roles that this pod does not play, before anybody looks at the request. */
@ApplicationScoped
class RoleFilter {
    /** After the request has its id. */
    private static final int FILTER_PRIORITY = 900;

    private final RolePaths paths;
    private final Refusal refusal;

    RoleFilter(RolePaths paths, Refusal refusal) {
        this.paths = paths;
        this.refusal = refusal;
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, FILTER_PRIORITY);
    }

    private void check(RoutingContext context) {
        if (paths.isElsewhere(context.normalizedPath())) {
            refusal.send(context, 404, "not_found", "There is no such path on this server.");
        } else {
            context.next();
        }
    }
}
