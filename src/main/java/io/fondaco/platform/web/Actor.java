package io.fondaco.platform.web;

import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.ws.rs.container.ResourceInfo;
import java.lang.reflect.Method;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/**
 * The actor of the current request or job, as histories record it: the id of an API key ({@code key_…}), a cart ({@code
 * cart:cart_…}), a payment provider ({@code provider:test}), a job ({@code system:reservation-expiry}), otherwise
 * {@code shopper} or {@code system}. Never a person's name.
 */
@RequestScoped
public class Actor {
    private static final String SYSTEM = "system";

    private final CurrentVertxRequest current;
    private final SecurityIdentity identity;
    private @Nullable String explicitName;
    private boolean apiKeyRequired;

    Actor(CurrentVertxRequest current, SecurityIdentity identity) {
        this.current = current;
        this.identity = identity;
    }

    /** Sets the actor for the rest of this request or job. */
    public void actAs(String name) {
        explicitName = name;
    }

    void markApiKeyRequired() {
        apiKeyRequired = true;
    }

    public String name() {
        String name = explicitName;
        if (name != null) {
            return name;
        }
        RoutingContext request = current.getCurrent();
        if (request == null) {
            return SYSTEM;
        }
        // Only the admin API uses API keys: tokens that store clients send must not be looked up as keys.
        return apiKeyRequired && !identity.isAnonymous()
                ? identity.getPrincipal().getName()
                : "shopper";
    }

    /**
     * Records for each request whether its resource requires an API key, by the annotation that enforces it and not by
     * the path.
     */
    static class ApiKeyRequirementFilter {
        private final Actor actor;

        ApiKeyRequirementFilter(Actor actor) {
            this.actor = actor;
        }

        @ServerRequestFilter
        void markResource(ResourceInfo resource) {
            Method method = resource.getResourceMethod();
            if (method != null
                    && (method.isAnnotationPresent(RolesAllowed.class)
                            || resource.getResourceClass().isAnnotationPresent(RolesAllowed.class))) {
                actor.markApiKeyRequired();
            }
        }
    }
}
