package io.fondaco.platform.messaging;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import java.time.Duration;

/** Reads the outbox for a listener and keeps this worker's share of the buckets of the listener. */
@ApplicationScoped
class OutboxBatchSources {
    private static final long REBALANCE_INTERVAL_NANOS = Duration.ofSeconds(3).toNanos();

    private final OutboxReader outboxReader;
    private final BucketLeases bucketLeases;
    private final WorkerHeartbeat heartbeat;

    OutboxBatchSources(OutboxReader outboxReader, BucketLeases bucketLeases, WorkerHeartbeat workerHeartbeat) {
        this.outboxReader = outboxReader;
        this.bucketLeases = bucketLeases;
        this.heartbeat = workerHeartbeat;
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
                    outboxReader.fetch(listener, bucketLeases.workerId(), ConsumerLoop.MAX_BATCH_EVENTS);
            heldBuckets = fetchResult.cursors().size();
            return new ConsumerLoop.FetchedBatch(
                    fetchResult.events(),
                    fetchResult.snapshotComplete() && !isWaitingForBuckets(),
                    () -> outboxReader.advance(listener, bucketLeases.workerId(), fetchResult));
        }

        /** Whether other workers may be about to release buckets that are due to this one. */
        private boolean isWaitingForBuckets() {
            return heldBuckets < targetBuckets && heartbeat.isSettling(System.nanoTime());
        }

        /** Rebalances when the number of workers changes, and every 3 s while this worker does not hold its share. */
        private void rebalanceIfNeeded() throws SQLException {
            int fairShare = Math.ceilDiv(Outbox.BUCKETS, heartbeat.liveWorkers());
            long now = System.nanoTime();
            if (fairShare != targetBuckets
                    || (heldBuckets != fairShare && now - rebalancedAt > REBALANCE_INTERVAL_NANOS)) {
                bucketLeases.rebalance(listener, fairShare);
                targetBuckets = fairShare;
                rebalancedAt = now;
            }
        }
    }
}
