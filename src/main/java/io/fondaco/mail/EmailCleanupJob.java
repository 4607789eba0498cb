package io.fondaco.mail;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.OncePerCluster;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;

/** Deletes sent and failed e-mails that are older than {@code fondaco.mail.retention}. */
@ApplicationScoped
class EmailCleanupJob {
    private static final int MAX_ROUNDS = 100;

    private final EmailNotifications notifications;

    EmailCleanupJob(EmailNotifications emailNotifications) {
        this.notifications = emailNotifications;
    }

    @ReadsFrom(Route.PRIMARY)
    @OncePerCluster(value = "mail-pruning", every = "59m")
    @Scheduled(
            every = "1h",
            delayed = "1m",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = MailDisabled.class)
    void prune() {
        boolean more = true;
        for (int round = 0; more && round < MAX_ROUNDS; round++) {
            more = notifications.prune();
        }
    }
}
