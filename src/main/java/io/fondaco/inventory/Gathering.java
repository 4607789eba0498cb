package io.fondaco.inventory;

import io.fondaco.inventory.Reserving.Outcome;
import io.fondaco.inventory.Reserving.Request;
import io.fondaco.platform.transactions.AfterCommit;
import io.fondaco.platform.web.ApiException;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * One row can be locked by one transaction at a time, so a SKU that everybody wants at once would be sold no faster than one
 * transaction after another ends. Demands for it are gathered instead, while an earlier batch is under way, and settled together
 * in a transaction of their own: the first come the first served, each with its own outcome. Where nobody else wants the same SKU,
 * the caller's transaction reserves by itself.
 *
 * <p>A gathered reservation commits before the completion that asked for it, without waiting for the disk: whatever makes that
 * completion durable later makes it durable too, for it comes before it in the log. If the completion is rolled back, the units are
 * freed at once; if the pod dies between, when {@code fondaco.inventory.gathered-time-to-live} is over.
 *
 * <p>Waiting here are only callers with a connection to the primary, so no more than the pool is large.
 */
@ApplicationScoped
class Gathering {
    private static final Logger LOG = Logger.getLogger(Gathering.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final Reserving reserving;
    private final Heat heat;
    private final AfterCommit afterCommit;
    private final InventorySettings settings;
    private final DistributionSummary sizes;
    private final Queue<Waiting> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean working = new AtomicBoolean();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    Gathering(Reserving reserving, AfterCommit afterCommit, InventorySettings settings, MeterRegistry registry) {
        this.reserving = reserving;
        this.heat = new Heat(settings.hotAt(), settings.hotFor());
        this.afterCommit = afterCommit;
        this.settings = settings;
        this.sizes = DistributionSummary.builder("fondaco.inventory.gathered")
                .description("Reservations of SKUs that many want at once, settled by one transaction")
                .register(registry);
    }

    private record Waiting(Request request, CompletableFuture<Outcome> outcome) {}

    @PreDestroy
    void stop() {
        threads.shutdownNow();
    }

    /**
     * @throws InsufficientStock naming each SKU that is short
     * @throws ApiException 503 {@code overloaded} if others take longer than {@code fondaco.inventory.gathered-patience}
     */
    Reservation reserve(StockDemand demand, Duration timeToLive, String actor, String requestId) {
        List<String> skus = demand.quantities().stream().map(StockQuantity::sku).toList();
        boolean hot = heat.enter(skus);
        try {
            Duration limit = settings.gatheredTimeToLive();
            Request request = new Request(
                    ReservationId.random(),
                    demand,
                    hot && limit.compareTo(timeToLive) < 0 ? limit : timeToLive,
                    hot,
                    actor,
                    requestId);
            return (hot
                            ? gathered(request)
                            : reserving.reserve(List.of(request)).getFirst())
                    .reservation();
        } finally {
            heat.leave(skus);
        }
    }

    private Outcome gathered(Request request) {
        Waiting waiting = new Waiting(request, new CompletableFuture<>());
        queue.add(waiting);
        work();
        Outcome outcome = await(waiting);
        if (outcome.made() != null) {
            afterCommit.ifRolledBack(() -> free(request.id()));
        }
        return outcome;
    }

    private Outcome await(Waiting waiting) {
        try {
            return waiting.outcome().get(settings.gatheredPatience().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            throw giveUp(waiting);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw giveUp(waiting);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        }
    }

    /** What is set aside for it after all is freed by who sets it aside. */
    private static ApiException giveUp(Waiting waiting) {
        waiting.outcome().cancel(false);
        return ApiException.unavailable(
                "overloaded", "Too many want the same at once; try again with the same Idempotency-Key.", RETRY_AFTER);
    }

    private void work() {
        if (working.compareAndSet(false, true)) {
            threads.execute(this::settleAll);
        }
    }

    private void settleAll() {
        try {
            for (List<Waiting> batch = next(); !batch.isEmpty(); batch = next()) {
                settle(batch);
            }
        } finally {
            working.set(false);
        }
        if (!queue.isEmpty()) {
            work();
        }
    }

    private List<Waiting> next() {
        List<Waiting> batch = new ArrayList<>();
        while (batch.size() < settings.gatheredBatch()) {
            Waiting waiting = queue.poll();
            if (waiting == null) {
                break;
            }
            if (!waiting.outcome().isDone()) {
                batch.add(waiting);
            }
        }
        return batch;
    }

    private void settle(List<Waiting> batch) {
        try {
            List<Outcome> outcomes =
                    reserving.reserveApart(batch.stream().map(Waiting::request).toList());
            sizes.record(batch.size());
            for (int index = 0; index < batch.size(); index++) {
                Waiting waiting = batch.get(index);
                boolean heard = waiting.outcome().complete(outcomes.get(index));
                if (!heard && outcomes.get(index).made() != null) {
                    free(waiting.request().id());
                }
            }
        } catch (RuntimeException e) {
            batch.forEach(waiting -> waiting.outcome().completeExceptionally(e));
        }
    }

    private void free(ReservationId reservation) {
        threads.execute(() -> {
            try {
                reserving.free(reservation);
            } catch (RuntimeException e) {
                LOG.warnf(e, "%s could not be freed; it expires by itself", reservation);
            }
        });
    }
}
