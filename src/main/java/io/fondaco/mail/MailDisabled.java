package io.fondaco.mail;

import io.fondaco.platform.roles.PodRole;
import io.fondaco.platform.roles.PodRoles;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.ScheduledExecution;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;

/** Leaves the jobs of this module out while it is off, or another pod does them, and refuses to be on without a sender. */
@ApplicationScoped
class MailDisabled implements Scheduled.SkipPredicate {
    private final MailSettings settings;
    private final PodRoles podRoles;

    MailDisabled(MailSettings settings, PodRoles podRoles) {
        this.settings = settings;
        this.podRoles = podRoles;
    }

    /** Before the listeners are made known: nobody shall wait for letters that no pod can send. */
    void onStart(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event) {
        if (settings.enabled() && !settings.from().orElse("").contains("@")) {
            throw new ConfigurationException(
                    "FONDACO_MAIL_ENABLED is set but FONDACO_MAIL_FROM names no mail address: set it, or switch mail off.");
        }
    }

    @Override
    public boolean test(ScheduledExecution execution) {
        return !settings.enabled() || !podRoles.has(PodRole.WORKER);
    }
}
