package io.fondaco.platform.web;

import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jspecify.annotations.Nullable;

/**
 * Refuses bodies beyond the limit: at once where the request says how long it is, and while reading where it does not.
 * The platform's own limit is one for all paths and so has to be that of the largest import.
 */
@ApplicationScoped
class BodyLimit {
    /** After the platform has set its own limit on the request, before any resource reads. */
    private static final int FILTER_PRIORITY = 1;

    private final WebSettings settings;
    private final Refusal refusal;

    BodyLimit(WebSettings settings, Refusal refusal) {
        this.settings = settings;
        this.refusal = refusal;
    }

    void register(@Observes Filters filters) {
        filters.register(this::limit, FILTER_PRIORITY);
    }

    private void limit(RoutingContext context) {
        if (settings.streamedPaths().contains(context.normalizedPath())) {
            context.next();
            return;
        }
        long limit = settings.maxBodyBytes();
        if (length(context.request().getHeader(HttpHeaders.CONTENT_LENGTH)) > limit) {
            refuse(context, limit);
            return;
        }
        context.put(VertxHttpRecorder.MAX_REQUEST_SIZE_KEY, limit);
        context.next();
    }

    private static long length(@Nullable String header) {
        if (header == null) {
            return 0;
        }
        try {
            return Long.parseLong(header);
        } catch (NumberFormatException _) {
            return Long.MAX_VALUE;
        }
    }

    private void refuse(RoutingContext context, long limit) {
        context.response().putHeader(HttpHeaders.CONNECTION, "close");
        refusal.send(context, 413, "body_too_large", "A body here has at most %d bytes.".formatted(limit));
    }
}
