package io.fondaco.storefront;

import io.fondaco.catalog.Catalog;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

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
    private static final long STATEMENT_INTERVAL_NANOS = Duration.ofSeconds(1).toNanos() / MAX_STATEMENTS_PER_SECOND;
    private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long BATCHING_PERIOD_NANOS = Duration.ofSeconds(10).toNanos();

    private final Catalog catalog;
    private final ConcurrentLinkedQueue<ExistenceLookup> pendingLookups = new ConcurrentLinkedQueue<>();
    private final ReentrantLock statementLock = new ReentrantLock(true);
    private final AtomicInteger missesInWindow = new AtomicInteger();
    private volatile long windowStart = System.nanoTime();
    private volatile long batchUntil = System.nanoTime();
    private long lastStatementAt = System.nanoTime();

    /** A name to check, and the result. */
    private static final class ExistenceLookup {
        private final String name;
        private volatile boolean completed;
        private volatile boolean exists;

        ExistenceLookup(String name) {
            this.name = name;
        }

        void complete(boolean found) {
            exists = found;
            completed = true;
        }
    }

    ProductExistenceBatcher(Catalog catalog) {
        this.catalog = catalog;
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
     * False only if no such product exists on the database node of this request, or of another request that waits at
     * the same time. True without a check while names are not batched, and true if the check fails.
     */
    boolean mayExist(String name) {
        if (System.nanoTime() - batchUntil >= 0) {
            return true;
        }
        ExistenceLookup existenceLookup = new ExistenceLookup(name);
        pendingLookups.add(existenceLookup);
        statementLock.lock();
        try {
            // The thread that held the lock before may have checked this name too.
            while (!existenceLookup.completed) {
                LockSupport.parkNanos(lastStatementAt + STATEMENT_INTERVAL_NANOS - System.nanoTime());
                lastStatementAt = System.nanoTime();
                lookUpBatch();
            }
        } finally {
            statementLock.unlock();
        }
        if (!existenceLookup.exists) {
            recordMiss();
        }
        return existenceLookup.exists;
    }

    private void lookUpBatch() {
        List<ExistenceLookup> batch = new ArrayList<>();
        for (ExistenceLookup next = pendingLookups.poll(); next != null; next = pendingLookups.poll()) {
            batch.add(next);
            if (batch.size() == MAX_NAMES_PER_STATEMENT) {
                break;
            }
        }
        Set<String> found = new HashSet<>();
        boolean succeeded = false;
        try {
            found.addAll(catalog.existingProducts(
                    batch.stream().map(existenceLookup -> existenceLookup.name).toList()));
            succeeded = true;
        } finally {
            boolean checked = succeeded;
            batch.forEach(
                    existenceLookup -> existenceLookup.complete(!checked || found.contains(existenceLookup.name)));
        }
    }
}
