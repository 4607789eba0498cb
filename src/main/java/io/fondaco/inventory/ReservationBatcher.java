package io.fondaco.inventory;

import io.fondaco.inventory.Inventory.Reservation;
import io.fondaco.inventory.Inventory.StockDemand;
import io.fondaco.inventory.Inventory.StockQuantity;
import io.fondaco.inventory.ReservationAllocator.ReservationRequest;
import io.fondaco.inventory.ReservationAllocator.ReservationResult;
import io.fondaco.platform.MicroBatcher;
import io.fondaco.platform.transactions.AfterCommit;
import io.fondaco.platform.web.Actor;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.RequestId;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Batches the reservations of hot SKUs. Only one transaction at a time can lock a stock level, so without batches a hot
 * SKU would sell one transaction after the other. Reservations of hot SKUs queue while an earlier batch is processed;
 * then one separate transaction makes them together, first come first served, each with its own result. Other SKUs are
 * reserved in the caller's transaction.
 *
 * <p>A batched reservation commits before the checkout that requested it, without waiting for the disk. It precedes the
 * checkout's commit in the WAL, so whatever makes that commit durable makes the reservation durable too. If the
 * checkout is rolled back, the units are released immediately; if the pod dies in between, they are released after
 * {@link #BATCHED_TIME_TO_LIVE}.
 *
 * <p>Every caller that waits here holds a connection to the primary, so the pool size bounds their number.
 */
@ApplicationScoped
class ReservationBatcher {
    /** How long a SKU stays hot after it last reached the threshold. */
    private static final Duration HOT_SKU_DURATION = Duration.ofSeconds(5);

    /** Reservations per transaction. */
    private static final int MAX_BATCH_SIZE = 64;

    /** The units are free again after this time if the checkout attempt neither extends, claims nor releases them. */
    private static final Duration BATCHED_TIME_TO_LIVE = Duration.ofMinutes(2);

    private static final Logger LOG = Logger.getLogger(ReservationBatcher.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final ReservationAllocator allocator;
    private final ReservationService reservations;
    private final HotSkuDetector hotSkus;
    private final Actor actor;
    private final RequestId requestId;
    private final AfterCommit afterCommit;
    private final InventorySettings settings;
    private final DistributionSummary batchSizes;
    private final MicroBatcher<ReservationRequest, ReservationResult> batcher =
            new MicroBatcher<>(MAX_BATCH_SIZE, Duration.ZERO, this::reserveBatch, this::releaseAbandoned);
    private final ExecutorService releases = Executors.newVirtualThreadPerTaskExecutor();

    ReservationBatcher(
            ReservationAllocator allocator,
            ReservationService reservations,
            Actor actor,
            RequestId requestId,
            AfterCommit afterCommit,
            InventorySettings settings,
            MeterRegistry registry) {
        this.allocator = allocator;
        this.reservations = reservations;
        this.actor = actor;
        this.requestId = requestId;
        this.hotSkus = new HotSkuDetector(settings.hotSkuThreshold(), HOT_SKU_DURATION);
        this.afterCommit = afterCommit;
        this.settings = settings;
        this.batchSizes = DistributionSummary.builder("fondaco.inventory.gathered")
                .description("Reservations of hot SKUs that one transaction made together (batch size)")
                .register(registry);
    }

    @PreDestroy
    void stop() {
        batcher.close();
        releases.shutdownNow();
    }

    /**
     * @throws InsufficientStock naming each SKU that is short
     * @throws ApiException 503 {@code overloaded} if a batched reservation has no result after {@code
     *     fondaco.inventory.batch-max-wait}
     */
    Reservation reserve(StockDemand demand, Duration timeToLive) {
        List<String> skus = demand.quantities().stream().map(StockQuantity::sku).toList();
        boolean hot = hotSkus.enter(skus);
        try {
            ReservationRequest reservationRequest = new ReservationRequest(
                    ReservationId.random(),
                    demand,
                    hot && BATCHED_TIME_TO_LIVE.compareTo(timeToLive) < 0 ? BATCHED_TIME_TO_LIVE : timeToLive,
                    hot,
                    actor.name(),
                    requestId.value());
            return (hot
                            ? reserveBatched(reservationRequest)
                            : allocator.reserve(List.of(reservationRequest)).getFirst())
                    .orElseThrow();
        } finally {
            hotSkus.leave(skus);
        }
    }

    private ReservationResult reserveBatched(ReservationRequest reservationRequest) {
        ReservationResult reservationResult;
        try {
            reservationResult = batcher.call(reservationRequest, settings.batchMaxWait());
        } catch (TimeoutException _) {
            throw ApiException.unavailable(
                    "overloaded",
                    "Too many checkouts reserve the same SKU at the same time; try again with the same"
                            + " Idempotency-Key.",
                    RETRY_AFTER);
        }
        if (reservationResult.reserved() != null) {
            afterCommit.runAfterRollback(() -> releaseAsync(reservationRequest.id()));
        }
        return reservationResult;
    }

    private List<ReservationResult> reserveBatch(List<ReservationRequest> batch) {
        List<ReservationResult> results = allocator.reserveInOwnTransaction(batch);
        batchSizes.record(batch.size());
        return results;
    }

    /** The caller of the reservation has timed out. */
    private void releaseAbandoned(ReservationRequest reservationRequest, ReservationResult reservationResult) {
        if (reservationResult.reserved() != null) {
            releaseAsync(reservationRequest.id());
        }
    }

    private void releaseAsync(ReservationId reservation) {
        releases.execute(() -> {
            try {
                reservations.releaseInOwnTransaction(reservation);
            } catch (RuntimeException e) {
                LOG.warnf(e, "%s could not be released; its units are free again when it expires", reservation);
            }
        });
    }

    /**
     * Detects the SKUs that several checkouts of this pod reserve at the same time. A SKU stays hot for a while,
     * because otherwise it would turn cold whenever a reservation succeeds.
     */
    private static final class HotSkuDetector {
        private final int hotThreshold;
        private final long hotNanos;
        private final Map<String, Integer> inFlight = new ConcurrentHashMap<>();
        private final Map<String, Long> hotSince = new ConcurrentHashMap<>();

        /**
         * @param hotThreshold number of concurrent reservations that makes a SKU hot
         * @param hotFor how long it stays hot after it last reached the threshold
         */
        private HotSkuDetector(int hotThreshold, Duration hotFor) {
            this.hotThreshold = hotThreshold;
            this.hotNanos = hotFor.toNanos();
        }

        /**
         * A reservation of these SKUs begins; {@link #leave} must follow.
         *
         * @return whether one of them is hot
         */
        private boolean enter(Collection<String> skus) {
            long now = System.nanoTime();
            boolean hot = false;
            for (String sku : skus) {
                if (inFlight.merge(sku, 1, Integer::sum) >= hotThreshold) {
                    hotSince.put(sku, now);
                }
                hot |= isHot(sku, now);
            }
            return hot;
        }

        private void leave(Collection<String> skus) {
            skus.forEach(sku -> inFlight.computeIfPresent(sku, (_, count) -> count == 1 ? null : count - 1));
            long now = System.nanoTime();
            hotSince.values().removeIf(since -> now - since > hotNanos);
        }

        private boolean isHot(String sku, long now) {
            Long since = hotSince.get(sku);
            return since != null && now - since <= hotNanos;
        }
    }
}
