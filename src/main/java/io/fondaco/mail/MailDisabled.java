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

/**
 * Skips the jobs of this module while e-mails are disabled and on pods without the worker role. Stops the start if
 * e-mails are enabled without a sender address.
 */
@ApplicationScoped
class MailDisabled implements Scheduled.SkipPredicate {
    private final MailSettings settings;
    private final PodRoles podRoles;

    MailDisabled(MailSettings settings, PodRoles podRoles) {
        this.settings = settings;
        this.podRoles = podRoles;
    }

    /** Runs before the listeners are subscribed, so that no e-mails wait that no pod can send. */
    void onStart(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event) {
        if (settings.enabled() && !settings.from().orElse("").contains("@")) {
            throw new ConfigurationException("FONDACO_MAIL_ENABLED is set but FONDACO_MAIL_FROM has no e-mail"
                    + " address: set it, or disable mail.");
        }
    }

    @Override
    public boolean test(ScheduledExecution execution) {
        return !sendsEmails();
    }

    /** Whether e-mails are enabled and this pod is a worker. */
    boolean sendsEmails() {
        return settings.enabled() && podRoles.has(PodRole.WORKER);
    }
}
