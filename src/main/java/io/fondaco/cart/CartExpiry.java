package io.fondaco.cart;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.OncePerCluster;
import io.fondaco.platform.roles.PodRoles;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;

/** Deletes open carts that were not changed for {@code fondaco.cart.retention}. */
@ApplicationScoped
class CartExpiry {
    /** Maximum batches of one run; the next run deletes the rest. */
    private static final int MAX_BATCHES = 100;

    private static final String INTERVAL = "10m";
    private static final int MAX_CARTS_PER_TRANSACTION = 500;

    private final CartStore carts;
    private final CartSettings settings;
    private final Counter deleted;

    CartExpiry(CartStore carts, CartSettings settings, MeterRegistry registry) {
        this.carts = carts;
        this.settings = settings;
        this.deleted = Counter.builder("fondaco.cart.deleted")
                .description(
                        "Open carts that were deleted because they had not been changed for fondaco.cart.retention")
                .register(registry);
    }

    @ReadsFrom(Route.PRIMARY)
    @OncePerCluster(value = "cart-expiry", every = INTERVAL)
    @Scheduled(
            every = INTERVAL,
            delayed = "1m",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void run() {
        deleteExpired();
    }

    /** @return the number of deleted carts */
    int deleteExpired() {
        int total = 0;
        for (int batch = 0; batch < MAX_BATCHES; batch++) {
            int count = carts.deleteExpired(settings.retention(), MAX_CARTS_PER_TRANSACTION);
            deleted.increment(count);
            total += count;
            if (count < MAX_CARTS_PER_TRANSACTION) {
                break;
            }
        }
        return total;
    }
}
