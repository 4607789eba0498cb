package io.fondaco.platform.messaging;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import java.time.Duration;

/** Reads the outbox for a listener, and keeps this worker's share of the listener's buckets. */
@ApplicationScoped
class OutboxBatchSources {
    private static final long REBALANCE_INTERVAL_NANOS = Duration.ofSeconds(3).toNanos();

    private final OutboxReader outboxReader;
    private final BucketLeases bucketLeases;
    private final WorkerHeartbeat heartbeat;
    private final MessagingSettings settings;

    OutboxBatchSources(
            OutboxReader log, BucketLeases bucketLeases, WorkerHeartbeat workerHeartbeat, MessagingSettings settings) {
        this.outboxReader = log;
        this.bucketLeases = bucketLeases;
        this.heartbeat = workerHeartbeat;
        this.settings = settings;
    }

    ConsumerLoop.BatchSource forListener(String listener) {
        return new ListenerBatchSource(listener);
    }

    private final class ListenerBatchSource implements ConsumerLoop.BatchSource {
        private final String listener;
        private int heldBuckets;
        private int targetBuckets;
        private long rebalancedAt;

        ListenerBatchSource(String listener) {
            this.listener = listener;
        }

        @Override
        public ConsumerLoop.FetchedBatch fetch() throws SQLException {
            rebalanceIfNeeded();
            OutboxReader.FetchResult fetchResult =
                    outboxReader.fetch(listener, bucketLeases.workerId(), settings.batch());
            heldBuckets = fetchResult.cursors().size();
            return new ConsumerLoop.FetchedBatch(
                    fetchResult.events(),
                    fetchResult.snapshotComplete(),
                    () -> outboxReader.advance(listener, bucketLeases.workerId(), fetchResult));
        }

        /** When there are more workers or fewer; and now and then while the share is not what it should be. */
        private void rebalanceIfNeeded() throws SQLException {
            int fair = Math.ceilDiv(Outbox.BUCKETS, heartbeat.liveWorkers());
            long now = System.nanoTime();
            if (fair != targetBuckets || (heldBuckets != fair && now - rebalancedAt > REBALANCE_INTERVAL_NANOS)) {
                bucketLeases.rebalance(listener, fair);
                targetBuckets = fair;
                rebalancedAt = now;
            }
        }
    }
}
