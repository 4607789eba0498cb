package io.fondaco.access;

import io.fondaco.platform.roles.Role;
import io.fondaco.platform.roles.RolePaths;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Refusal;
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
class AdminGuard {
    private static final Logger LOG = Logger.getLogger(AdminGuard.class);

    /** After the roles, which answer 404 for paths that are on other pods. */
    private static final int FILTER_PRIORITY = 890;

    private final ApiKeys keys;
    private final RolePaths paths;
    private final Refusal refusal;
    private final Vertx vertx;
    private final Map<Reason, Counter> refused = new EnumMap<>(Reason.class);
    private final Semaphore strangers;

    AdminGuard(
            ApiKeys keys,
            AccessSettings settings,
            RolePaths paths,
            Refusal refusal,
            Vertx vertx,
            MeterRegistry registry) {
        this.keys = keys;
        this.paths = paths;
        this.refusal = refusal;
        this.vertx = vertx;
        this.strangers = new Semaphore(settings.strangersAtATime());
        for (Reason reason : Reason.values()) {
            refused.put(reason, counter(reason, registry));
        }
    }

    private enum Reason {
        NO_KEY,
        INVALID_KEY,
        TOO_MANY,
        DATABASE_AWAY
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, FILTER_PRIORITY);
    }

    private static Counter counter(Reason reason, MeterRegistry registry) {
        return Counter.builder("fondaco.access.refused")
                .description("Requests of the back office that were refused before anything was done for them")
                .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                .register(registry);
    }

    private void check(RoutingContext context) {
        if (paths.role(context.normalizedPath())
                .filter(role -> role == Role.ADMIN)
                .isEmpty()) {
            context.next();
            return;
        }
        Optional<String> secret = KeyAuthentication.bearer(context.request()).filter(KeyAuthentication::isPossible);
        if (secret.isEmpty()) {
            refuse(context, Reason.NO_KEY);
        } else if (keys.isTrusted(secret.get())) {
            context.next();
        } else {
            lookUp(context, secret.get());
        }
    }

    private void lookUp(RoutingContext context, String secret) {
        boolean stranger = !keys.isKnown(secret);
        if (stranger && !strangers.tryAcquire()) {
            refuse(context, Reason.TOO_MANY);
            return;
        }
        Context eventLoop = vertx.getOrCreateContext();
        Thread.ofVirtual().name("key-look-up").start(() -> {
            Runnable then;
            try {
                boolean valid = keys.holder(secret).isPresent();
                then = valid ? context::next : () -> refuse(context, Reason.INVALID_KEY);
            } catch (ApiException refused) {
                then = () ->
                        unauthorized(context, Reason.INVALID_KEY, refused.code(), String.valueOf(refused.getMessage()));
            } catch (SQLException | RuntimeException e) {
                LOG.warnf("A key could not be looked up: %s", e.getMessage());
                then = () -> refuse(context, Reason.DATABASE_AWAY);
            } finally {
                if (stranger) {
                    strangers.release();
                }
            }
            Runnable next = then;
            eventLoop.runOnContext(_ -> next.run());
        });
    }

    private void refuse(RoutingContext context, Reason reason) {
        switch (reason) {
            case NO_KEY, INVALID_KEY -> unauthorized(context, reason, "unauthorized", Refusal.SEND_A_KEY);
            case TOO_MANY ->
                unavailable(
                        context,
                        reason,
                        "overloaded",
                        "More is asked for than this pod can do just now; nothing was done.");
            case DATABASE_AWAY ->
                unavailable(
                        context, reason, "database_unavailable", "The database does not answer just now; try again.");
        }
    }

    private void unauthorized(RoutingContext context, Reason reason, String code, String detail) {
        Objects.requireNonNull(refused.get(reason)).increment();
        context.response().putHeader("WWW-Authenticate", "Bearer");
        refusal.sendUnread(context, 401, code, detail);
    }

    private void unavailable(RoutingContext context, Reason reason, String code, String detail) {
        Objects.requireNonNull(refused.get(reason)).increment();
        context.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
        refusal.sendUnread(context, 503, code, detail);
    }
}
