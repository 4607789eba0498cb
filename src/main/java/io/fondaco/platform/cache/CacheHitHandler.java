package io.fondaco.platform.cache;

import io.fondaco.platform.admission.AdmissionExemption;
import io.fondaco.platform.cache.CacheHeaders.CacheStatus;
import io.fondaco.platform.cache.CachedResponseRenderer.Rendered;
import io.fondaco.platform.database.ConsistencyTokens;
import io.fondaco.platform.topology.Position;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.buffer.impl.BufferImpl;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.core.HttpHeaders;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Answers cache hits on the event loop, before any resource is called. Passes every other request on; its resource
 * looks up again, because the request may have waited. This handler never blocks and never queries a server.
 */
@ApplicationScoped
class CacheHitHandler {
    /** The attribute under which metrics find the route template, so that they do not count each product separately. */
    private static final String ROUTE_TEMPLATE_ATTRIBUTE = "UrlPathTemplate";

    private final CacheSettings settings;
    private final CachedResponseFinder finder;
    private final CachedResponseRenderer renderer;
    private final ConsistencyTokens consistencyTokens;
    private final CacheMetrics metrics;
    private final Instance<CachedRoute> routes;

    CacheHitHandler(
            CacheSettings settings,
            CachedResponseFinder finder,
            CachedResponseRenderer renderer,
            ConsistencyTokens consistencyTokens,
            CacheMetrics metrics,
            Instance<CachedRoute> routes) {
        this.settings = settings;
        this.finder = finder;
        this.renderer = renderer;
        this.consistencyTokens = consistencyTokens;
        this.metrics = metrics;
        this.routes = routes;
    }

    void register(@Observes Router router) {
        if (!settings.enabled()) {
            return;
        }
        List<CachedRoute> cachedRoutes = routes.stream().toList();
        router.route()
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .order(0)
                .handler(context -> dispatch(cachedRoutes, context));
    }

    /** Simpler and faster than the router's patterns; the resource parses the path again anyway. */
    private void dispatch(List<CachedRoute> cachedRoutes, RoutingContext context) {
        String path = context.normalizedPath();
        for (CachedRoute route : cachedRoutes) {
            if (route.matches(path)) {
                handle(route, context);
                return;
            }
        }
        context.next();
    }

    private void handle(CachedRoute route, RoutingContext context) {
        Optional<String> key = route.key(context);
        if (key.isEmpty()) {
            context.next();
            return;
        }
        Optional<Optional<Position>> token = consistencyTokens.tryReadToken(context.request());
        if (token.isPresent()
                && finder.find(key.get(), token.get()) instanceof CacheLookup.Hit hit
                && !hit.response().isNotFound()
                && !finder.choosesRefresh(hit.response())) {
            metrics.hit(route.path());
            context.put(ROUTE_TEMPLATE_ATTRIBUTE, route.path());
            respond(hit.response(), token.get(), context);
            return;
        }
        AdmissionExemption.mark(context);
        context.next();
    }

    private void respond(CachedResponse cached, Optional<Position> token, RoutingContext context) {
        HttpServerRequest request = context.request();
        HttpServerResponse response = context.response();
        Rendered rendered = renderer.render(cached, CacheStatus.HIT, token.isPresent(), request, response::putHeader);
        token.ifPresent(presented -> consistencyTokens.addTo(presented, cached.upperBound(), request));
        response.setStatusCode(rendered.status());
        if (rendered.body().isEmpty()) {
            response.end();
            return;
        }
        ByteBuffer body = rendered.body().get();
        response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.remaining()));
        if (request.method().equals(HttpMethod.HEAD)) {
            response.end();
        } else {
            response.end(buffer(body));
        }
    }

    /** Does not copy: cached bytes never change. */
    private static Buffer buffer(ByteBuffer body) {
        return BufferImpl.buffer(Unpooled.wrappedBuffer(body));
    }
}
