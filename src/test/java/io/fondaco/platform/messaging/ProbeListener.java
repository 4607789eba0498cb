package io.fondaco.platform.messaging;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** A listener whose effects can be counted: a row for each time that it handled an event, and nothing that forbids two. */
@ApplicationScoped
class ProbeListener {
    static final EventType HAPPENED = new EventType("probe.happened", "Something happened in a test.", Map.class);

    /** Subjects that it fails at. */
    private final Set<String> failingSubjects = ConcurrentHashMap.newKeySet();

    /** Where its events were told, by subject, one for each attempt. */
    private final Map<String, List<String>> traces = new ConcurrentHashMap<>();

    private final AtomicInteger failures = new AtomicInteger();

    private final Semaphore permit = new Semaphore(1);

    private final EntityManager entities;

    ProbeListener(EntityManager entities) {
        this.entities = entities;
    }

    void failOn(String subject) {
        failingSubjects.add(subject);
    }

    void recover(String subject) {
        failingSubjects.remove(subject);
    }

    void recoverAll() {
        failingSubjects.clear();
    }

    /** Keeps it from going on until it is let go: it reads nothing meanwhile. */
    void block() throws InterruptedException {
        permit.acquire();
    }

    /** Whether it is kept in the middle of its work. */
    boolean isBlocked() {
        return permit.hasQueuedThreads();
    }

    void unblock() {
        permit.release();
    }

    List<String> traces(String subject) {
        return traces.getOrDefault(subject, List.of());
    }

    int failures() {
        return failures.get();
    }

    @Incoming("probe")
    @Incoming("probe-retries")
    @IdempotentConsumer(value = "probe", types = "probe.*")
    @Blocking
    @ReadsFrom(Route.PRIMARY)
    void on(EventBatch batch) {
        permit.acquireUninterruptibly();
        permit.release();
        for (Event event : batch.events()) {
            traces.computeIfAbsent(event.subject(), _ -> new CopyOnWriteArrayList<>())
                    .add(String.valueOf(event.traceParent()));
            entities.createNativeQuery("""
                            INSERT INTO probe.effect (event, subject, sequence) VALUES (:event, :subject, :sequence)
                            """)
                    .setParameter("event", event.id())
                    .setParameter("subject", event.subject())
                    .setParameter("sequence", event.sequence())
                    .executeUpdate();
            if (failingSubjects.contains(event.subject())) {
                failures.incrementAndGet();
                throw new IllegalStateException("The probe fails at " + event.subject());
            }
        }
    }
}
