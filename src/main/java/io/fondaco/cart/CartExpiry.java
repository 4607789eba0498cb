package io.fondaco.cart;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.OncePerCluster;
import io.fondaco.platform.roles.PodRoles;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;

/** Deletes carts that nobody has touched for {@code fondaco.cart.keep-open}. */
@ApplicationScoped
class CartExpiry {
    /** Batches of one run; what is left is for the next one. */
    private static final int MAX_BATCHES = 100;

    private final PostgresCarts carts;
    private final CartSettings settings;
    private final Counter deleted;

    CartExpiry(PostgresCarts carts, CartSettings settings, MeterRegistry registry) {
        this.carts = carts;
        this.settings = settings;
        this.deleted = Counter.builder("fondaco.cart.deleted")
                .description("Open carts that were deleted, because nobody had touched them for fondaco.cart.keep-open")
                .register(registry);
    }

    @ReadsFrom(Route.PRIMARY)
    @OncePerCluster(value = "cart-expiry", every = "{fondaco.cart.expiry-interval}")
    @Scheduled(
            every = "{fondaco.cart.expiry-interval}",
            delayed = "1m",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void run() {
        deleteExpired();
    }

    /** @return how many were deleted */
    int deleteExpired() {
        int all = 0;
        for (int batch = 0; batch < MAX_BATCHES; batch++) {
            int some = carts.deleteExpired(settings.keepOpen(), settings.expiryBatch());
            deleted.increment(some);
            all += some;
            if (some < settings.expiryBatch()) {
                break;
            }
        }
        return all;
    }
}
