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
 * Refuses requests of the back office that have no valid key, before anything else is spent on them: before a body is
 * read, and before the admission gate gives away a place. Without it strangers fill the places of the back office, and
 * learn from a 404, 405 or 415 which paths and methods there are. The REST layer authenticates again, from memory; it
 * alone decides about scopes.
 *
 * <p>A key that this pod has not seen valid needs a statement on the primary. At most
 * {@code fondaco.access.strangers-at-a-time} of these are under way; more are answered 503. Keys that the pod knows
 * never wait for them, also when they are looked up again.
 */
@ApplicationScoped
class AdminAuthenticationFilter {
    private static final Logger LOG = Logger.getLogger(AdminAuthenticationFilter.class);

    /** After the roles, which answer 404 for paths that are on other pods. */
    private static final int FILTER_PRIORITY = 890;

    private final ApiKeyAuthenticator authenticator;
    private final RolePaths paths;
    private final ProblemResponseWriter problemResponseWriter;
    private final Vertx vertx;
    private final Map<RejectionReason, Counter> rejections = new EnumMap<>(RejectionReason.class);
    private final Semaphore unknownKeyLookups;

    AdminAuthenticationFilter(
            ApiKeyAuthenticator keys,
            AccessSettings settings,
            RolePaths paths,
            ProblemResponseWriter problemResponseWriter,
            Vertx vertx,
            MeterRegistry registry) {
        this.authenticator = keys;
        this.paths = paths;
        this.problemResponseWriter = problemResponseWriter;
        this.vertx = vertx;
        this.unknownKeyLookups = new Semaphore(settings.strangersAtATime());
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
                .description("Requests of the back office that were refused before anything was done for them")
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
        boolean stranger = !authenticator.isCached(secret);
        if (stranger && !unknownKeyLookups.tryAcquire()) {
            reject(context, RejectionReason.TOO_MANY);
            return;
        }
        Context eventLoop = vertx.getOrCreateContext();
        Thread.ofVirtual().name("key-look-up").start(() -> {
            Runnable then;
            try {
                boolean valid = authenticator.authenticate(secret).isPresent();
                then = valid ? context::next : () -> reject(context, RejectionReason.INVALID_KEY);
            } catch (ApiException refused) {
                then = () -> unauthorized(
                        context, RejectionReason.INVALID_KEY, refused.code(), String.valueOf(refused.getMessage()));
            } catch (SQLException | RuntimeException e) {
                LOG.warnf("A key could not be looked up: %s", e.getMessage());
                then = () -> reject(context, RejectionReason.DATABASE_AWAY);
            } finally {
                if (stranger) {
                    unknownKeyLookups.release();
                }
            }
            Runnable next = then;
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
                        "More is asked for than this pod can do just now; nothing was done.");
            case DATABASE_AWAY ->
                unavailable(
                        context,
                        rejectionReason,
                        "database_unavailable",
                        "The database does not answer just now; try again.");
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
