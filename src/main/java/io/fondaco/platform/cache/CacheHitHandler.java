package io.fondaco.platform.cache;

import io.fondaco.platform.admission.AdmissionExemption;
import io.fondaco.platform.cache.CacheHeaders.CacheStatus;
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
import java.util.concurrent.ThreadLocalRandom;

/**
 * Answers cache hits on the event loop, before any resource is called. Passes every other request on, with the result
 * of its lookup. It never blocks and never queries a server.
 */
@ApplicationScoped
class CacheHitHandler {
    /** The attribute under which metrics find the route template, so that they do not count each product separately. */
    private static final String ROUTE_TEMPLATE_ATTRIBUTE = "UrlPathTemplate";

    private static final int OK = 200;
    private static final int NOT_MODIFIED = 304;

    /**
     * One in so many requests for an entry that is close to its expiry reloads it; all others still get the cached
     * response.
     */
    private static final int REFRESHES_ONE_IN = 20;

    private final CacheSettings settings;
    private final CachedResponseStore store;
    private final InvalidationLogReader logReader;
    private final CacheHeaders headers;
    private final ConsistencyTokens consistencyTokens;
    private final CacheMetrics metrics;
    private final Instance<CachedRoute> routes;

    CacheHitHandler(
            CacheSettings settings,
            CachedResponseStore store,
            InvalidationLogReader logReader,
            CacheHeaders headers,
            ConsistencyTokens consistencyTokens,
            CacheMetrics metrics,
            Instance<CachedRoute> routes) {
        this.settings = settings;
        this.store = store;
        this.logReader = logReader;
        this.headers = headers;
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
        CacheLookup cacheLookup = lookUp(key.get(), token.orElse(Optional.empty()));
        if (token.isPresent()
                && cacheLookup instanceof CacheLookup.Hit hit
                && !hit.response().isNotFound()) {
            metrics.hit(route.path());
            context.put(ROUTE_TEMPLATE_ATTRIBUTE, route.path());
            respond(hit.response(), token.get(), context);
            return;
        }
        context.put(CacheRequest.ATTRIBUTE, new CacheRequest(route.path(), key.get(), cacheLookup));
        AdmissionExemption.mark(context);
        context.next();
    }

    /** Whether there is a cached response that a client with this token may get. */
    CacheLookup lookUp(String key, Optional<Position> token) {
        CachedResponse cached = store.get(key);
        if (cached == null) {
            return new CacheLookup.Miss(CacheMetrics.MissReason.NOT_CACHED, Optional.empty());
        }
        // Read the applied position before the index: in the other order an invalidation could be applied in between.
        Position applied = logReader.appliedPosition();
        long now = System.nanoTime();
        if (!logReader.isUpToDate(now)) {
            return new CacheLookup.Miss(CacheMetrics.MissReason.LOG_READER_BEHIND, Optional.of(cached));
        }
        if (!logReader.index().isFresh(cached)) {
            return new CacheLookup.Miss(CacheMetrics.MissReason.INVALIDATED, Optional.of(cached));
        }
        if (token.isPresent() && !cached.lowerBound().max(applied).isAtOrAfter(token.get())) {
            return new CacheLookup.Miss(CacheMetrics.MissReason.BEHIND_TOKEN, Optional.of(cached));
        }
        if (cached.isDueForRefresh(now) && ThreadLocalRandom.current().nextInt(REFRESHES_ONE_IN) == 0) {
            return new CacheLookup.Miss(CacheMetrics.MissReason.REFRESH, Optional.of(cached));
        }
        return new CacheLookup.Hit(cached);
    }

    private void respond(CachedResponse cached, Optional<Position> token, RoutingContext context) {
        HttpServerRequest request = context.request();
        HttpServerResponse response = context.response();
        ContentEncoding contentEncoding = cached.selectEncoding(
                ContentEncoding.forAcceptEncoding(request.getHeader(HttpHeaders.ACCEPT_ENCODING)));
        headers.put(cached, contentEncoding, CacheStatus.HIT, token.isPresent(), response::putHeader);
        token.ifPresent(presented -> consistencyTokens.addTo(presented, cached.upperBound(), request));
        if (CacheHeaders.matchesIfNoneMatch(cached, request.getHeader(HttpHeaders.IF_NONE_MATCH))) {
            response.setStatusCode(NOT_MODIFIED).end();
            return;
        }
        ByteBuffer body = cached.body(contentEncoding);
        response.setStatusCode(OK)
                .putHeader(HttpHeaders.CONTENT_TYPE, CacheHeaders.CONTENT_TYPE)
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.remaining()))
                // Always set it: without it Quarkus would compress the body again for each request.
                .putHeader(
                        HttpHeaders.CONTENT_ENCODING,
                        contentEncoding.contentCoding().orElse("identity"));
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
