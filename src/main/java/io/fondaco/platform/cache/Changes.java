package io.fondaco.platform.cache;

import io.fondaco.platform.topology.Position;
import io.fondaco.platform.topology.Topology;
import io.fondaco.platform.transactions.AfterCommit;
import io.fondaco.platform.transactions.Unhurried;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where modules tell what cached answers are no longer true. */
@ApplicationScoped
public class Changes {
    private final CacheSettings settings;
    private final ChangeLog log;
    private final ChangeTail tail;
    private final PodMessages pods;
    private final Topology topology;
    private final CacheMetrics metrics;
    private final AfterCommit afterCommit;
    private final Unhurried unhurried;

    Changes(
            CacheSettings settings,
            ChangeLog log,
            ChangeTail tail,
            PodMessages pods,
            Topology topology,
            CacheMetrics metrics,
            AfterCommit afterCommit,
            Unhurried unhurried) {
        this.settings = settings;
        this.log = log;
        this.tail = tail;
        this.pods = pods;
        this.topology = topology;
        this.metrics = metrics;
        this.afterCommit = afterCommit;
        this.unhurried = unhurried;
    }

    /**
     * Tells that the transaction in hand changes what these tags name. It costs the transaction one statement. When it has
     * committed, and before its caller is answered, this pod serves nothing older any more; the others a few
     * milliseconds later, and after the lease of their caches whatever happens. When it rolls back, nothing is told.
     *
     * @throws IllegalStateException outside of a transaction
     */
    public void tell(Collection<Tag> tags) {
        if (tags.isEmpty()) {
            return;
        }
        afterCommit.requireTransaction("Changes are told in the transaction that makes them");
        unhurried.waitAfterAll();
        List<Long> hashes = Tag.hashes(tags);
        List<Long> ids = log.write(hashes);
        afterCommit.gather(Told.class, Told::new).add(ids, hashes);
    }

    /** What one transaction has told until now. */
    private final class Told implements Runnable {
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
                tail.startOver();
                return;
            }
            Change change = new Change(ids, List.copyOf(tags), at.get());
            tail.told(change);
            metrics.changed("own", change.tags().size());
            pods.send(change);
        }
    }
}
