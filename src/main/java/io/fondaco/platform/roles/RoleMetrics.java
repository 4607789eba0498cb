package io.fondaco.platform.roles;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** {@code fondaco_role{role}}: the roles of this pod. */
@ApplicationScoped
class RoleMetrics {
    private final PodRoles podRoles;
    private final MeterRegistry registry;

    RoleMetrics(PodRoles podRoles, MeterRegistry registry) {
        this.podRoles = podRoles;
        this.registry = registry;
    }

    void onStart(@Observes StartupEvent event) {
        for (PodRole podRole : PodRole.values()) {
            Gauge.builder("fondaco.role", podRoles, roles -> roles.has(podRole) ? 1 : 0)
                    .description("1 if this pod has the role, else 0")
                    .tag("role", podRole.label())
                    .register(registry);
        }
    }
}
