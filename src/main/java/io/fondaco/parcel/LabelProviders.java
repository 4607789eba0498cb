package io.fondaco.parcel;

import io.fondaco.parcel.LabelProvider.CancellationRequest;
import io.fondaco.parcel.LabelProvider.CancellationResult;
import io.fondaco.parcel.LabelProvider.PurchaseResult;
import io.fondaco.parcel.LabelProvider.Purchased;
import io.fondaco.parcel.LabelProvider.Refused;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The providers of labels. Every call goes through a guard, and an answer that breaks the contract counts as none. */
@ApplicationScoped
class LabelProviders {
    private static final int MAX_REASON = 500;
    private static final Pattern PRINTABLE = Pattern.compile("[^\\p{Cntrl}]+");
    private static final Pattern URL = Pattern.compile("https?://[^\\p{Cntrl}\\s]+");

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, LabelProviderGuard> guards;

    LabelProviders(Instance<LabelProvider> providers) {
        this.guards = providers.stream()
                .collect(Collectors.toMap(
                        LabelProvider::name,
                        provider -> new LabelProviderGuard(provider, LabelProvider.TIME_LIMIT, executor)));
    }

    @PreDestroy
    void stop() {
        executor.shutdownNow();
    }

    /** @throws ApiException 422 {@code unknown_label_provider} */
    void requireProvider(String name) {
        if (!guards.containsKey(name)) {
            throw ApiException.invalid(
                    "/provider",
                    "unknown_label_provider",
                    "Unknown label provider '%s'. Available: %s."
                            .formatted(
                                    Violation.abbreviate(name),
                                    guards.keySet().stream().sorted().collect(Collectors.joining(", "))));
        }
    }

    /** Fails with {@link NoAnswer} if the outcome is unknown. */
    CompletableFuture<PurchaseResult> purchase(String provider, LabelRequest request) {
        return guard(provider)
                .map(guard -> guard.call(
                        PurchaseResult.class, () -> verified(guard.provider().purchase(request))))
                .orElseGet(LabelProviders::missing);
    }

    /** Fails with {@link NoAnswer} if the outcome is unknown. */
    CompletableFuture<CancellationResult> cancel(String provider, CancellationRequest request) {
        return guard(provider)
                .map(guard -> guard.call(
                        CancellationResult.class,
                        () -> verified(Objects.requireNonNull(guard.provider().cancel(request)))))
                .orElseGet(LabelProviders::missing);
    }

    private Optional<LabelProviderGuard> guard(String provider) {
        return Optional.ofNullable(guards.get(provider));
    }

    private static <T> CompletableFuture<T> missing() {
        return CompletableFuture.failedFuture(new NoAnswer("This version of the shop does not have the provider."));
    }

    private static PurchaseResult verified(PurchaseResult result) {
        return switch (result) {
            case Refused(String reason) -> new Refused(printable(reason));
            case Purchased purchased -> {
                require(isText(purchased.carrier()), "carrier");
                require(isText(purchased.trackingNumber()), "tracking number");
                require(isUrl(purchased.trackingUrl()), "tracking URL");
                require(isUrl(purchased.documentUrl()), "document URL");
                require(
                        purchased.document().isPresent()
                                || purchased.documentUrl().isPresent(),
                        "document");
                require(isUrlLength(purchased.providerReference()), "reference");
                Money cost = purchased.cost();
                require(cost.amount() >= 0 && cost.amount() <= Money.MAX_AMOUNT, "cost");
                yield purchased;
            }
        };
    }

    private static CancellationResult verified(CancellationResult result) {
        return result instanceof Refused(String reason) ? new Refused(printable(reason)) : result;
    }

    private static void require(boolean valid, String member) {
        if (!valid) {
            throw new NoAnswer("The provider returned a label without a valid %s.".formatted(member));
        }
    }

    private static boolean isText(String text) {
        return text.length() <= Purchased.MAX_TEXT && PRINTABLE.matcher(text).matches();
    }

    private static boolean isUrl(Optional<String> url) {
        return isUrlLength(url) && url.map(text -> URL.matcher(text).matches()).orElse(true);
    }

    private static boolean isUrlLength(Optional<String> text) {
        return text.map(value -> value.length() <= Purchased.MAX_URL
                        && PRINTABLE.matcher(value).matches())
                .orElse(true);
    }

    private static String printable(String reason) {
        String text = reason.replaceAll("\\p{Cntrl}", " ").strip();
        return text.length() <= MAX_REASON ? text : text.substring(0, MAX_REASON - 1) + "…";
    }
}
