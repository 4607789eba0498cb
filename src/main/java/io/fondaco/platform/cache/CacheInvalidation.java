package io.fondaco.platform.cache;

import io.fondaco.platform.topology.Position;
import io.fondaco.platform.topology.Topology;
import io.fondaco.platform.transactions.AfterCommit;
import io.fondaco.platform.transactions.AsyncCommit;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Modules publish here which tags a transaction changed. */
@ApplicationScoped
public class CacheInvalidation {
    private final CacheSettings settings;
    private final InvalidationLog log;
    private final InvalidationLogReader logReader;
    private final InvalidationBroadcaster broadcaster;
    private final Topology topology;
    private final CacheMetrics metrics;
    private final AfterCommit afterCommit;
    private final AsyncCommit asyncCommit;

    CacheInvalidation(
            CacheSettings settings,
            InvalidationLog log,
            InvalidationLogReader logReader,
            InvalidationBroadcaster broadcaster,
            Topology topology,
            CacheMetrics metrics,
            AfterCommit afterCommit,
            AsyncCommit asyncCommit) {
        this.settings = settings;
        this.log = log;
        this.logReader = logReader;
        this.broadcaster = broadcaster;
        this.topology = topology;
        this.metrics = metrics;
        this.afterCommit = afterCommit;
        this.asyncCommit = asyncCommit;
    }

    /**
     * Publishes that the current transaction changes the data behind these tags. Costs the transaction one statement.
     * After the commit, and before its client gets a response, this pod serves nothing older; the other pods a few
     * milliseconds later, and at the latest {@link CacheSettings#maxLogAge()} later even if messages are lost. A
     * rollback publishes nothing.
     *
     * @throws IllegalStateException outside of a transaction
     */
    public void publish(Collection<CacheTag> tags) {
        if (tags.isEmpty()) {
            return;
        }
        afterCommit.requireTransaction("An invalidation must be published in the transaction that makes the change");
        asyncCommit.disable();
        List<Long> hashes = CacheTag.hashes(tags);
        List<Long> ids = log.append(hashes);
        afterCommit
                .oncePerTransaction(PendingInvalidation.class, PendingInvalidation::new)
                .add(ids, hashes);
    }

    /** The invalidations that one transaction has published so far. */
    private final class PendingInvalidation implements Runnable {
        private final List<Long> ids = new ArrayList<>();
        private final Set<Long> tags = new LinkedHashSet<>();

        void add(List<Long> rows, List<Long> hashes) {
            ids.addAll(rows);
            tags.addAll(hashes);
        }

        @Override
        public void run() {
            if (!settings.enabled()) {
                return;
            }
            Optional<Position> position = topology.primaryPosition();
            if (position.isEmpty()) {
                logReader.invalidateAll();
                return;
            }
            Invalidation invalidation = new Invalidation(ids, List.copyOf(tags), position.get());
            logReader.receive(invalidation);
            metrics.invalidated("own", invalidation.tags().size());
            broadcaster.broadcast(invalidation);
        }
    }
}
