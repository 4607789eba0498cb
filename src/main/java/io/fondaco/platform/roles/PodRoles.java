package io.fondaco.platform.roles;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.ScheduledExecution;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Singleton;
import java.util.EnumSet;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The roles of this pod: {@code fondaco.roles}, all of them by default. */
@ApplicationScoped
public class PodRoles {
    /** The roles of this pod, which say what it serves. */
    public static final String SETTING = "fondaco.roles";

    private final Set<PodRole> activeRoles;

    /** @throws IllegalArgumentException if the pod has no role */
    public PodRoles(@ConfigProperty(name = SETTING, defaultValue = "browse,buy,admin,worker") Set<PodRole> roles) {
        this.activeRoles = EnumSet.copyOf(roles);
    }

    public boolean has(PodRole podRole) {
        return activeRoles.contains(podRole);
    }

    /** Skips a scheduled method on pods without the worker role. */
    @Singleton
    public static class SkipUnlessWorker implements Scheduled.SkipPredicate {
        private final PodRoles podRoles;

        SkipUnlessWorker(PodRoles podRoles) {
            this.podRoles = podRoles;
        }

        @Override
        public boolean test(ScheduledExecution execution) {
            return !podRoles.has(PodRole.WORKER);
        }
    }
}
