package io.fondaco.platform.cache;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.platform.cache.AnswerHeaders.Source;
import io.fondaco.platform.database.DatabaseFailure;
import io.fondaco.platform.database.PositionedReads;
import io.fondaco.platform.database.PositionedReads.Positioned;
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
 * answered before a resource is entered ({@link FastLane}); this is for the rest.
 */
@ApplicationScoped
public class AnswerCache {
    /** Who waits for a load that fails, for its server may have gone away, or that is overtaken by a change, tries again. */
    private static final int MOST_TRIES = 2;

    private final CacheSettings settings;
    private final AnswerStore store;
    private final ChangeTail tail;
    private final FastLane lane;
    private final AnswerHeaders headers;
    private final PositionedReads reads;
    private final CacheMetrics metrics;
    private final CurrentVertxRequest current;
    private final ObjectMapper json;
    private final Map<String, Flight> flights = new ConcurrentHashMap<>();
    private final Semaphore loads;

    AnswerCache(
            CacheSettings settings,
            AnswerStore store,
            ChangeTail tail,
            FastLane lane,
            AnswerHeaders headers,
            PositionedReads reads,
            CacheMetrics metrics,
            CurrentVertxRequest current,
            ObjectMapper json) {
        this.settings = settings;
        this.store = store;
        this.tail = tail;
        this.lane = lane;
        this.headers = headers;
        this.reads = reads;
        this.metrics = metrics;
        this.current = current;
        this.json = json;
        this.loads = new Semaphore(settings.maxLoads(), true);
    }

    /** An answer, and where it comes from. */
    private record Found(StoredAnswer answer, Source source) {}

    /**
     * The answer to the request in hand: kept, or made now and kept for the next.
     *
     * @param make runs on the request's route, perhaps twice; whatever it throws is thrown to the caller and not kept
     * @return 200 or 304; empty when there is nothing to answer with
     */
    public Optional<Response> answer(Supplier<Answer> make) {
        RoutingContext context = current.getCurrent();
        Asked asked = context.get(Asked.ATTRIBUTE);
        if (asked == null) {
            return respond(new Found(makeOnly(make), Source.MADE), context.request());
        }
        Found found = find(asked, make);
        reads.show(found.answer().upTo());
        return respond(found, context.request());
    }

    /**
     * Whether the request in hand is for something of which nothing is known here, neither an answer nor that there is none
     * nor that it has changed of late, and whose caller does not say how new the answer must be.
     *
     * @param tags of what would make an answer
     */
    public boolean isUnheardOf(Set<Tag> tags) {
        Asked asked = current.getCurrent().get(Asked.ATTRIBUTE);
        return asked != null
                && asked.found() instanceof Verdict.Miss miss
                && miss.kept().isEmpty()
                && reads.token().isEmpty()
                && tail.marks().latest(Tag.hashes(tags)).isEmpty();
    }

    /** For requests whose answers are not kept. */
    private StoredAnswer makeOnly(Supplier<Answer> make) {
        Answer content = make.get();
        return StoredAnswer.of(
                content, write(content), Position.START, Position.START, store.life(false), Integer.MAX_VALUE);
    }

    private Found find(Asked asked, Supplier<Answer> make) {
        // Once more where it was found: the token may be one that could not be read without asking.
        Verdict verdict = asked.found() instanceof Verdict.Miss ? asked.found() : lane.look(asked.key(), reads.token());
        return switch (verdict) {
            case Verdict.Hit hit -> {
                metrics.hit(asked.route());
                yield new Found(hit.answer(), Source.KEPT);
            }
            case Verdict.Miss miss -> {
                metrics.miss(asked.route(), miss.reason());
                yield make(asked, miss, make);
            }
        };
    }

    private Found make(Asked asked, Verdict.Miss miss, Supplier<Answer> make) {
        try {
            return new Found(share(asked, miss, make), Source.MADE);
        } catch (RuntimeException e) {
            Optional<StoredAnswer> stale = miss.kept().filter(old -> mayServeStale(old, e));
            if (stale.isEmpty()) {
                throw e;
            }
            metrics.stale();
            return new Found(stale.get(), Source.STALE);
        }
    }

    private boolean mayServeStale(StoredAnswer old, RuntimeException failure) {
        return DatabaseFailure.in(failure).passes()
                && reads.token().isEmpty()
                && reads.mayBeStale()
                && !old.isAbsent()
                && tail.marks().holds(old)
                && tail.isWithin(System.nanoTime(), settings.maxStale());
    }

    /** Makes the answer, or waits for who is making it. */
    private StoredAnswer share(Asked asked, Verdict.Miss miss, Supplier<Answer> make) {
        Optional<Position> token = reads.token();
        for (int tries = 1; ; tries++) {
            Flight own = new Flight(token);
            Flight other = flights.putIfAbsent(asked.key(), own);
            if (other == null) {
                return lead(own, asked, miss, make);
            }
            if (!other.isGoodFor(token)) {
                return limited(() -> make(asked.key(), miss.kept(), make));
            }
            metrics.shared();
            try {
                StoredAnswer landed = other.await(settings.loadTimeout());
                // What was told since it took off may have been answered before this request began.
                if (tries == MOST_TRIES || tail.marks().holds(landed)) {
                    return landed;
                }
            } catch (RuntimeException e) {
                if (tries == MOST_TRIES || !DatabaseFailure.in(e).passes()) {
                    throw e;
                }
            }
        }
    }

    private StoredAnswer lead(Flight own, Asked asked, Verdict.Miss miss, Supplier<Answer> make) {
        try {
            StoredAnswer answer = landedMeanwhile(asked.key(), miss)
                    .orElseGet(() -> limited(() -> make(asked.key(), miss.kept(), make)));
            own.land(answer);
            return answer;
        } catch (RuntimeException | Error e) {
            own.fail(e);
            throw e;
        } finally {
            flights.remove(asked.key(), own);
        }
    }

    /** Somebody else's load may have come to its end between the look into the cache and now. */
    private Optional<StoredAnswer> landedMeanwhile(String key, Verdict.Miss miss) {
        return miss.reason() != CacheMetrics.Miss.REFRESH && lane.look(key, reads.token()) instanceof Verdict.Hit hit
                ? Optional.of(hit.answer())
                : Optional.empty();
    }

    private StoredAnswer limited(Supplier<StoredAnswer> load) {
        try {
            if (!loads.tryAcquire(settings.loadTimeout().toNanos(), TimeUnit.NANOSECONDS)) {
                throw Flight.tooBusy();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw Flight.tooBusy();
        }
        try {
            return metrics.loads().record(load);
        } finally {
            loads.release();
        }
    }

    private StoredAnswer make(String key, Optional<StoredAnswer> kept, Supplier<Answer> make) {
        Optional<Position> known = kept.filter(_ -> settings.checkPositions())
                .flatMap(old -> tail.marks().latest(old.tags()));
        Positioned<Answer> made = read(known, make);
        Optional<Position> newer = tail.marks()
                .latest(Tag.hashes(made.value().tags()))
                .filter(change -> !made.from().reaches(change));
        boolean older = newer.isPresent() && !made.onPrimary() && settings.checkPositions();
        Positioned<Answer> last = older ? read(newer, make) : made;
        Answer content = last.value();
        StoredAnswer answer = StoredAnswer.of(
                content,
                write(content),
                settings.checkPositions() ? last.from() : believed(last, newer),
                last.upTo().orElseGet(reads::front),
                store.life(content.isAbsent()),
                settings.compressFrom());
        keep(key, answer, last.upTo().isPresent());
        return answer;
    }

    /** What a cache believes that does not ask: what was read now is true now. */
    private Position believed(Positioned<Answer> made, Optional<Position> newer) {
        return made.from().max(tail.heardUpTo()).max(newer.orElse(Position.START));
    }

    /**
     * Reads what is no older than what this pod has been told of; where no server has come so far that has room for it, what
     * the route gives, if that may be.
     */
    private Positioned<Answer> read(Optional<Position> atLeast, Supplier<Answer> make) {
        try {
            return reads.read(atLeast, make);
        } catch (RuntimeException e) {
            boolean mayBeOlder = atLeast.isPresent()
                    && reads.token().isEmpty()
                    && reads.mayBeStale()
                    && DatabaseFailure.in(e).passes();
            if (!mayBeOlder) {
                throw e;
            }
            return reads.read(Optional.empty(), make);
        }
    }

    private void keep(String key, StoredAnswer answer, boolean placed) {
        if (!placed) {
            metrics.refused("unplaced");
        } else if (!tail.marks().holds(answer)) {
            metrics.refused("stale");
        } else if (store.put(key, answer)) {
            metrics.filled();
        } else {
            metrics.refused("size");
        }
    }

    private byte[] write(Answer content) {
        if (content.isAbsent()) {
            return new byte[0];
        }
        try {
            return json.writeValueAsBytes(content.entity().orElseThrow());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A record is always writable", e);
        }
    }

    private Optional<Response> respond(Found found, HttpServerRequest request) {
        StoredAnswer answer = found.answer();
        if (answer.isAbsent()) {
            return Optional.empty();
        }
        Encoding encoding = answer.offered(Encoding.accepted(request.getHeader(HttpHeaders.ACCEPT_ENCODING)));
        boolean had = AnswerHeaders.isWhatTheCallerHas(answer, request.getHeader(HttpHeaders.IF_NONE_MATCH));
        Response.ResponseBuilder response = had ? Response.notModified() : Response.ok();
        headers.put(answer, encoding, found.source(), reads.token().isPresent(), response::header);
        if (!had) {
            ByteBuffer body = answer.body(encoding);
            byte[] bytes = new byte[body.remaining()];
            body.get(bytes);
            response.entity(bytes)
                    .type(AnswerHeaders.CONTENT_TYPE)
                    .header(
                            HttpHeaders.CONTENT_ENCODING,
                            encoding.contentCoding().orElse("identity"));
        }
        return Optional.of(response.build());
    }
}
