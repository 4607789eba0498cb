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
 * Answers on the event loop, before any resource, what is kept and true; hands on all else, with what it found. It never
 * waits and never asks a server.
 */
@ApplicationScoped
class CacheHitHandler {
    /** What metrics call the route, so that they do not count each product by itself. */
    private static final String ROUTE_TEMPLATE_ATTRIBUTE = "UrlPathTemplate";

    private static final int OK = 200;
    private static final int NOT_MODIFIED = 304;

    /** Of the requests for an answer that is near its end, the part that makes it anew; all others still get it. */
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
            InvalidationLogReader tail,
            CacheHeaders headers,
            ConsistencyTokens consistencyTokens,
            CacheMetrics metrics,
            Instance<CachedRoute> routes) {
        this.settings = settings;
        this.store = store;
        this.logReader = tail;
        this.headers = headers;
        this.consistencyTokens = consistencyTokens;
        this.metrics = metrics;
        this.routes = routes;
    }

    void register(@Observes Router router) {
        if (!settings.enabled()) {
            return;
        }
        List<CachedRoute> all = routes.stream().toList();
        router.route()
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .order(0)
                .handler(context -> dispatch(all, context));
    }

    /** Plainer, and quicker, than the router's patterns; a resource looks at the path again anyway. */
    private void dispatch(List<CachedRoute> all, RoutingContext context) {
        String path = context.normalizedPath();
        for (CachedRoute route : all) {
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
        Optional<Optional<Position>> presented = consistencyTokens.tryReadToken(context.request());
        CacheLookup cacheLookup = lookUp(key.get(), presented.orElse(Optional.empty()));
        if (presented.isPresent()
                && cacheLookup instanceof CacheLookup.Hit hit
                && !hit.response().isNotFound()) {
            metrics.hit(route.path());
            context.put(ROUTE_TEMPLATE_ATTRIBUTE, route.path());
            respond(hit.response(), presented.get(), context);
            return;
        }
        context.put(CacheRequest.ATTRIBUTE, new CacheRequest(route.path(), key.get(), cacheLookup));
        AdmissionExemption.mark(context);
        context.next();
    }

    /** Whether what is kept, if anything is, may be served to who has this token. */
    CacheLookup lookUp(String key, Optional<Position> token) {
        CachedResponse answer = store.get(key);
        if (answer == null) {
            return new CacheLookup.Miss(CacheMetrics.MissReason.NOT_CACHED, Optional.empty());
        }
        // First how far this pod has heard, then what: in the other order a change could slip in between.
        Position heard = logReader.appliedPosition();
        long now = System.nanoTime();
        if (!logReader.isUpToDate(now)) {
            return new CacheLookup.Miss(CacheMetrics.MissReason.LOG_READER_BEHIND, Optional.of(answer));
        }
        if (!logReader.index().isFresh(answer)) {
            return new CacheLookup.Miss(CacheMetrics.MissReason.INVALIDATED, Optional.of(answer));
        }
        if (token.isPresent() && !answer.lowerBound().max(heard).isAtOrAfter(token.get())) {
            return new CacheLookup.Miss(CacheMetrics.MissReason.BEHIND_TOKEN, Optional.of(answer));
        }
        if (answer.isDueForRefresh(now) && ThreadLocalRandom.current().nextInt(REFRESHES_ONE_IN) == 0) {
            return new CacheLookup.Miss(CacheMetrics.MissReason.REFRESH, Optional.of(answer));
        }
        return new CacheLookup.Hit(answer);
    }

    private void respond(CachedResponse answer, Optional<Position> token, RoutingContext context) {
        HttpServerRequest request = context.request();
        HttpServerResponse response = context.response();
        ContentEncoding contentEncoding = answer.selectEncoding(
                ContentEncoding.forAcceptEncoding(request.getHeader(HttpHeaders.ACCEPT_ENCODING)));
        headers.put(answer, contentEncoding, CacheStatus.HIT, token.isPresent(), response::putHeader);
        token.ifPresent(presented -> consistencyTokens.addTo(presented, answer.upperBound(), request));
        if (CacheHeaders.matchesIfNoneMatch(answer, request.getHeader(HttpHeaders.IF_NONE_MATCH))) {
            response.setStatusCode(NOT_MODIFIED).end();
            return;
        }
        ByteBuffer body = answer.body(contentEncoding);
        response.setStatusCode(OK)
                .putHeader(HttpHeaders.CONTENT_TYPE, CacheHeaders.CONTENT_TYPE)
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.remaining()))
                // Said in any case, or the platform would compress what is not, once more for each request.
                .putHeader(
                        HttpHeaders.CONTENT_ENCODING,
                        contentEncoding.contentCoding().orElse("identity"));
        if (request.method().equals(HttpMethod.HEAD)) {
            response.end();
        } else {
            response.end(buffer(body));
        }
    }

    /** Without a copy: what is kept is never changed. */
    private static Buffer buffer(ByteBuffer body) {
        return BufferImpl.buffer(Unpooled.wrappedBuffer(body));
    }
}
