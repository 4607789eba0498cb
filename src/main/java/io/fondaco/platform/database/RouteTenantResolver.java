package io.fondaco.platform.database;

import io.quarkus.hibernate.orm.PersistenceUnitExtension;
import io.quarkus.hibernate.orm.runtime.tenant.TenantResolver;
import jakarta.enterprise.context.ApplicationScoped;

/** Gives Hibernate the route of the request as the tenant when it opens a session. */
@PersistenceUnitExtension
@ApplicationScoped
class RouteTenantResolver implements TenantResolver {
    private final CurrentRoute current;

    RouteTenantResolver(CurrentRoute current) {
        this.current = current;
    }

    @Override
    public String getDefaultTenantId() {
        return Route.PRIMARY.tenant();
    }

    @Override
    public String resolveTenantId() {
        return current.route().tenant();
    }
}
