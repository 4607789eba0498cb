package io.fondaco.platform.roles;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.ScheduledExecution;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Singleton;
import java.util.EnumSet;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The parts that this pod plays: {@code fondaco.roles}, all of them unless it says otherwise. */
@ApplicationScoped
public class PodRoles {
    private final Set<PodRole> activeRoles;

    /** @throws IllegalArgumentException for a pod that plays none */
    public PodRoles(
            @ConfigProperty(name = "fondaco.roles", defaultValue = "browse,buy,admin,worker") Set<PodRole> played) {
        this.activeRoles = EnumSet.copyOf(played);
    }

    public boolean has(PodRole podRole) {
        return activeRoles.contains(podRole);
    }

    /** Keeps a scheduled method from running where its pod is no worker. */
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
