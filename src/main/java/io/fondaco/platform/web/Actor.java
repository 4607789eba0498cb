package io.fondaco.platform.web;

import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.RequestScoped;
import org.jspecify.annotations.Nullable;

/**
 * Who does what is being done, for histories: the id of an API key ({@code key_…}), a cart ({@code cart:cart_…}), a payment
 * provider ({@code provider:test}), a job ({@code system:reservation-expiry}), else {@code shopper} or {@code system}. Never a
 * person's name.
 */
@RequestScoped
public class Actor {
    private static final String SYSTEM = "system";

    private final CurrentVertxRequest current;
    private final SecurityIdentity identity;
    private @Nullable String known;

    Actor(CurrentVertxRequest current, SecurityIdentity identity) {
        this.current = current;
        this.identity = identity;
    }

    /** From here on, in this request or run. */
    public void is(String name) {
        known = name;
    }

    public String name() {
        String told = known;
        if (told != null) {
            return told;
        }
        RoutingContext request = current.getCurrent();
        if (request == null) {
            return SYSTEM;
        }
        // Only the back office has keys: what the store's callers send is not to be looked up as one.
        return request.normalizedPath().startsWith("/admin/") && !identity.isAnonymous()
                ? identity.getPrincipal().getName()
                : "shopper";
    }
}
