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
 * Where completions wait when more come than this pod can begin. The line is each pod's own; a ticket keeps a place in the order
 * whichever pod is asked next, so that who came first is served first.
 */
@Startup
@ApplicationScoped
public class WaitingRoom {
    /** The header that a ticket is sent back in. */
    public static final String TICKET_HEADER = "Fondaco-Ticket";

    private static final int AVERAGING_WINDOW = 20;

    private final AdmissionQueue queue;
    private final QueueTickets queueTickets;
    private final AdmissionSettings settings;
    private final Counter rejected;
    private final AtomicLong averageNanos = new AtomicLong(Duration.ofMillis(50).toNanos());

    WaitingRoom(QueueTickets queueTickets, AdmissionSettings settings, MeterRegistry registry) {
        this.queueTickets = queueTickets;
        this.settings = settings;
        this.queue = new AdmissionQueue(settings.atATime(), settings.line());
        this.rejected = Counter.builder("fondaco.admission.turned.away")
                .description("Completions that were told to come again later")
                .register(registry);
        Gauge.builder("fondaco.admission.waiting", queue, AdmissionQueue::size)
                .description("Completions that stand in line")
                .register(registry);
    }

    /**
     * Does it when it is the caller's turn.
     *
     * @param ticket what an earlier answer gave
     * @throws ApiException 503 {@code waiting_room} with Retry-After, the place in line and a ticket for it, when it is not the
     *     caller's turn within {@code fondaco.admission.patience}, or the line is too long to stand in
     */
    public <T> T run(@Nullable String ticket, Supplier<T> work) {
        Instant came = queueTickets.arrivalTime(ticket);
        OptionalInt before;
        try {
            before = queue.acquire(came, settings.patience());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw ApiException.unavailable("shutting_down", "This pod stops; try again.", Duration.ofSeconds(1));
        }
        if (before.isPresent()) {
            rejected.increment();
            throw waitingRoomProblem(before.getAsInt(), came);
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

    private ApiException waitingRoomProblem(int before, Instant came) {
        Duration wait = AdmissionQueue.estimateWait(before, settings.atATime(), averageNanos.get());
        Map<String, Object> facts = new TreeMap<>(Map.of("place", before + 1));
        queueTickets.issue(came).ifPresent(ticket -> facts.put("ticket", ticket));
        return new ApiException(
                503,
                "waiting_room",
                "There are %d before you; ask again in %d seconds, with the same Idempotency-Key and the ticket in the header %s."
                        .formatted(before, wait.toSeconds(), TICKET_HEADER),
                List.of(),
                facts,
                wait);
    }
}
