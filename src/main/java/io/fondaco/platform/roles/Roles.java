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
public class Roles {
    private final Set<Role> played;

    /** @throws IllegalArgumentException for a pod that plays none */
    public Roles(@ConfigProperty(name = "fondaco.roles", defaultValue = "browse,buy,admin,worker") Set<Role> played) {
        this.played = EnumSet.copyOf(played);
    }

    public boolean plays(Role role) {
        return played.contains(role);
    }

    /** Keeps a scheduled method from running where its pod is no worker. */
    @Singleton
    public static class NotAWorker implements Scheduled.SkipPredicate {
        private final Roles roles;

        NotAWorker(Roles roles) {
            this.roles = roles;
        }

        @Override
        public boolean test(ScheduledExecution execution) {
            return !roles.plays(Role.WORKER);
        }
    }
}
