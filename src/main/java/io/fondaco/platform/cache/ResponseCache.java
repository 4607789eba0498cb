package io.fondaco.platform.cache;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.platform.cache.CacheHeaders.CacheStatus;
import io.fondaco.platform.database.DatabaseFailure;
import io.fondaco.platform.database.PositionedReads;
import io.fondaco.platform.database.PositionedReads.PositionedResult;
import io.fondaco.platform.topology.Position;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Gives resources the answers that they would make, made once for all who want the same. What is kept and true is
 * answered before a resource is entered ({@link CacheHitHandler}); this is for the rest.
 */
@ApplicationScoped
public class ResponseCache {
    /** Who waits for a load that fails, for its server may have gone away, or that is overtaken by a change, tries again. */
    private static final int MAX_ATTEMPTS = 2;

    private final CacheSettings settings;
    private final CachedResponseStore store;
    private final InvalidationLogReader logReader;
    private final CacheHitHandler hitHandler;
    private final CacheHeaders headers;
    private final PositionedReads reads;
    private final CacheMetrics metrics;
    private final CurrentVertxRequest current;
    private final ObjectMapper json;
    private final Map<String, SingleFlight> inFlight = new ConcurrentHashMap<>();
    private final Semaphore loadPermits;

    ResponseCache(
            CacheSettings settings,
            CachedResponseStore store,
            InvalidationLogReader tail,
            CacheHitHandler lane,
            CacheHeaders headers,
            PositionedReads reads,
            CacheMetrics metrics,
            CurrentVertxRequest current,
            ObjectMapper json) {
        this.settings = settings;
        this.store = store;
        this.logReader = tail;
        this.hitHandler = lane;
        this.headers = headers;
        this.reads = reads;
        this.metrics = metrics;
        this.current = current;
        this.json = json;
        this.loadPermits = new Semaphore(settings.maxLoads(), true);
    }

    /** An answer, and where it comes from. */
    private record ServedResponse(CachedResponse response, CacheStatus cacheStatus) {}

    /**
     * The answer to the request in hand: kept, or made now and kept for the next.
     *
     * @param make runs on the request's route, perhaps twice; whatever it throws is thrown to the caller and not kept
     * @return 200 or 304; empty when there is nothing to answer with
     */
    public Optional<Response> getOrLoad(Supplier<CacheableResponse> make) {
        RoutingContext context = current.getCurrent();
        CacheRequest cacheRequest = context.get(CacheRequest.ATTRIBUTE);
        if (cacheRequest == null) {
            return respond(new ServedResponse(loadUncached(make), CacheStatus.MISS), context.request());
        }
        ServedResponse servedResponse = lookUpOrLoad(cacheRequest, make);
        reads.recordCachedPosition(servedResponse.response().upperBound());
        return respond(servedResponse, context.request());
    }

    /**
     * Whether the request in hand is for something of which nothing is known here, neither an answer nor that there is none
     * nor that it has changed of late, and whose caller does not say how new the answer must be.
     *
     * @param tags of what would make an answer
     */
    public boolean isUnknown(Set<CacheTag> tags) {
        CacheRequest cacheRequest = current.getCurrent().get(CacheRequest.ATTRIBUTE);
        return cacheRequest != null
                && cacheRequest.lookup() instanceof CacheLookup.Miss miss
                && miss.cached().isEmpty()
                && reads.token().isEmpty()
                && logReader.index().latestInvalidation(CacheTag.hashes(tags)).isEmpty();
    }

    /** For requests whose answers are not kept. */
    private CachedResponse loadUncached(Supplier<CacheableResponse> make) {
        CacheableResponse content = make.get();
        return CachedResponse.of(
                content, toJson(content), Position.START, Position.START, store.newLifetime(false), Integer.MAX_VALUE);
    }

    private ServedResponse lookUpOrLoad(CacheRequest cacheRequest, Supplier<CacheableResponse> make) {
        // Once more where it was found: the token may be one that could not be read without asking.
        CacheLookup cacheLookup = cacheRequest.lookup() instanceof CacheLookup.Miss
                ? cacheRequest.lookup()
                : hitHandler.lookUp(cacheRequest.key(), reads.token());
        return switch (cacheLookup) {
            case CacheLookup.Hit hit -> {
                metrics.hit(cacheRequest.route());
                yield new ServedResponse(hit.response(), CacheStatus.HIT);
            }
            case CacheLookup.Miss miss -> {
                metrics.miss(cacheRequest.route(), miss.reason());
                yield load(cacheRequest, miss, make);
            }
        };
    }

    private ServedResponse load(CacheRequest cacheRequest, CacheLookup.Miss miss, Supplier<CacheableResponse> make) {
        try {
            return new ServedResponse(loadShared(cacheRequest, miss, make), CacheStatus.MISS);
        } catch (RuntimeException e) {
            Optional<CachedResponse> stale = miss.cached().filter(old -> mayServeStale(old, e));
            if (stale.isEmpty()) {
                throw e;
            }
            metrics.staleServed();
            return new ServedResponse(stale.get(), CacheStatus.STALE);
        }
    }

    private boolean mayServeStale(CachedResponse old, RuntimeException failure) {
        return DatabaseFailure.classify(failure).isOutage()
                && reads.token().isEmpty()
                && reads.mayBeStale()
                && !old.isNotFound()
                && logReader.index().isFresh(old)
                && logReader.hasReadWithin(System.nanoTime(), settings.maxStale());
    }

    /** Makes the answer, or waits for who is making it. */
    private CachedResponse loadShared(
            CacheRequest cacheRequest, CacheLookup.Miss miss, Supplier<CacheableResponse> make) {
        Optional<Position> token = reads.token();
        for (int tries = 1; ; tries++) {
            SingleFlight own = new SingleFlight(token);
            SingleFlight other = inFlight.putIfAbsent(cacheRequest.key(), own);
            if (other == null) {
                return loadAsLeader(own, cacheRequest, miss, make);
            }
            if (!other.satisfies(token)) {
                return withLoadPermit(() -> load(cacheRequest.key(), miss.cached(), make));
            }
            metrics.loadShared();
            try {
                CachedResponse landed = other.await(settings.loadTimeout());
                // What was told since it took off may have been answered before this request began.
                if (tries == MAX_ATTEMPTS || logReader.index().isFresh(landed)) {
                    return landed;
                }
            } catch (RuntimeException e) {
                if (tries == MAX_ATTEMPTS || !DatabaseFailure.classify(e).isOutage()) {
                    throw e;
                }
            }
        }
    }

    private CachedResponse loadAsLeader(
            SingleFlight own, CacheRequest cacheRequest, CacheLookup.Miss miss, Supplier<CacheableResponse> make) {
        try {
            CachedResponse answer = findLoadedMeanwhile(cacheRequest.key(), miss)
                    .orElseGet(() -> withLoadPermit(() -> load(cacheRequest.key(), miss.cached(), make)));
            own.complete(answer);
            return answer;
        } catch (RuntimeException | Error e) {
            own.fail(e);
            throw e;
        } finally {
            inFlight.remove(cacheRequest.key(), own);
        }
    }

    /** Somebody else's load may have come to its end between the look into the cache and now. */
    private Optional<CachedResponse> findLoadedMeanwhile(String key, CacheLookup.Miss miss) {
        return miss.reason() != CacheMetrics.MissReason.REFRESH
                        && hitHandler.lookUp(key, reads.token()) instanceof CacheLookup.Hit hit
                ? Optional.of(hit.response())
                : Optional.empty();
    }

    private CachedResponse withLoadPermit(Supplier<CachedResponse> load) {
        try {
            if (!loadPermits.tryAcquire(settings.loadTimeout().toNanos(), TimeUnit.NANOSECONDS)) {
                throw SingleFlight.overloaded();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw SingleFlight.overloaded();
        }
        try {
            return metrics.loadTimer().record(load);
        } finally {
            loadPermits.release();
        }
    }

    private CachedResponse load(String key, Optional<CachedResponse> kept, Supplier<CacheableResponse> make) {
        Optional<Position> known = kept.filter(_ -> settings.checkPositions())
                .flatMap(old -> logReader.index().latestInvalidation(old.tags()));
        PositionedResult<CacheableResponse> made = readAtLeast(known, make);
        Optional<Position> newer = logReader
                .index()
                .latestInvalidation(CacheTag.hashes(made.value().tags()))
                .filter(change -> !made.lowerBound().isAtOrAfter(change));
        boolean older = newer.isPresent() && !made.onPrimary() && settings.checkPositions();
        PositionedResult<CacheableResponse> last = older ? readAtLeast(newer, make) : made;
        CacheableResponse content = last.value();
        CachedResponse answer = CachedResponse.of(
                content,
                toJson(content),
                settings.checkPositions() ? last.lowerBound() : assumedPosition(last, newer),
                last.upperBound().orElseGet(reads::latestPosition),
                store.newLifetime(content.isNotFound()),
                settings.compressFrom());
        storeIfFresh(key, answer, last.upperBound().isPresent());
        return answer;
    }

    /** What a cache believes that does not ask: what was read now is true now. */
    private Position assumedPosition(PositionedResult<CacheableResponse> made, Optional<Position> newer) {
        return made.lowerBound().max(logReader.appliedPosition()).max(newer.orElse(Position.START));
    }

    /**
     * Reads what is no older than what this pod has been told of; where no server has come so far that has room for it, what
     * the route gives, if that may be.
     */
    private PositionedResult<CacheableResponse> readAtLeast(
            Optional<Position> atLeast, Supplier<CacheableResponse> make) {
        try {
            return reads.read(atLeast, make);
        } catch (RuntimeException e) {
            boolean mayBeOlder = atLeast.isPresent()
                    && reads.token().isEmpty()
                    && reads.mayBeStale()
                    && DatabaseFailure.classify(e).isOutage();
            if (!mayBeOlder) {
                throw e;
            }
            return reads.read(Optional.empty(), make);
        }
    }

    private void storeIfFresh(String key, CachedResponse answer, boolean placed) {
        if (!placed) {
            metrics.notStored("unplaced");
        } else if (!logReader.index().isFresh(answer)) {
            metrics.notStored("stale");
        } else if (store.put(key, answer)) {
            metrics.stored();
        } else {
            metrics.notStored("size");
        }
    }

    private byte[] toJson(CacheableResponse content) {
        if (content.isNotFound()) {
            return new byte[0];
        }
        try {
            return json.writeValueAsBytes(content.entity().orElseThrow());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A record is always writable", e);
        }
    }

    private Optional<Response> respond(ServedResponse servedResponse, HttpServerRequest request) {
        CachedResponse answer = servedResponse.response();
        if (answer.isNotFound()) {
            return Optional.empty();
        }
        ContentEncoding contentEncoding = answer.selectEncoding(
                ContentEncoding.forAcceptEncoding(request.getHeader(HttpHeaders.ACCEPT_ENCODING)));
        boolean had = CacheHeaders.matchesIfNoneMatch(answer, request.getHeader(HttpHeaders.IF_NONE_MATCH));
        Response.ResponseBuilder response = had ? Response.notModified() : Response.ok();
        headers.put(
                answer,
                contentEncoding,
                servedResponse.cacheStatus(),
                reads.token().isPresent(),
                response::header);
        if (!had) {
            ByteBuffer body = answer.body(contentEncoding);
            byte[] bytes = new byte[body.remaining()];
            body.get(bytes);
            response.entity(bytes)
                    .type(CacheHeaders.CONTENT_TYPE)
                    .header(
                            HttpHeaders.CONTENT_ENCODING,
                            contentEncoding.contentCoding().orElse("identity"));
        }
        return Optional.of(response.build());
    }
}
