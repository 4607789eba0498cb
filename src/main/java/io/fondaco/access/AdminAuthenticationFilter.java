package io.fondaco.access;

import io.fondaco.platform.roles.PodRole;
import io.fondaco.platform.roles.RolePaths;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.ProblemResponseWriter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;

/**
 * Rejects admin API requests without a valid key before anything else is spent on them: before the body is read and
 * before the admission gate assigns a place. Without this filter, unauthenticated clients could fill the places of the
 * admin API, and learn from a 404, 405 or 415 which paths and methods exist. The REST layer authenticates again, from
 * the cache; only it checks scopes.
 *
 * <p>A key that this pod has not seen valid needs a statement on the primary. At most
 * {@value #MAX_UNKNOWN_KEY_LOOKUPS} such lookups run at the same time; further requests are answered 503, so that
 * unauthenticated clients cannot use up the database.
 * Keys that the pod knows never wait for them, even if they are looked up again.
 */
@ApplicationScoped
class AdminAuthenticationFilter {
    private static final Logger LOG = Logger.getLogger(AdminAuthenticationFilter.class);

    /** Runs after the role filter, which answers 404 for paths that other pods serve. */
    private static final int FILTER_PRIORITY = 890;

    /** Concurrent lookups per pod. */
    static final int MAX_UNKNOWN_KEY_LOOKUPS = 4;

    private final ApiKeyAuthenticator authenticator;
    private final RolePaths paths;
    private final ProblemResponseWriter problemResponseWriter;
    private final Vertx vertx;
    private final Map<RejectionReason, Counter> rejections = new EnumMap<>(RejectionReason.class);
    private final Semaphore unknownKeyLookups = new Semaphore(MAX_UNKNOWN_KEY_LOOKUPS);

    AdminAuthenticationFilter(
            ApiKeyAuthenticator authenticator,
            RolePaths paths,
            ProblemResponseWriter problemResponseWriter,
            Vertx vertx,
            MeterRegistry registry) {
        this.authenticator = authenticator;
        this.paths = paths;
        this.problemResponseWriter = problemResponseWriter;
        this.vertx = vertx;
        for (RejectionReason rejectionReason : RejectionReason.values()) {
            rejections.put(rejectionReason, rejectionCounter(rejectionReason, registry));
        }
    }

    private enum RejectionReason {
        NO_KEY,
        INVALID_KEY,
        TOO_MANY,
        DATABASE_AWAY
    }

    void register(@Observes Filters filters) {
        filters.register(this::filter, FILTER_PRIORITY);
    }

    private static Counter rejectionCounter(RejectionReason rejectionReason, MeterRegistry registry) {
        return Counter.builder("fondaco.access.refused")
                .description("Admin API requests that were rejected before they were processed")
                .tag("reason", rejectionReason.name().toLowerCase(Locale.ROOT))
                .register(registry);
    }

    private void filter(RoutingContext context) {
        if (paths.roleOf(context.normalizedPath())
                .filter(podRole -> podRole == PodRole.ADMIN)
                .isEmpty()) {
            context.next();
            return;
        }
        Optional<String> secret = ApiKeyAuthenticationMechanism.bearerToken(context.request())
                .filter(ApiKeyAuthenticationMechanism::isWellFormed);
        if (secret.isEmpty()) {
            reject(context, RejectionReason.NO_KEY);
        } else if (authenticator.isCachedValid(secret.get())) {
            context.next();
        } else {
            authenticateAsync(context, secret.get());
        }
    }

    private void authenticateAsync(RoutingContext context, String secret) {
        boolean unknownKey = !authenticator.isCached(secret);
        if (unknownKey && !unknownKeyLookups.tryAcquire()) {
            reject(context, RejectionReason.TOO_MANY);
            return;
        }
        Context eventLoop = vertx.getOrCreateContext();
        Thread.ofVirtual().name("api-key-lookup").start(() -> {
            Runnable action;
            try {
                boolean valid = authenticator.authenticate(secret).isPresent();
                action = valid ? context::next : () -> reject(context, RejectionReason.INVALID_KEY);
            } catch (ApiException rejection) {
                action = () -> unauthorized(
                        context, RejectionReason.INVALID_KEY, rejection.code(), String.valueOf(rejection.getMessage()));
            } catch (SQLException | RuntimeException e) {
                LOG.warnf("An API key could not be looked up: %s", e.getMessage());
                action = () -> reject(context, RejectionReason.DATABASE_AWAY);
            } finally {
                if (unknownKey) {
                    unknownKeyLookups.release();
                }
            }
            Runnable next = action;
            eventLoop.runOnContext(_ -> next.run());
        });
    }

    private void reject(RoutingContext context, RejectionReason rejectionReason) {
        switch (rejectionReason) {
            case NO_KEY, INVALID_KEY ->
                unauthorized(context, rejectionReason, "unauthorized", ProblemResponseWriter.API_KEY_REQUIRED);
            case TOO_MANY ->
                unavailable(
                        context,
                        rejectionReason,
                        "overloaded",
                        "This pod is overloaded and did not process the request; try again.");
            case DATABASE_AWAY ->
                unavailable(
                        context, rejectionReason, "database_unavailable", "The database is unavailable; try again.");
        }
    }

    private void unauthorized(RoutingContext context, RejectionReason rejectionReason, String code, String detail) {
        Objects.requireNonNull(rejections.get(rejectionReason)).increment();
        context.response().putHeader("WWW-Authenticate", "Bearer");
        problemResponseWriter.sendAndClose(context, 401, code, detail);
    }

    private void unavailable(RoutingContext context, RejectionReason rejectionReason, String code, String detail) {
        Objects.requireNonNull(rejections.get(rejectionReason)).increment();
        context.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
        problemResponseWriter.sendAndClose(context, 503, code, detail);
    }
}
