package io.fondaco.platform.admission;

import io.fondaco.platform.roles.RolePaths;
import io.fondaco.platform.web.Refusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Every request that needs a thread or the database passes here, on the event loop, before anything is done for it. What the cache
 * answers has been answered, and what it makes it makes once for all who want it, a bounded number at a time; completions have a
 * line of their own, {@link WaitingRoom}; health and metrics are always told.
 */
@ApplicationScoped
class RequestGate {
    /** After the cache has answered what it can, and bodies have been read; before any resource. */
    private static final int ORDER = 2;

    private static final long SWEEP_EVERY_MILLIS = 5;

    /** Seconds until it is worth to ask again, at least and at most: so that not all come at once. */
    private static final int SOONEST = 1;

    private static final int LATEST = 3;

    private final AdmissionSettings settings;
    private final RolePaths paths;
    private final Refusal refusal;
    private final Vertx vertx;
    private final Gate gate;
    private final Map<Priority, Counter> refused = new EnumMap<>(Priority.class);
    private final AtomicBoolean sweeping = new AtomicBoolean();

    RequestGate(AdmissionSettings settings, RolePaths paths, Refusal refusal, Vertx vertx, MeterRegistry registry) {
        this.settings = settings;
        this.paths = paths;
        this.refusal = refusal;
        this.vertx = vertx;
        this.gate = new Gate(settings.requestsAtATime(), settings.requestsInLine(), this::patience, System::nanoTime);
        for (Priority priority : Priority.values()) {
            measure(priority, registry);
        }
    }

    private Duration patience(Priority priority) {
        return switch (priority) {
            case BUY -> settings.buyPatience();
            case BROWSE -> settings.browsePatience();
            case ADMIN -> settings.adminPatience();
            case BULK -> settings.bulkPatience();
        };
    }

    private void measure(Priority priority, MeterRegistry registry) {
        Gauge.builder("fondaco.admission.requests.served", gate, measured -> measured.served(priority))
                .description(
                        "Requests that are being served, by what they are for; completions and cached answers not among them")
                .tag("priority", priority.label())
                .register(registry);
        Gauge.builder("fondaco.admission.requests.waiting", gate, measured -> measured.waiting(priority))
                .description("Requests that wait for others to be served")
                .tag("priority", priority.label())
                .register(registry);
        refused.put(
                priority,
                Counter.builder("fondaco.admission.requests.refused")
                        .description("Requests that were answered 503 overloaded")
                        .tag("priority", priority.label())
                        .register(registry));
    }

    void register(@Observes Router router) {
        router.route().order(ORDER).handler(this::pass);
    }

    private void pass(RoutingContext context) {
        Optional<Priority> priority = priority(context.request().method(), context.normalizedPath());
        if (priority.isEmpty() || Bounded.isMarked(context)) {
            context.next();
            return;
        }
        Call call = new Call(priority.get(), context, vertx.getOrCreateContext());
        context.addEndHandler(_ -> call.end());
        switch (gate.enter(call)) {
            case ADMITTED -> call.proceed();
            case WAITING -> sweepSoon();
            case REFUSED -> call.answerOverloaded();
        }
    }

    private Optional<Priority> priority(HttpMethod method, String path) {
        if (path.endsWith("/complete") && method.equals(HttpMethod.POST)) {
            return Optional.empty();
        }
        return paths.role(path).map(role -> switch (role) {
            case BUY, WORKER -> Priority.BUY;
            case BROWSE -> Priority.BROWSE;
            case ADMIN -> settings.bulkPaths().stream().anyMatch(path::startsWith) ? Priority.BULK : Priority.ADMIN;
        });
    }

    private void sweepSoon() {
        if (sweeping.compareAndSet(false, true)) {
            vertx.setTimer(SWEEP_EVERY_MILLIS, _ -> {
                sweeping.set(false);
                if (gate.sweep()) {
                    sweepSoon();
                }
            });
        }
    }

    private enum State {
        WAITING,
        SERVED,
        OVER
    }

    private final class Call implements Visitor {
        private final Priority priority;
        private final RoutingContext routing;
        private final Context eventLoop;
        private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

        Call(Priority priority, RoutingContext routing, Context eventLoop) {
            this.priority = priority;
            this.routing = routing;
            this.eventLoop = eventLoop;
        }

        @Override
        public Priority priority() {
            return priority;
        }

        @Override
        public boolean isGone() {
            return state.get() == State.OVER;
        }

        @Override
        public void admit() {
            eventLoop.runOnContext(_ -> proceed());
        }

        void proceed() {
            if (state.compareAndSet(State.WAITING, State.SERVED)) {
                routing.next();
            } else {
                gate.leave(priority);
            }
        }

        /** Answered, or the caller has gone. */
        void end() {
            if (state.getAndSet(State.OVER) == State.SERVED) {
                gate.leave(priority);
            }
        }

        @Override
        public void refuse() {
            eventLoop.runOnContext(_ -> {
                if (state.compareAndSet(State.WAITING, State.OVER)) {
                    answerOverloaded();
                }
            });
        }

        void answerOverloaded() {
            Objects.requireNonNull(refused.get(priority)).increment();
            HttpServerRequest request = routing.request();
            routing.response()
                    .putHeader(
                            HttpHeaders.RETRY_AFTER,
                            Integer.toString(ThreadLocalRandom.current().nextInt(SOONEST, LATEST + 1)));
            refusal.send(
                    routing, 503, "overloaded", "More is asked for than this pod can do just now; nothing was done.");
            // What is left of a body is thrown away, so that the connection can serve the next request.
            request.resume();
        }
    }
}
