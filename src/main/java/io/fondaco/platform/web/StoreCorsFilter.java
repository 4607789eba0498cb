package io.fondaco.platform.web;

import io.fondaco.platform.ApiConventions;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Set;

/**
 * CORS for {@code /store/v1}: browsers may call it from the origins of {@code fondaco.web.store-origins}. Without
 * credentials: carts and orders are accessed with bearer tokens, and a page of another origin sends the consistency
 * token as a header. The admin API is never open to other origins.
 */
@ApplicationScoped
class StoreCorsFilter {
    /** After {@link AmbiguousRequestFilter}, and before any handler that responds. */
    private static final int FILTER_PRIORITY = 940;

    private static final String STORE = ApiConventions.STORE + "/";
    private static final String ANY = "*";
    private static final String ORIGIN = "Origin";
    private static final String METHODS = "GET, HEAD, POST, PATCH, PUT, DELETE";
    private static final String REQUEST_HEADERS =
            "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Fondaco-Consistency, "
                    + "Fondaco-Ticket, Request-Id";
    private static final String EXPOSED_HEADERS =
            "Fondaco-Consistency, ETag, Link, Location, Retry-After, Idempotent-Replayed, Request-Id, Cache-Status";

    /** How long a browser may reuse the response to a preflight request. */
    private static final String PREFLIGHT_MAX_AGE_SECONDS = "3600";

    private final Set<String> origins;

    StoreCorsFilter(WebSettings settings) {
        origins = settings.storeOrigins().orElse(Set.of());
    }

    void register(@Observes Filters filters) {
        if (!origins.isEmpty()) {
            filters.register(this::addCorsHeaders, FILTER_PRIORITY);
        }
    }

    private void addCorsHeaders(RoutingContext context) {
        if (!context.normalizedPath().startsWith(STORE)) {
            context.next();
            return;
        }
        HttpServerRequest request = context.request();
        HttpServerResponse response = context.response();
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        boolean preflight = origin != null
                && request.method().equals(HttpMethod.OPTIONS)
                && request.headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD);
        if (origin != null && isAllowed(origin)) {
            response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origins.contains(ANY) ? ANY : origin);
            if (preflight) {
                response.putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, METHODS)
                        .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS)
                        .putHeader(HttpHeaders.ACCESS_CONTROL_MAX_AGE, PREFLIGHT_MAX_AGE_SECONDS);
            } else {
                response.putHeader(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS);
            }
        }
        // Also without an Origin: a shared cache must not give a response for one origin to another.
        context.addHeadersEndHandler(_ -> addVary(response));
        if (preflight) {
            response.setStatusCode(204).end();
        } else {
            context.next();
        }
    }

    private boolean isAllowed(String origin) {
        return origins.contains(ANY) || origins.contains(origin);
    }

    private static void addVary(HttpServerResponse response) {
        String vary = String.join(", ", response.headers().getAll(HttpHeaders.VARY));
        response.putHeader(HttpHeaders.VARY, vary.isEmpty() ? ORIGIN : vary + ", " + ORIGIN);
    }
}
