package io.fondaco.platform.cache;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.platform.cache.CacheHeaders.CacheStatus;
import io.fondaco.platform.cache.CachedResponseRenderer.Rendered;
import io.fondaco.platform.database.DatabaseFailure;
import io.fondaco.platform.database.PositionedReads;
import io.fondaco.platform.database.PositionedReads.PositionedResult;
import io.fondaco.platform.topology.Position;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Returns cached responses to resources, and loads each missing one once for all concurrent requests. Fresh entries are
 * served before a resource is called ({@link CacheHitHandler}); this class handles all other requests.
 */
@ApplicationScoped
public class ResponseCache {
    /**
     * Loads per request: a request retries when the load that it waited for failed with an outage or was invalidated
     * meanwhile.
     */
    private static final int MAX_ATTEMPTS = 2;

    /** How long a request waits for its own load, or for another request's load of the same response. */
    private static final Duration LOAD_TIMEOUT = Duration.ofSeconds(5);

    /** Bodies of at least this size are also kept compressed. */
    private static final int MIN_COMPRESSED_BYTES = 512;

    /** Concurrent loads of responses, per pod: a cold cache must not take all connections. */
    private static final int MAX_CONCURRENT_LOADS = 32;

    private final CacheSettings settings;
    private final CachedResponseStore store;
    private final InvalidationLogReader logReader;
    private final CachedResponseFinder finder;
    private final CachedResponseRenderer renderer;
    private final PositionedReads reads;
    private final CacheMetrics metrics;
    private final CurrentVertxRequest current;
    private final ObjectMapper json;
    private final Map<String, SingleFlight> inFlight = new ConcurrentHashMap<>();
    private final Semaphore loadPermits;

    ResponseCache(
            CacheSettings settings,
            CachedResponseStore store,
            InvalidationLogReader logReader,
            CachedResponseFinder finder,
            CachedResponseRenderer renderer,
            PositionedReads reads,
            CacheMetrics metrics,
            CurrentVertxRequest current,
            ObjectMapper json) {
        this.settings = settings;
        this.store = store;
        this.logReader = logReader;
        this.finder = finder;
        this.renderer = renderer;
        this.reads = reads;
        this.metrics = metrics;
        this.current = current;
        this.json = json;
        this.loadPermits = new Semaphore(MAX_CONCURRENT_LOADS, true);
    }

    /** A response and where it came from. */
    private record ServedResponse(CachedResponse response, CacheStatus cacheStatus) {}

    /** Looks up the current request, which a resource does before anything else. */
    public CacheLookup lookUp(CachedRoute route) {
        RoutingContext context = current.getCurrent();
        if (!settings.enabled() || !route.matches(context.normalizedPath())) {
            return CacheLookup.notCacheable(route);
        }
        logReader.awaitCurrentLog();
        return route.key(context)
                .map(key -> new CacheLookup(route, key, refreshIfDue(finder.find(key, reads.token()))))
                .orElseGet(() -> CacheLookup.notCacheable(route));
    }

    /**
     * A request for a response that is due for refresh reaches a resource only if {@link CacheHitHandler} chose it to
     * reload the response. Requests for negative entries all reach a resource, so some of them are chosen here.
     */
    private CacheLookup.Result refreshIfDue(CacheLookup.Result found) {
        if (!(found instanceof CacheLookup.Hit hit)) {
            return found;
        }
        CachedResponse cached = hit.response();
        boolean refresh = cached.isNotFound() ? finder.choosesRefresh(cached) : finder.isDueForRefresh(cached);
        return refresh ? new CacheLookup.Miss(CacheMetrics.MissReason.REFRESH, Optional.of(cached)) : found;
    }

    /**
     * The response to the current request: from the cache, or loaded now and stored.
     *
     * @param loader runs on the request's route, up to twice; its exceptions are thrown to the caller and not cached
     * @return 200 or 304; empty for "not found"
     */
    public Optional<Response> getOrLoad(CacheLookup lookup, Supplier<CacheableResponse> loader) {
        return switch (lookup.result()) {
            case CacheLookup.NotCacheable _ -> respond(loadUncached(loader), CacheStatus.MISS);
            case CacheLookup.Hit hit -> {
                metrics.hit(lookup.route());
                yield respondCached(new ServedResponse(hit.response(), CacheStatus.HIT));
            }
            case CacheLookup.Miss miss -> {
                metrics.miss(lookup.route(), miss.reason());
                yield respondCached(load(lookup.key(), miss, loader));
            }
        };
    }

    /**
     * Whether there is no entry, no negative entry and no recent invalidation for this request, and it has no
     * consistency token.
     *
     * @param tags of the data that would make the resource exist
     */
    public boolean isUnknown(CacheLookup lookup, Set<CacheTag> tags) {
        return lookup.result() instanceof CacheLookup.Miss miss
                && miss.cached().isEmpty()
                && reads.token().isEmpty()
                && logReader.index().latestInvalidation(CacheTag.hashes(tags)).isEmpty();
    }

    /** For requests whose responses are not cached. */
    private CachedResponse loadUncached(Supplier<CacheableResponse> loader) {
        CacheableResponse content = loader.get();
        return CachedResponse.of(
                content,
                toJson(content),
                Position.START,
                Position.START,
                store.newLifetime(content),
                Integer.MAX_VALUE);
    }

    private ServedResponse load(String key, CacheLookup.Miss miss, Supplier<CacheableResponse> loader) {
        try {
            return new ServedResponse(loadShared(key, miss, loader), CacheStatus.MISS);
        } catch (RuntimeException e) {
            Optional<CachedResponse> stale = miss.cached().filter(entry -> mayServeStale(entry, e));
            if (stale.isEmpty()) {
                throw e;
            }
            metrics.staleServed();
            return new ServedResponse(stale.get(), CacheStatus.STALE);
        }
    }

    private boolean mayServeStale(CachedResponse entry, RuntimeException failure) {
        return DatabaseFailure.classify(failure).isOutage()
                && reads.token().isEmpty()
                && reads.mayBeStale()
                && !entry.isNotFound()
                && isValid(entry)
                && logReader.hasReadWithin(System.nanoTime(), settings.maxStaleness());
    }

    /** Loads the response, or waits for another request that is loading it. */
    private CachedResponse loadShared(String key, CacheLookup.Miss miss, Supplier<CacheableResponse> loader) {
        Optional<Position> token = reads.token();
        for (int attempt = 1; ; attempt++) {
            SingleFlight own = new SingleFlight(token);
            SingleFlight other = inFlight.putIfAbsent(key, own);
            if (other == null) {
                return loadAsLeader(own, key, miss, loader);
            }
            if (!other.satisfies(token)) {
                return withLoadPermit(() -> load(key, miss.cached(), loader));
            }
            metrics.loadShared();
            try {
                CachedResponse loaded = other.await(LOAD_TIMEOUT);
                // An invalidation since the load started may have been visible to the client before this request began.
                if (attempt == MAX_ATTEMPTS || isValid(loaded)) {
                    return loaded;
                }
            } catch (RuntimeException e) {
                if (attempt == MAX_ATTEMPTS || !DatabaseFailure.classify(e).isOutage()) {
                    throw e;
                }
            }
        }
    }

    /** Neither invalidated nor at the end of its validity. */
    private boolean isValid(CachedResponse cached) {
        return logReader.index().isFresh(cached) && cached.isValidAt(Instant.now());
    }

    private CachedResponse loadAsLeader(
            SingleFlight own, String key, CacheLookup.Miss miss, Supplier<CacheableResponse> loader) {
        try {
            CachedResponse loaded = findLoadedMeanwhile(key, miss)
                    .orElseGet(() -> withLoadPermit(() -> load(key, miss.cached(), loader)));
            own.complete(loaded);
            return loaded;
        } catch (RuntimeException | Error e) {
            own.fail(e);
            throw e;
        } finally {
            inFlight.remove(key, own);
        }
    }

    /** Another load may have completed between the lookup and now. */
    private Optional<CachedResponse> findLoadedMeanwhile(String key, CacheLookup.Miss miss) {
        return miss.reason() != CacheMetrics.MissReason.REFRESH
                        && finder.find(key, reads.token()) instanceof CacheLookup.Hit hit
                ? Optional.of(hit.response())
                : Optional.empty();
    }

    private CachedResponse withLoadPermit(Supplier<CachedResponse> load) {
        try {
            if (!loadPermits.tryAcquire(LOAD_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS)) {
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

    private CachedResponse load(String key, Optional<CachedResponse> previous, Supplier<CacheableResponse> loader) {
        Optional<Position> invalidatedAt = previous.filter(_ -> settings.checkPositions())
                .flatMap(entry -> logReader.index().latestInvalidation(entry.tags()));
        PositionedResult<CacheableResponse> first = readAtLeast(invalidatedAt, loader);
        Optional<Position> newerInvalidation = logReader
                .index()
                .latestInvalidation(CacheTag.hashes(first.value().tags()))
                .filter(change -> !first.lowerBound().isAtOrAfter(change));
        boolean readAgain = newerInvalidation.isPresent() && !first.onPrimary() && settings.checkPositions();
        PositionedResult<CacheableResponse> result = readAgain ? readAtLeast(newerInvalidation, loader) : first;
        CacheableResponse content = result.value();
        CachedResponse cached = CachedResponse.of(
                content,
                toJson(content),
                settings.checkPositions() ? result.lowerBound() : assumedPosition(result, newerInvalidation),
                result.upperBound().orElseGet(reads::latestPosition),
                store.newLifetime(content),
                MIN_COMPRESSED_BYTES);
        storeIfFresh(key, cached, result.upperBound().isPresent());
        return cached;
    }

    /** The position that a cache without position checks would assume: what is read now is current. */
    private Position assumedPosition(PositionedResult<CacheableResponse> result, Optional<Position> newerInvalidation) {
        return result.lowerBound().max(logReader.appliedPosition()).max(newerInvalidation.orElse(Position.START));
    }

    /**
     * Reads at or past the latest known invalidation. If no server that has reached it has capacity, and the client may
     * get an older state, reads from the request's route.
     */
    private PositionedResult<CacheableResponse> readAtLeast(
            Optional<Position> atLeast, Supplier<CacheableResponse> loader) {
        try {
            return reads.read(atLeast, loader);
        } catch (RuntimeException e) {
            boolean mayBeOlder = atLeast.isPresent()
                    && reads.token().isEmpty()
                    && reads.mayBeStale()
                    && DatabaseFailure.classify(e).isOutage();
            if (!mayBeOlder) {
                throw e;
            }
            return reads.read(Optional.empty(), loader);
        }
    }

    private void storeIfFresh(String key, CachedResponse cached, boolean positionKnown) {
        if (!positionKnown) {
            metrics.notStored("unplaced");
        } else if (!logReader.index().isFresh(cached)) {
            metrics.notStored("stale");
        } else if (store.put(key, cached)) {
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
            throw new IllegalStateException("Cannot write the response as JSON", e);
        }
    }

    private Optional<Response> respondCached(ServedResponse servedResponse) {
        reads.recordCachedPosition(servedResponse.response().upperBound());
        return respond(servedResponse.response(), servedResponse.cacheStatus());
    }

    private Optional<Response> respond(CachedResponse cached, CacheStatus cacheStatus) {
        if (cached.isNotFound()) {
            return Optional.empty();
        }
        HttpServerRequest request = current.getCurrent().request();
        Response.ResponseBuilder response = Response.ok();
        Rendered rendered = renderer.render(cached, cacheStatus, reads.token().isPresent(), request, response::header);
        response.status(rendered.status());
        rendered.body().ifPresent(body -> {
            byte[] bytes = new byte[body.remaining()];
            body.get(bytes);
            response.entity(bytes);
        });
        return Optional.of(response.build());
    }
}
