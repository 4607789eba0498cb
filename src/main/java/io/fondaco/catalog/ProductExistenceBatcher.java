package io.fondaco.catalog;

import io.fondaco.platform.identity.TypeId;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Whether names that nobody has heard of are products. As a rule the database is simply asked for the product. When more
 * and more of what is asked for does not exist, somebody is trying names at random: from then on such names are gathered,
 * and one statement asks for all of them, so that the database answers a bounded number of statements however many
 * names are tried, and nobody who asks for a product that does exist is turned away.
 */
@ApplicationScoped
class ProductExistenceBatcher {
    /** Names that did not exist within a second; beyond it they are gathered for the next ones. */
    static final int MAX_MISSES_PER_SECOND = 50;

    /** At most so many statements a second ask for gathered names, per pod. */
    static final int MAX_STATEMENTS_PER_SECOND = 100;

    private static final int MAX_NAMES_PER_STATEMENT = 1_000;
    private static final long STATEMENT_INTERVAL_NANOS = Duration.ofSeconds(1).toNanos() / MAX_STATEMENTS_PER_SECOND;
    private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long BATCHING_PERIOD_NANOS = Duration.ofSeconds(10).toNanos();

    private final ProductRepository store;
    private final ConcurrentLinkedQueue<ExistenceLookup> pendingLookups = new ConcurrentLinkedQueue<>();
    private final ReentrantLock statementLock = new ReentrantLock(true);
    private final AtomicInteger missesInWindow = new AtomicInteger();
    private volatile long windowStart = System.nanoTime();
    private volatile long batchUntil = System.nanoTime();
    private long lastStatementAt = System.nanoTime();

    /** One name, and what came of it. */
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

    ProductExistenceBatcher(ProductRepository store) {
        this.store = store;
    }

    /** Somebody has asked for what does not exist. */
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
     * False only for what does not exist, as the server of this request's route or of another's has it that waits at the
     * same time. True at once while nobody tries names at random, and when it cannot be found out.
     */
    boolean mayExist(String name) {
        if (System.nanoTime() - batchUntil >= 0) {
            return true;
        }
        ExistenceLookup existenceLookup = new ExistenceLookup(name);
        pendingLookups.add(existenceLookup);
        statementLock.lock();
        try {
            // Whoever had the turn before may have asked for this one as well.
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
        List<ExistenceLookup> all = new ArrayList<>();
        for (ExistenceLookup next = pendingLookups.poll(); next != null; next = pendingLookups.poll()) {
            all.add(next);
            if (all.size() == MAX_NAMES_PER_STATEMENT) {
                break;
            }
        }
        Set<String> found = new HashSet<>();
        boolean asked = false;
        try {
            found.addAll(findExisting(
                    all.stream().map(existenceLookup -> existenceLookup.name).toList()));
            asked = true;
        } finally {
            boolean known = asked;
            all.forEach(existenceLookup -> existenceLookup.complete(!known || found.contains(existenceLookup.name)));
        }
    }

    private List<String> findExisting(List<String> names) {
        Map<UUID, String> ids = new HashMap<>();
        names.stream()
                .filter(name -> TypeId.matches(ProductId.PREFIX, name))
                .forEach(name -> ids.put(ProductId.parse(name).value(), name));
        return store.session().doReturningWork(connection -> {
            try (PreparedStatement select = connection.prepareStatement("""
                    SELECT slug, id FROM catalog.product WHERE slug = ANY (?)
                    UNION ALL
                    SELECT slug, id FROM catalog.product WHERE id = ANY (?)
                    """)) {
                select.setArray(1, connection.createArrayOf("text", names.toArray()));
                select.setArray(2, connection.createArrayOf("uuid", ids.keySet().toArray()));
                List<String> found = new ArrayList<>();
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        found.add(rows.getString(1));
                        Optional.ofNullable(ids.get(rows.getObject(2, UUID.class)))
                                .ifPresent(found::add);
                    }
                }
                return found;
            }
        });
    }
}
