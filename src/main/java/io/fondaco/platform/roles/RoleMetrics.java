package io.fondaco.platform.roles;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** {@code fondaco_role{role}}: which parts this pod plays. */
@ApplicationScoped
class RoleMetrics {
    private final Roles roles;
    private final MeterRegistry registry;

    RoleMetrics(Roles roles, MeterRegistry registry) {
        this.roles = roles;
        this.registry = registry;
    }

    void onStart(@Observes StartupEvent event) {
        for (Role role : Role.values()) {
            Gauge.builder("fondaco.role", roles, played -> played.plays(role) ? 1 : 0)
                    .description("Whether this pod plays a part: 1 or 0")
                    .tag("role", role.label())
                    .register(registry);
        }
    }
}
