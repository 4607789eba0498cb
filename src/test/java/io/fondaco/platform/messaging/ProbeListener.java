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

/**
 * A listener whose effects can be counted. It inserts a row each time it handles an event, without a unique constraint.
 */
@ApplicationScoped
class ProbeListener {
    /** The events of this listener. */
    sealed interface ProbeEvent extends DomainEvent {
        @EventType(name = "probe.happened", summary = "Something happened in a test.")
        record ProbeHappened(String note) implements ProbeEvent {}
    }

    /** Registers the events of this listener. */
    @ApplicationScoped
    static class ProbeEvents implements EventTypeRegistry.EventTypeProvider {
        @Override
        public Class<ProbeEvent> events() {
            return ProbeEvent.class;
        }
    }

    /** The subjects that it fails at. */
    private final Set<String> failingSubjects = ConcurrentHashMap.newKeySet();

    /** The traceparents of its events by subject, one for each attempt. */
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

    /** Blocks the listener until {@link #unblock}. It reads no events meanwhile. */
    void block() throws InterruptedException {
        permit.acquire();
    }

    /** Whether the listener is blocked while it handles a batch. */
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
        for (Event event : batch.events(ProbeEvent.class).keySet()) {
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
