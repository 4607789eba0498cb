package io.fondaco.platform.cache;

import io.fondaco.platform.admission.Bounded;
import io.fondaco.platform.cache.AnswerHeaders.Source;
import io.fondaco.platform.database.Tokens;
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
class FastLane {
    /** What metrics call the route, so that they do not count each product by itself. */
    private static final String TEMPLATE = "UrlPathTemplate";

    private static final int OK = 200;
    private static final int NOT_MODIFIED = 304;

    /** Of the requests for an answer that is near its end, the part that makes it anew; all others still get it. */
    private static final int REFRESHES_ONE_IN = 20;

    private final CacheSettings settings;
    private final AnswerStore store;
    private final ChangeTail tail;
    private final AnswerHeaders headers;
    private final Tokens tokens;
    private final CacheMetrics metrics;
    private final Instance<CachedRoute> routes;

    FastLane(
            CacheSettings settings,
            AnswerStore store,
            ChangeTail tail,
            AnswerHeaders headers,
            Tokens tokens,
            CacheMetrics metrics,
            Instance<CachedRoute> routes) {
        this.settings = settings;
        this.store = store;
        this.tail = tail;
        this.headers = headers;
        this.tokens = tokens;
        this.metrics = metrics;
        this.routes = routes;
    }

    void register(@Observes Router router) {
        if (!settings.enabled()) {
            return;
        }
        List<CachedRoute> all = routes.stream().toList();
        router.route().method(HttpMethod.GET).method(HttpMethod.HEAD).order(0).handler(context -> choose(all, context));
    }

    /** Plainer, and quicker, than the router's patterns; a resource looks at the path again anyway. */
    private void choose(List<CachedRoute> all, RoutingContext context) {
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
        Optional<Optional<Position>> presented = tokens.presented(context.request());
        Verdict verdict = look(key.get(), presented.orElse(Optional.empty()));
        if (presented.isPresent()
                && verdict instanceof Verdict.Hit hit
                && !hit.answer().isAbsent()) {
            metrics.hit(route.path());
            context.put(TEMPLATE, route.path());
            answer(hit.answer(), presented.get(), context);
            return;
        }
        context.put(Asked.ATTRIBUTE, new Asked(route.path(), key.get(), verdict));
        Bounded.mark(context);
        context.next();
    }

    /** Whether what is kept, if anything is, may be served to who has this token. */
    Verdict look(String key, Optional<Position> token) {
        StoredAnswer answer = store.get(key);
        if (answer == null) {
            return new Verdict.Miss(CacheMetrics.Miss.UNKNOWN, Optional.empty());
        }
        // First how far this pod has heard, then what: in the other order a change could slip in between.
        Position heard = tail.heardUpTo();
        long now = System.nanoTime();
        if (!tail.isInTouch(now)) {
            return new Verdict.Miss(CacheMetrics.Miss.OUT_OF_TOUCH, Optional.of(answer));
        }
        if (!tail.marks().holds(answer)) {
            return new Verdict.Miss(CacheMetrics.Miss.CHANGED, Optional.of(answer));
        }
        if (token.isPresent() && !answer.from().max(heard).reaches(token.get())) {
            return new Verdict.Miss(CacheMetrics.Miss.TOKEN, Optional.of(answer));
        }
        if (answer.isDueForRefresh(now) && ThreadLocalRandom.current().nextInt(REFRESHES_ONE_IN) == 0) {
            return new Verdict.Miss(CacheMetrics.Miss.REFRESH, Optional.of(answer));
        }
        return new Verdict.Hit(answer);
    }

    private void answer(StoredAnswer answer, Optional<Position> token, RoutingContext context) {
        HttpServerRequest request = context.request();
        HttpServerResponse response = context.response();
        Encoding encoding = answer.offered(Encoding.accepted(request.getHeader(HttpHeaders.ACCEPT_ENCODING)));
        headers.put(answer, encoding, Source.KEPT, token.isPresent(), response::putHeader);
        token.ifPresent(presented -> tokens.answer(presented, answer.upTo(), request));
        if (AnswerHeaders.isWhatTheCallerHas(answer, request.getHeader(HttpHeaders.IF_NONE_MATCH))) {
            response.setStatusCode(NOT_MODIFIED).end();
            return;
        }
        ByteBuffer body = answer.body(encoding);
        response.setStatusCode(OK)
                .putHeader(HttpHeaders.CONTENT_TYPE, AnswerHeaders.CONTENT_TYPE)
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.remaining()))
                // Said in any case, or the platform would compress what is not, once more for each request.
                .putHeader(
                        HttpHeaders.CONTENT_ENCODING, encoding.contentCoding().orElse("identity"));
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
