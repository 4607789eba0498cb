package io.fondaco.storefront;

import io.fondaco.catalog.Catalog;
import io.fondaco.platform.MicroBatcher;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Checks whether unknown ids and slugs are products. Normally a request simply loads the product. If many requested
 * products do not exist, a client is probably trying names at random. Then the names are batched, and one statement
 * checks many of them. So the number of statements is bounded however many names are tried, and requests for existing
 * products are still answered.
 */
@ApplicationScoped
class ProductExistenceBatcher {
    /** Above this number of misses within a second, names are batched for the next {@link #BATCHING_PERIOD_NANOS}. */
    static final int MAX_MISSES_PER_SECOND = 50;

    /** Maximum number of statements per second and pod that check batched names. */
    static final int MAX_STATEMENTS_PER_SECOND = 100;

    private static final int MAX_NAMES_PER_STATEMENT = 1_000;
    private static final Duration STATEMENT_INTERVAL = Duration.ofSeconds(1).dividedBy(MAX_STATEMENTS_PER_SECOND);
    private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long BATCHING_PERIOD_NANOS = Duration.ofSeconds(10).toNanos();

    /** How long a request waits for the check of its name before it tries to load the product itself. */
    private static final Duration MAX_WAIT = Duration.ofSeconds(5);

    private static final Logger LOG = Logger.getLogger(ProductExistenceBatcher.class);

    private final Catalog catalog;
    private final MicroBatcher<String, Boolean> batcher =
            new MicroBatcher<>(MAX_NAMES_PER_STATEMENT, STATEMENT_INTERVAL, this::checkBatch, (_, _) -> {});
    private final AtomicInteger missesInWindow = new AtomicInteger();
    private volatile long windowStart = System.nanoTime();
    private volatile long batchUntil = System.nanoTime();

    ProductExistenceBatcher(Catalog catalog) {
        this.catalog = catalog;
    }

    @PreDestroy
    void stop() {
        batcher.close();
    }

    /** A requested product does not exist. */
    void recordMiss() {
        long now = System.nanoTime();
        if (now - windowStart > SECOND_NANOS) {
            windowStart = now;
            missesInWindow.set(0);
        }
        if (missesInWindow.incrementAndGet() > MAX_MISSES_PER_SECOND) {
            batchUntil = now + BATCHING_PERIOD_NANOS;
        }
    }

    /**
     * False only if no such product exists on the database node that checked the batch: one that a request without a
     * consistency token may be read from. True without a check while names are not batched, and true if the check fails
     * or takes longer than {@link #MAX_WAIT}.
     */
    boolean mayExist(String name) {
        if (System.nanoTime() - batchUntil >= 0) {
            return true;
        }
        boolean exists;
        try {
            exists = batcher.call(name, MAX_WAIT);
        } catch (TimeoutException | RuntimeException e) {
            LOG.debug("The names of unknown products could not be checked", e);
            return true;
        }
        if (!exists) {
            recordMiss();
        }
        return exists;
    }

    private List<Boolean> checkBatch(List<String> names) {
        Set<String> found = findExisting(names);
        return names.stream().map(found::contains).toList();
    }

    /** Runs outside of the callers' requests. */
    @ActivateRequestContext
    @ReadsFrom(value = Route.REPLICA, mayBeStale = true)
    Set<String> findExisting(List<String> names) {
        return catalog.existingProducts(names);
    }
}
