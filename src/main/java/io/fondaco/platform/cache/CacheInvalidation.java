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

/** Where modules tell what cached answers are no longer true. */
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
            InvalidationLogReader tail,
            InvalidationBroadcaster pods,
            Topology topology,
            CacheMetrics metrics,
            AfterCommit afterCommit,
            AsyncCommit asyncCommit) {
        this.settings = settings;
        this.log = log;
        this.logReader = tail;
        this.broadcaster = pods;
        this.topology = topology;
        this.metrics = metrics;
        this.afterCommit = afterCommit;
        this.asyncCommit = asyncCommit;
    }

    /**
     * Tells that the transaction in hand changes what these tags name. It costs the transaction one statement. When it has
     * committed, and before its caller is answered, this pod serves nothing older any more; the others a few
     * milliseconds later, and after the lease of their caches whatever happens. When it rolls back, nothing is told.
     *
     * @throws IllegalStateException outside of a transaction
     */
    public void publish(Collection<CacheTag> tags) {
        if (tags.isEmpty()) {
            return;
        }
        afterCommit.requireTransaction("Changes are told in the transaction that makes them");
        asyncCommit.disable();
        List<Long> hashes = CacheTag.hashes(tags);
        List<Long> ids = log.append(hashes);
        afterCommit
                .oncePerTransaction(PendingInvalidation.class, PendingInvalidation::new)
                .add(ids, hashes);
    }

    /** What one transaction has told until now. */
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
            Optional<Position> at = topology.primaryPosition();
            if (at.isEmpty()) {
                logReader.invalidateAll();
                return;
            }
            Invalidation invalidation = new Invalidation(ids, List.copyOf(tags), at.get());
            logReader.receive(invalidation);
            metrics.invalidated("own", invalidation.tags().size());
            broadcaster.broadcast(invalidation);
        }
    }
}
