package io.fondaco.shipping;

import io.fondaco.platform.money.Money;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A stand-in for a carrier, for development and tests: {@link #BASE_AMOUNT} and {@link #AMOUNT_PER_KILOGRAM} in minor
 * units, two to four days. The city selects another behavior: {@code "Down"} does not answer, {@code "Slow"} answers
 * after {@link #SLOW_SECONDS}, {@code "Nowhere"} is not delivered to.
 */
@ApplicationScoped
class TestShippingProvider implements ShippingProvider {
    static final String NAME = "test";
    static final long BASE_AMOUNT = 300;
    static final long AMOUNT_PER_KILOGRAM = 100;
    static final long SLOW_SECONDS = 5;

    private static final long GRAMS_PER_KILOGRAM = 1_000;
    private static final TransitDays TRANSIT = new TransitDays(2, 4);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<LiveRate> fetchRate(RateRequest request) {
        return switch (request.city()) {
            case "Down" -> throw new IllegalStateException("The test provider is down");
            case "Slow" -> {
                CompletableFuture.runAsync(() -> {}, CompletableFuture.delayedExecutor(SLOW_SECONDS, TimeUnit.SECONDS))
                        .join();
                yield Optional.of(rate(request));
            }
            case "Nowhere" -> Optional.empty();
            default -> Optional.of(rate(request));
        };
    }

    private static LiveRate rate(RateRequest request) {
        long kilograms = Math.ceilDiv(request.weightGrams(), GRAMS_PER_KILOGRAM);
        return new LiveRate(
                Money.of(BASE_AMOUNT + kilograms * AMOUNT_PER_KILOGRAM, request.currency()), Optional.of(TRANSIT));
    }
}
