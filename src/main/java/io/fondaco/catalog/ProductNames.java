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
class ProductNames {
    /** Names that did not exist within a second; beyond it they are gathered for the next ones. */
    static final int ABSENT_PER_SECOND = 50;

    /** At most so many statements a second ask for gathered names, per pod. */
    static final int STATEMENTS_PER_SECOND = 100;

    private static final int MOST_PER_STATEMENT = 1_000;
    private static final long BETWEEN_STATEMENTS = Duration.ofSeconds(1).toNanos() / STATEMENTS_PER_SECOND;
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long GATHER_FOR = Duration.ofSeconds(10).toNanos();

    private final ProductStore store;
    private final ConcurrentLinkedQueue<Question> waiting = new ConcurrentLinkedQueue<>();
    private final ReentrantLock asking = new ReentrantLock(true);
    private final AtomicInteger absent = new AtomicInteger();
    private volatile long secondBegan = System.nanoTime();
    private volatile long gatherUntil = System.nanoTime();
    private long askedAt = System.nanoTime();

    /** One name, and what came of it. */
    private static final class Question {
        private final String name;
        private volatile boolean answered;
        private volatile boolean exists;

        Question(String name) {
            this.name = name;
        }

        void answer(boolean found) {
            exists = found;
            answered = true;
        }
    }

    ProductNames(ProductStore store) {
        this.store = store;
    }

    /** Somebody has asked for what does not exist. */
    void countAbsent() {
        long now = System.nanoTime();
        if (now - secondBegan > SECOND) {
            secondBegan = now;
            absent.set(0);
        }
        if (absent.incrementAndGet() > ABSENT_PER_SECOND) {
            gatherUntil = now + GATHER_FOR;
        }
    }

    /**
     * False only for what does not exist, as the server of this request's route or of another's has it that waits at the
     * same time. True at once while nobody tries names at random, and when it cannot be found out.
     */
    boolean mayExist(String name) {
        if (System.nanoTime() - gatherUntil >= 0) {
            return true;
        }
        Question question = new Question(name);
        waiting.add(question);
        asking.lock();
        try {
            // Whoever had the turn before may have asked for this one as well.
            while (!question.answered) {
                LockSupport.parkNanos(askedAt + BETWEEN_STATEMENTS - System.nanoTime());
                askedAt = System.nanoTime();
                askForAll();
            }
        } finally {
            asking.unlock();
        }
        if (!question.exists) {
            countAbsent();
        }
        return question.exists;
    }

    private void askForAll() {
        List<Question> all = new ArrayList<>();
        for (Question next = waiting.poll(); next != null; next = waiting.poll()) {
            all.add(next);
            if (all.size() == MOST_PER_STATEMENT) {
                break;
            }
        }
        Set<String> found = new HashSet<>();
        boolean asked = false;
        try {
            found.addAll(existing(all.stream().map(question -> question.name).toList()));
            asked = true;
        } finally {
            boolean known = asked;
            all.forEach(question -> question.answer(!known || found.contains(question.name)));
        }
    }

    private List<String> existing(List<String> names) {
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
