package io.fondaco.shipping;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.shipping.ShippingMethod.Cutoff;
import io.fondaco.shipping.ShippingMethod.Rate;
import io.fondaco.shipping.ShippingMethod.Surcharge;
import io.fondaco.shipping.ShippingProvider.LiveRate;
import io.fondaco.shipping.ShippingProvider.RateRequest;
import io.fondaco.shipping.ShippingProvider.TransitDays;
import io.fondaco.shipping.ShippingQuote.DeliveryEstimate;
import io.fondaco.shipping.ShippingRequest.ShippableLine;
import io.fondaco.shipping.ShippingRules.ProfileRules;
import io.fondaco.shipping.ShippingRules.ZoneRules;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Calculates the quotes of one request. The lines of each profile are a parcel. A method is offered if it is offered
 * for each parcel; its price is the sum. A price that exceeds {@link Money#MAX_AMOUNT} is not offered.
 *
 * <p>The price of a parcel is that of the method's last matching rate, in the order of minimum weight, minimum subtotal
 * and minimum items; then the surcharges are added. A method without a matching rate is not offered.
 */
final class QuoteCalculator {
    private static final Comparator<ShippingQuote> CHEAPEST_FIRST = Comparator.<ShippingQuote>comparingLong(
                    quote -> quote.price().amount())
            .thenComparing(ShippingQuote::code);

    private static final Comparator<Rate> LOWEST_MINIMUMS_FIRST = Comparator.comparingLong(Rate::minimumWeight)
            .thenComparingLong(Rate::minimumSubtotal)
            .thenComparingLong(Rate::minimumItems);

    private static final long GRAMS_PER_KILOGRAM = 1_000;

    private final ShippingRules rules;
    private final List<ZoneRules> zones;
    private final ShippingRequest request;
    private final boolean alwaysFree;
    private final RateLookup liveRates;

    /** Finds live rates; calls no provider. */
    interface RateLookup {
        RateResult find(String provider, RateRequest request);
    }

    /** What is known of a live rate. */
    sealed interface RateResult {
        record Found(LiveRate rate) implements RateResult {}

        /** The provider does not deliver the parcel. */
        record NotOffered() implements RateResult {}

        /** The provider did not answer, or was not asked: the method's own rates apply. */
        record Unavailable() implements RateResult {}
    }

    /** The lines of one profile. */
    private record Parcel(String profile, long weightGrams, Money subtotal, long items) {
        static Parcel of(String profile, ShippableLine line) {
            return new Parcel(
                    profile, Math.multiplyExact(line.weightGrams(), line.quantity()), line.total(), line.quantity());
        }

        Parcel plus(Parcel other) {
            return new Parcel(
                    profile,
                    Math.addExact(weightGrams, other.weightGrams),
                    subtotal.plus(other.subtotal),
                    items + other.items);
        }
    }

    private record Price(Money money, Optional<TransitDays> transit) {}

    /** @param alwaysFree whether every method is free */
    QuoteCalculator(ShippingRules rules, ShippingRequest request, boolean alwaysFree, RateLookup liveRates) {
        this.rules = rules;
        this.zones = rules.zonesOf(request.destination());
        this.request = request;
        this.alwaysFree = alwaysFree;
        this.liveRates = liveRates;
    }

    /** The available methods, cheapest first. */
    List<ShippingQuote> quotes() {
        Map<String, Parcel> parcels = new TreeMap<>();
        for (ShippableLine line : request.lines()) {
            String profile = rules.effectiveProfile(line.profile());
            parcels.merge(profile, Parcel.of(profile, line), Parcel::plus);
        }
        return parcels.values().stream()
                .map(this::quotesOf)
                .reduce(QuoteCalculator::combine)
                .map(quotes -> quotes.values().stream().sorted(CHEAPEST_FIRST).toList())
                .orElse(List.of());
    }

    private Map<String, ShippingQuote> quotesOf(Parcel parcel) {
        Map<String, ShippingQuote> quotes = new HashMap<>();
        for (ShippingMethod method :
                ShippingRules.methodsFor(zones, request.destination().isPresent(), parcel.profile(), currency())) {
            quote(method, parcel).ifPresent(quote -> quotes.put(quote.code(), quote));
        }
        return quotes;
    }

    private String currency() {
        return request.subtotal().currency();
    }

    private Optional<ShippingQuote> quote(ShippingMethod method, Parcel parcel) {
        if (!method.active() || isTooHeavy(method, parcel) || isExcluded(method, parcel)) {
            return Optional.empty();
        }
        return price(method, parcel)
                .map(price -> new ShippingQuote(
                        method.code(),
                        method.name(),
                        price.money(),
                        method.needsAddress(),
                        estimate(method, price),
                        Optional.ofNullable(method.pickupLocation())));
    }

    private static boolean isTooHeavy(ShippingMethod method, Parcel parcel) {
        return method.maxWeightGrams() != null && parcel.weightGrams() > method.maxWeightGrams();
    }

    /** A country is excluded from deliveries; its customers can still collect the goods. */
    private boolean isExcluded(ShippingMethod method, Parcel parcel) {
        ProfileRules profile = rules.profile(parcel.profile());
        return profile.excludedMethods().contains(method.code())
                || (method.needsAddress()
                        && request.destination()
                                .map(PostalAddress::country)
                                .filter(profile.excludedCountries()::contains)
                                .isPresent());
    }

    private Optional<Price> price(ShippingMethod method, Parcel parcel) {
        boolean free = isFree(method);
        if (method.provider() != null && !free) {
            switch (liveRates.find(method.provider(), rateRequest(method, parcel))) {
                case RateResult.Found(LiveRate rate) -> {
                    return addSurcharges(method, parcel, rate.price()).map(sum -> new Price(sum, rate.transit()));
                }
                case RateResult.NotOffered _ -> {
                    return Optional.empty();
                }
                case RateResult.Unavailable _ -> {}
            }
        }
        Money zero = Money.zero(currency());
        if (method.currency() == null || (free && method.provider() != null)) {
            return Optional.of(new Price(zero, Optional.empty()));
        }
        return findRate(method.rates(), parcel)
                .flatMap(rate -> free ? Optional.of(zero) : addSurcharges(method, parcel, rate.price()))
                .map(sum -> new Price(sum, Optional.empty()));
    }

    private boolean isFree(ShippingMethod method) {
        return alwaysFree
                || (method.freeFrom() != null
                        && request.subtotal().amount() >= method.freeFrom().amount());
    }

    private RateRequest rateRequest(ShippingMethod method, Parcel parcel) {
        PostalAddress address = request.destination().orElseThrow();
        return new RateRequest(
                method.code(),
                address.country(),
                Objects.requireNonNullElse(address.region(), ""),
                address.postalCode(),
                address.city(),
                currency(),
                parcel.weightGrams(),
                parcel.items(),
                parcel.subtotal());
    }

    private static Optional<Rate> findRate(List<Rate> rates, Parcel parcel) {
        return rates.stream()
                .filter(rate -> parcel.weightGrams() >= rate.minimumWeight()
                        && parcel.subtotal().amount() >= rate.minimumSubtotal()
                        && parcel.items() >= rate.minimumItems())
                .max(LOWEST_MINIMUMS_FIRST);
    }

    private static Optional<Money> addSurcharges(ShippingMethod method, Parcel parcel, Money price) {
        try {
            Money sum = price;
            for (Surcharge surcharge : method.surcharges()) {
                if (surcharge.profile() == null || surcharge.profile().equals(parcel.profile())) {
                    sum = sum.plus(surcharge.price().times(chargedUnits(surcharge, parcel)));
                }
            }
            return Optional.of(sum).filter(QuoteCalculator::isSupported);
        } catch (ArithmeticException _) {
            return Optional.empty();
        }
    }

    private static boolean isSupported(Money price) {
        return price.amount() <= Money.MAX_AMOUNT;
    }

    private static long chargedUnits(Surcharge surcharge, Parcel parcel) {
        return switch (surcharge.per()) {
            case PARCEL -> 1;
            case ITEM -> Math.max(0, parcel.items() - Objects.requireNonNullElse(surcharge.beyondItems(), 0L));
            case KILOGRAM ->
                Math.ceilDiv(
                        Math.max(
                                0,
                                parcel.weightGrams() - Objects.requireNonNullElse(surcharge.beyondWeightGrams(), 0L)),
                        GRAMS_PER_KILOGRAM);
        };
    }

    private Optional<DeliveryEstimate> estimate(ShippingMethod method, Price price) {
        Optional<TransitDays> days = price.transit()
                .or(() -> method.estimateMinDays() == null || method.estimateMaxDays() == null
                        ? Optional.empty()
                        : Optional.of(new TransitDays(method.estimateMinDays(), method.estimateMaxDays())));
        return days.map(transit -> estimate(method.cutoff(), transit));
    }

    private DeliveryEstimate estimate(@Nullable Cutoff cutoff, TransitDays transit) {
        ZonedDateTime now = request.at().atZone(cutoff == null ? ZoneOffset.UTC : ZoneId.of(cutoff.timeZone()));
        boolean late = cutoff != null && !now.toLocalTime().isBefore(LocalTime.parse(cutoff.time()));
        int min = transit.min() + (late ? 1 : 0);
        int max = transit.max() + (late ? 1 : 0);
        LocalDate today = now.toLocalDate();
        return new DeliveryEstimate(min, max, today.plusDays(min), today.plusDays(max));
    }

    /** The methods that two sets of parcels have in common, for all of them. */
    private static Map<String, ShippingQuote> combine(
            Map<String, ShippingQuote> left, Map<String, ShippingQuote> right) {
        Map<String, ShippingQuote> both = new HashMap<>();
        left.forEach((code, quote) -> Optional.ofNullable(right.get(code))
                .flatMap(other -> combine(quote, other))
                .ifPresent(sum -> both.put(code, sum)));
        return both;
    }

    /** Parcels that are sent and parcels that are collected, or collected elsewhere, are not one choice. */
    private static Optional<ShippingQuote> combine(ShippingQuote left, ShippingQuote right) {
        Money price = left.price().plus(right.price());
        if (left.needsAddress() != right.needsAddress()
                || !left.pickupLocation().equals(right.pickupLocation())
                || !isSupported(price)) {
            return Optional.empty();
        }
        return Optional.of(new ShippingQuote(
                left.code(),
                left.name(),
                price,
                left.needsAddress(),
                left.estimate().flatMap(first -> right.estimate().map(second -> later(first, second))),
                left.pickupLocation()));
    }

    private static DeliveryEstimate later(DeliveryEstimate left, DeliveryEstimate right) {
        BinaryOperator<LocalDate> later = BinaryOperator.maxBy(Comparator.naturalOrder());
        return new DeliveryEstimate(
                Math.max(left.minDays(), right.minDays()),
                Math.max(left.maxDays(), right.maxDays()),
                later.apply(left.earliest(), right.earliest()),
                later.apply(left.latest(), right.latest()));
    }
}
