package io.fondaco.platform.admission;

import io.fondaco.platform.web.ApiException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The queue of checkouts that are more than a pod may run at a time. Each pod has its own queue; a queue ticket keeps
 * the client's place on whichever pod it asks next, so that the first arrival is served first.
 */
@Startup
@ApplicationScoped
public class WaitingRoom {
    /** The request header with the ticket of an earlier response. */
    public static final String TICKET_HEADER = "Fondaco-Ticket";

    /** How long a checkout waits before it is rejected with a ticket. */
    private static final Duration MAX_WAIT = Duration.ofSeconds(2);

    /** Checkouts that wait in a pod; further ones are rejected immediately. */
    private static final int MAX_WAITING_CHECKOUTS = 1_000;

    private static final int AVERAGING_WINDOW = 20;

    private final AdmissionQueue queue;
    private final QueueTickets queueTickets;
    private final AdmissionSettings settings;
    private final Counter rejected;
    private final AtomicLong averageNanos = new AtomicLong(Duration.ofMillis(50).toNanos());

    WaitingRoom(QueueTickets queueTickets, AdmissionSettings settings, MeterRegistry registry) {
        this.queueTickets = queueTickets;
        this.settings = settings;
        this.queue = new AdmissionQueue(settings.maxCheckouts(), MAX_WAITING_CHECKOUTS);
        this.rejected = Counter.builder("fondaco.admission.turned.away")
                .description("Checkouts rejected with a queue ticket")
                .register(registry);
        Gauge.builder("fondaco.admission.waiting", queue, AdmissionQueue::size)
                .description("Checkouts that wait")
                .register(registry);
    }

    /**
     * Runs the work when it is the caller's turn.
     *
     * @param ticket the queue ticket of an earlier response
     * @throws ApiException 503 {@code waiting_room} with Retry-After, the place in the queue and a ticket, if it is not
     *     the caller's turn within {@link #MAX_WAIT} or the queue is full
     */
    public <T> T run(@Nullable String ticket, Supplier<T> work) {
        Instant arrivedAt = queueTickets.arrivalTime(ticket);
        OptionalInt ahead;
        try {
            ahead = queue.acquire(arrivedAt, MAX_WAIT);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw ApiException.unavailable(
                    "shutting_down", "This server is shutting down; try again.", Duration.ofSeconds(1));
        }
        if (ahead.isPresent()) {
            rejected.increment();
            throw waitingRoomProblem(ahead.getAsInt(), arrivedAt);
        }
        long started = System.nanoTime();
        try {
            return work.get();
        } finally {
            queue.release();
            averageNanos.accumulateAndGet(
                    System.nanoTime() - started, (average, latest) -> average + (latest - average) / AVERAGING_WINDOW);
        }
    }

    private ApiException waitingRoomProblem(int ahead, Instant arrivedAt) {
        Duration wait = AdmissionQueue.estimateWait(ahead, settings.maxCheckouts(), averageNanos.get());
        Map<String, Object> extensions = new TreeMap<>(Map.of("place", ahead + 1));
        queueTickets.issue(arrivedAt).ifPresent(ticket -> extensions.put("ticket", ticket));
        return new ApiException(
                503,
                "waiting_room",
                ("%d checkouts are ahead of yours; try again in %d seconds, with the same Idempotency-Key and"
                                + " the ticket in the header %s.")
                        .formatted(ahead, wait.toSeconds(), TICKET_HEADER),
                List.of(),
                extensions,
                wait);
    }
}
