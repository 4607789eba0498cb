package io.fondaco.platform.admission;

import io.fondaco.platform.roles.RolePaths;
import io.fondaco.platform.web.Endpoints;
import io.fondaco.platform.web.ProblemResponseWriter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Passes every request that needs a thread or the database through the admission gate, on the event loop, before any
 * work is done for it. Not subject to it: cache hits, which are already answered here; loads of cached routes, which
 * the cache shares and limits itself; resource methods that limit their requests themselves ({@link
 * ExemptFromAdmission}); health checks and metrics.
 */
@ApplicationScoped
class AdmissionHandler {
    /** After cache hits are answered and bodies are read, before any resource. */
    private static final int ORDER = 2;

    private static final long EXPIRY_INTERVAL_MILLIS = 5;

    /**
     * Minimum and maximum of {@code Retry-After} in seconds; random, so that clients do not all retry at the same time.
     */
    private static final int MIN_RETRY_AFTER_SECONDS = 1;

    private static final int MAX_RETRY_AFTER_SECONDS = 3;

    /** Requests of each priority that wait; further ones are rejected immediately. */
    private static final int MAX_QUEUED_PER_PRIORITY = 500;

    /**
     * Maximum waits; for all but buying a tenth of it in a standing queue. A shopper rather waits some seconds than
     * gets an error: after a start, or when many arrive together.
     */
    private static final Duration BUY_MAX_WAIT = Duration.ofSeconds(10);

    private static final Duration BROWSE_MAX_WAIT = Duration.ofMillis(500);
    private static final Duration ADMIN_MAX_WAIT = Duration.ofMillis(500);
    private static final Duration BULK_MAX_WAIT = Duration.ofMillis(200);

    private final RolePaths paths;
    private final List<Endpoints.Endpoint> exemptEndpoints;
    private final List<Endpoints.Endpoint> bulkEndpoints;
    private final ProblemResponseWriter problemResponseWriter;
    private final Vertx vertx;
    private final AdmissionGate admissionGate;
    private final Map<RequestPriority, Counter> rejectedCounters = new EnumMap<>(RequestPriority.class);
    private final AtomicBoolean expiryScheduled = new AtomicBoolean();

    AdmissionHandler(
            AdmissionSettings settings,
            RolePaths paths,
            Endpoints endpoints,
            ProblemResponseWriter problemResponseWriter,
            Vertx vertx,
            MeterRegistry registry) {
        this.paths = paths;
        this.exemptEndpoints = endpoints.annotatedWith(ExemptFromAdmission.class);
        this.bulkEndpoints = endpoints.annotatedWith(Bulk.class);
        this.problemResponseWriter = problemResponseWriter;
        this.vertx = vertx;
        this.admissionGate = new AdmissionGate(
                settings.maxRequests(), MAX_QUEUED_PER_PRIORITY, AdmissionHandler::maxWait, System::nanoTime);
        for (RequestPriority requestPriority : RequestPriority.values()) {
            registerMetrics(requestPriority, registry);
        }
    }

    private static Duration maxWait(RequestPriority requestPriority) {
        return switch (requestPriority) {
            case BUY -> BUY_MAX_WAIT;
            case BROWSE -> BROWSE_MAX_WAIT;
            case ADMIN -> ADMIN_MAX_WAIT;
            case BULK -> BULK_MAX_WAIT;
        };
    }

    private void registerMetrics(RequestPriority requestPriority, MeterRegistry registry) {
        Gauge.builder("fondaco.admission.requests.served", admissionGate, gate -> gate.countServed(requestPriority))
                .description("Requests that are being served, by priority; without checkouts and cached responses")
                .tag("priority", requestPriority.label())
                .register(registry);
        Gauge.builder("fondaco.admission.requests.waiting", admissionGate, gate -> gate.countQueued(requestPriority))
                .description("Requests that wait for admission")
                .tag("priority", requestPriority.label())
                .register(registry);
        rejectedCounters.put(
                requestPriority,
                Counter.builder("fondaco.admission.requests.refused")
                        .description("Requests that were answered 503 overloaded")
                        .tag("priority", requestPriority.label())
                        .register(registry));
    }

    void register(@Observes Router router) {
        router.route().order(ORDER).handler(this::handle);
    }

    private void handle(RoutingContext context) {
        Optional<RequestPriority> priority = priority(context.request().method().name(), context.normalizedPath());
        if (priority.isEmpty() || AdmissionExemption.isMarked(context)) {
            context.next();
            return;
        }
        HttpCandidate httpCandidate = new HttpCandidate(priority.get(), context, vertx.getOrCreateContext());
        context.addEndHandler(_ -> httpCandidate.finish());
        switch (admissionGate.acquire(httpCandidate)) {
            case ADMITTED -> httpCandidate.proceed();
            case QUEUED -> scheduleExpiry();
            case REJECTED -> httpCandidate.respondOverloaded();
        }
    }

    private Optional<RequestPriority> priority(String method, String path) {
        if (isAny(exemptEndpoints, method, path)) {
            return Optional.empty();
        }
        return paths.roleOf(path).map(podRole -> switch (podRole) {
            case BUY, WORKER -> RequestPriority.BUY;
            case BROWSE -> RequestPriority.BROWSE;
            case ADMIN -> isAny(bulkEndpoints, method, path) ? RequestPriority.BULK : RequestPriority.ADMIN;
        });
    }

    private static boolean isAny(List<Endpoints.Endpoint> endpoints, String method, String path) {
        for (Endpoints.Endpoint endpoint : endpoints) {
            if (endpoint.matches(method, path)) {
                return true;
            }
        }
        return false;
    }

    private void scheduleExpiry() {
        if (expiryScheduled.compareAndSet(false, true)) {
            vertx.setTimer(EXPIRY_INTERVAL_MILLIS, _ -> {
                expiryScheduled.set(false);
                if (admissionGate.rejectExpired()) {
                    scheduleExpiry();
                }
            });
        }
    }

    private enum CandidateState {
        WAITING,
        SERVED,
        FINISHED
    }

    private final class HttpCandidate implements AdmissionCandidate {
        private final RequestPriority requestPriority;
        private final RoutingContext routing;
        private final Context eventLoop;
        private final AtomicReference<CandidateState> state = new AtomicReference<>(CandidateState.WAITING);

        HttpCandidate(RequestPriority requestPriority, RoutingContext routing, Context eventLoop) {
            this.requestPriority = requestPriority;
            this.routing = routing;
            this.eventLoop = eventLoop;
        }

        @Override
        public RequestPriority priority() {
            return requestPriority;
        }

        @Override
        public boolean isCancelled() {
            return state.get() == CandidateState.FINISHED;
        }

        @Override
        public void admit() {
            eventLoop.runOnContext(_ -> proceed());
        }

        void proceed() {
            if (state.compareAndSet(CandidateState.WAITING, CandidateState.SERVED)) {
                routing.next();
            } else {
                admissionGate.release(requestPriority);
            }
        }

        /** The response was sent, or the client has disconnected. */
        void finish() {
            if (state.getAndSet(CandidateState.FINISHED) == CandidateState.SERVED) {
                admissionGate.release(requestPriority);
            }
        }

        @Override
        public void reject() {
            eventLoop.runOnContext(_ -> {
                if (state.compareAndSet(CandidateState.WAITING, CandidateState.FINISHED)) {
                    respondOverloaded();
                }
            });
        }

        void respondOverloaded() {
            Objects.requireNonNull(rejectedCounters.get(requestPriority)).increment();
            HttpServerRequest request = routing.request();
            routing.response()
                    .putHeader(
                            HttpHeaders.RETRY_AFTER,
                            Integer.toString(ThreadLocalRandom.current()
                                    .nextInt(MIN_RETRY_AFTER_SECONDS, MAX_RETRY_AFTER_SECONDS + 1)));
            problemResponseWriter.send(
                    routing, 503, "overloaded", "The server is overloaded and did not process the request; try again.");
            // Discard the rest of the body, so that the connection can serve the next request.
            request.resume();
        }
    }
}
