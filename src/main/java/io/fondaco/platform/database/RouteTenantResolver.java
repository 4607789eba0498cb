package io.fondaco.platform.database;

import io.quarkus.hibernate.orm.PersistenceUnitExtension;
import io.quarkus.hibernate.orm.runtime.tenant.TenantResolver;
import jakarta.enterprise.context.ApplicationScoped;

/** Tells Hibernate, when it opens a session, which route the request takes. */
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
