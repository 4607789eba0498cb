package io.fondaco.mail;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.OncePerCluster;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;

/** Forgets letters that ended {@code fondaco.mail.retention} ago. */
@ApplicationScoped
class EmailCleanupJob {
    private static final int MOST_ROUNDS = 100;

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
        for (int round = 0; more && round < MOST_ROUNDS; round++) {
            more = notifications.prune();
        }
    }
}
