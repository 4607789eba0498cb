package io.fondaco.parcel;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.fondaco.platform.money.Money;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A stand-in for a carrier, for development and tests. A label costs {@link #BASE_AMOUNT} and {@link
 * #AMOUNT_PER_KILOGRAM} in minor units; the same id always gets the same label. The city of the recipient selects
 * another behavior: {@code "Down"} never answers, {@code "Slow"} answers the first request after {@link #SLOW_SECONDS}
 * and {@code "Lost"} loses the answer to it, {@code "Nowhere"} is refused, {@code "Collected"} cannot be cancelled.
 */
@ApplicationScoped
class TestLabelProvider implements LabelProvider {
    static final String NAME = "test";
    static final long BASE_AMOUNT = 300;
    static final long AMOUNT_PER_KILOGRAM = 100;
    static final long SLOW_SECONDS = 15;

    private static final long GRAMS_PER_KILOGRAM = 1_000;
    private static final int MAX_KNOWN = 10_000;

    /** The labels that were asked for, by this pod. */
    private final Cache<LabelId, Boolean> known =
            Caffeine.newBuilder().maximumSize(MAX_KNOWN).build();

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public PurchaseResult purchase(LabelRequest request) {
        boolean first = known.asMap().putIfAbsent(request.id(), true) == null;
        return switch (request.recipient().city()) {
            case "Down" -> throw new IllegalStateException("The test provider is down");
            case "Slow" -> {
                if (first) {
                    waitSlowly();
                }
                yield label(request);
            }
            case "Lost" -> {
                if (first) {
                    throw new IllegalStateException("The answer of the test provider was lost");
                }
                yield label(request);
            }
            case "Nowhere" -> new Refused("The test provider does not deliver to Nowhere");
            default -> label(request);
        };
    }

    private static void waitSlowly() {
        CompletableFuture.runAsync(() -> {}, CompletableFuture.delayedExecutor(SLOW_SECONDS, TimeUnit.SECONDS))
                .join();
    }

    private static Purchased label(LabelRequest request) {
        String number = request.id().toString().replace("label_", "TEST").toUpperCase(Locale.ROOT);
        long kilograms = Math.ceilDiv(request.parcel().weightGrams(), GRAMS_PER_KILOGRAM);
        String currency = request.parcel().items().getFirst().unitPrice().currency();
        return new Purchased(
                "Test carrier",
                number,
                Optional.of("https://tracking.example/" + number),
                Optional.of(TestLabelPdf.create("Test label " + number)),
                Optional.empty(),
                Optional.of(request.recipient().city()),
                Money.of(BASE_AMOUNT + kilograms * AMOUNT_PER_KILOGRAM, currency));
    }

    @Override
    public CancellationResult cancel(CancellationRequest request) {
        return request.providerReference().filter("Collected"::equals).isPresent()
                ? new Refused("The test carrier has collected the parcel")
                : new Cancelled();
    }
}
