package io.fondaco.platform.roles;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** {@code fondaco_role{role}}: which parts this pod plays. */
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
            Gauge.builder("fondaco.role", podRoles, played -> played.has(podRole) ? 1 : 0)
                    .description("Whether this pod plays a part: 1 or 0")
                    .tag("role", podRole.label())
                    .register(registry);
        }
    }
}
