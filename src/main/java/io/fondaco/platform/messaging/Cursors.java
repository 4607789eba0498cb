package io.fondaco.platform.messaging;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import java.time.Duration;

/** Reads the outbox for a listener, and keeps this worker's share of the listener's buckets. */
@ApplicationScoped
class Cursors {
    private static final long SHARE_NANOS = Duration.ofSeconds(3).toNanos();

    private final OutboxLog log;
    private final Leases leases;
    private final Heart heart;
    private final MessagingSettings settings;

    Cursors(OutboxLog log, Leases leases, Heart heart, MessagingSettings settings) {
        this.log = log;
        this.leases = leases;
        this.heart = heart;
        this.settings = settings;
    }

    Tail.Source of(String listener) {
        return new Reader(listener);
    }

    private final class Reader implements Tail.Source {
        private final String listener;
        private int held;
        private int share;
        private long sharedAt;

        Reader(String listener) {
            this.listener = listener;
        }

        @Override
        public Tail.Batch next() throws SQLException {
            takeShare();
            OutboxLog.Look look = log.look(listener, leases.worker(), settings.batch());
            held = look.places().size();
            return new Tail.Batch(look.events(), look.settled(), () -> log.advance(listener, leases.worker(), look));
        }

        /** When there are more workers or fewer; and now and then while the share is not what it should be. */
        private void takeShare() throws SQLException {
            int fair = Math.ceilDiv(Outbox.BUCKETS, heart.workers());
            long now = System.nanoTime();
            if (fair != share || (held != fair && now - sharedAt > SHARE_NANOS)) {
                leases.share(listener, fair);
                share = fair;
                sharedAt = now;
            }
        }
    }
}
