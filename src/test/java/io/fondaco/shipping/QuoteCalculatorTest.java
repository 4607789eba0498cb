package io.fondaco.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.shipping.QuoteCalculator.RateLookup;
import io.fondaco.shipping.QuoteCalculator.RateResult;
import io.fondaco.shipping.ShippingMethod.Cutoff;
import io.fondaco.shipping.ShippingMethod.Rate;
import io.fondaco.shipping.ShippingMethod.Surcharge;
import io.fondaco.shipping.ShippingMethod.Surcharge.Unit;
import io.fondaco.shipping.ShippingProvider.LiveRate;
import io.fondaco.shipping.ShippingProvider.TransitDays;
import io.fondaco.shipping.ShippingQuote.DeliveryEstimate;
import io.fondaco.shipping.ShippingRequest.ShippableLine;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Zones, profiles, rates, surcharges, estimates and live rates, without a database. */
class QuoteCalculatorTest {
    private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");
    private static final RateLookup NO_PROVIDER = (_, _) -> {
        throw new AssertionError("unexpected call");
    };
    private static final ShippableLine LAMP = line("default", 1_000, 1, 2_000);
    private static final ShippableLine SOFA = line("bulky", 40_000, 1, 50_000);

    private final TestRules rules = new TestRules();

    @Test
    void mostSpecificZoneWithTheCodeApplies() {
        ShippingZoneId world = rules.zone("", "", "");
        ShippingZoneId us = rules.zone("US", "", "");
        ShippingZoneId california = rules.zone("US", "CA", "");
        ShippingZoneId losAngeles = rules.zone("US", "", "900*");
        rules.method(losAngeles, "standard").price(100);
        rules.method(california, "standard").price(200);
        rules.method(us, "standard").price(300);
        rules.method(world, "standard").price(400);
        rules.method(world, "express").price(900);
        assertThat(prices(address("US", "CA", "90001"), LAMP)).containsExactly("standard 100", "express 900");
        assertThat(prices(address("US", "US-ca ", "94016"), LAMP)).containsExactly("standard 200", "express 900");
        assertThat(prices(address("US", "NV", "89101"), LAMP)).containsExactly("standard 300", "express 900");
        assertThat(prices(address("CA", null, "90001"), LAMP)).containsExactly("standard 400", "express 900");
    }

    @Test
    void regionOfAnotherCountryDoesNotMatch() {
        rules.method(rules.zone("US,AU", "US-WA", ""), "standard").price(100);
        assertThat(prices(address("US", "WA", "98101"), LAMP)).containsExactly("standard 100");
        assertThat(prices(address("AU", "WA", "6000"), LAMP)).isEmpty();
    }

    @Test
    void methodOfTheSpecificZoneHidesTheOtherEvenIfItIsNotOffered() {
        ShippingZoneId world = rules.zone("", "", "");
        ShippingZoneId germany = rules.zone("DE", "", "");
        rules.method(world, "standard").price(400);
        rules.method(world, "express").price(900);
        rules.method(germany, "standard").price(100).maxWeight(500);
        rules.method(germany, "express").price(100).inactive();
        assertThat(prices(address("DE"), LAMP)).isEmpty();
        assertThat(prices(address("FR"), LAMP)).containsExactly("standard 400", "express 900");
    }

    @Test
    void methodInAnotherCurrencyHidesNothing() {
        rules.method(rules.zone("", "", ""), "standard").price(400);
        rules.method(rules.zone("DE", "", ""), "standard").currency("GBP").price(100);
        assertThat(prices(address("DE"), LAMP)).containsExactly("standard 400");
    }

    @Test
    void methodWithoutCurrencyIsFreeInEveryCurrency() {
        rules.method(rules.zone("", "", ""), "pickup").currency(null).needsNoAddress();
        assertThat(prices(Optional.empty(), LAMP)).containsExactly("pickup 0");
    }

    @Test
    void methodsThatNeedAnAddressAreNotOfferedWithoutOne() {
        ShippingZoneId world = rules.zone("", "", "");
        rules.method(world, "standard").price(400);
        rules.method(rules.zone("DE", "", ""), "collect").price(0).needsNoAddress();
        rules.method(world, "pickup").price(50).needsNoAddress();
        assertThat(prices(Optional.empty(), LAMP)).containsExactly("pickup 50");
        assertThat(prices(address("DE"), LAMP)).containsExactly("collect 0", "pickup 50", "standard 400");
    }

    @Test
    void lastMatchingRateApplies() {
        rules.method(rules.zone("", "", ""), "standard")
                .rate(5_000, 0, 0, 900)
                .rate(0, 0, 0, 400)
                .rate(0, 0, 10, 350)
                .rate(0, 3_000, 0, 300)
                .rate(5_000, 10_000, 0, 500);
        assertThat(prices(address("DE"), line("default", 100, 1, 100))).containsExactly("standard 400");
        assertThat(prices(address("DE"), line("default", 100, 10, 100))).containsExactly("standard 350");
        assertThat(prices(address("DE"), line("default", 100, 10, 3_000))).containsExactly("standard 300");
        assertThat(prices(address("DE"), line("default", 5_000, 1, 3_000))).containsExactly("standard 900");
        assertThat(prices(address("DE"), line("default", 5_000, 1, 10_000))).containsExactly("standard 500");
    }

    @Test
    void methodIsNotOfferedBelowItsLowestRate() {
        rules.method(rules.zone("", "", ""), "freight").rate(30_000, 0, 0, 9_900);
        assertThat(prices(address("DE"), line("default", 29_999, 1, 100))).isEmpty();
        assertThat(prices(address("DE"), line("default", 10_000, 3, 100))).containsExactly("freight 9900");
    }

    @Test
    void freeFromLooksAtTheWholeCart() {
        rules.method(rules.zone("", "", ""), "standard")
                .price(400)
                .freeFrom(5_000)
                .surcharge(new Surcharge(Unit.PARCEL, null, null, null, euros(100)));
        assertThat(prices(request(address("DE"), 4_999, LAMP))).containsExactly("standard 500");
        assertThat(prices(request(address("DE"), 5_000, LAMP))).containsExactly("standard 0");
    }

    @Test
    void everyMethodIsFreeIfTheShopSaysSo() {
        ShippingZoneId world = rules.zone("", "", "");
        rules.method(world, "standard").price(400);
        rules.method(world, "live").provider();
        assertThat(format(new QuoteCalculator(rules.build(), request(address("DE"), 2_000, LAMP), true, NO_PROVIDER)
                        .quotes()))
                .containsExactly("live 0", "standard 0");
    }

    @Test
    void surchargesAreAddedPerParcelItemAndKilogram() {
        rules.profile("bulky");
        rules.method(rules.zone("", "", ""), "standard")
                .price(400)
                .surcharge(new Surcharge(Unit.PARCEL, "bulky", null, null, euros(1_000)))
                .surcharge(new Surcharge(Unit.ITEM, null, 2L, null, euros(50)))
                .surcharge(new Surcharge(Unit.KILOGRAM, null, null, 5_000L, euros(30)));
        assertThat(prices(address("DE"), line("default", 1_000, 2, 100))).containsExactly("standard 400");
        assertThat(prices(address("DE"), line("default", 1_000, 3, 100))).containsExactly("standard 450");
        assertThat(prices(address("DE"), line("default", 5_001, 1, 100))).containsExactly("standard 430");
        assertThat(prices(address("DE"), line("bulky", 6_000, 1, 100))).containsExactly("standard 1430");
    }

    @Test
    void profilesAreParcelsWhosePricesAreAdded() {
        rules.profile("bulky");
        ShippingZoneId world = rules.zone("", "", "");
        rules.method(world, "standard").price(400);
        rules.method(world, "standard").profile("bulky").price(5_000);
        rules.method(world, "express").profile("default").price(900);
        rules.method(world, "freight").profile("bulky").price(3_000);
        assertThat(prices(address("DE"), LAMP)).containsExactly("standard 400", "express 900");
        assertThat(prices(address("DE"), SOFA)).containsExactly("freight 3000", "standard 5000");
        assertThat(prices(address("DE"), LAMP, SOFA, LAMP)).containsExactly("standard 5400");
    }

    @Test
    void unknownProfileIsTheDefaultOne() {
        rules.method(rules.zone("", "", ""), "standard").profile("default").price(400);
        assertThat(prices(address("DE"), line("deleted", 1, 1, 1), LAMP)).containsExactly("standard 400");
    }

    @Test
    void parcelsAreNotBothSentAndCollected() {
        rules.profile("bulky");
        ShippingZoneId world = rules.zone("", "", "");
        rules.method(world, "standard").price(400);
        rules.method(world, "standard").profile("bulky").price(0).needsNoAddress();
        rules.method(world, "pickup").price(0).pickupAt("leeds");
        rules.method(world, "pickup").profile("bulky").price(0).pickupAt("york");
        assertThat(prices(address("DE"), LAMP, SOFA)).isEmpty();
        assertThat(prices(address("DE"), LAMP)).containsExactly("pickup 0", "standard 400");
    }

    @Test
    void profileExcludesCountriesFromDeliveryAndMethodsFromEverything() {
        rules.profile("bulky", List.of("IE"), List.of("express"));
        ShippingZoneId world = rules.zone("", "", "");
        rules.method(world, "standard").price(400);
        rules.method(world, "express").price(900);
        rules.method(world, "pickup").price(0).needsNoAddress();
        assertThat(prices(address("IE"), SOFA)).containsExactly("pickup 0");
        assertThat(prices(address("DE"), SOFA)).containsExactly("pickup 0", "standard 400");
        assertThat(prices(address("IE"), LAMP)).containsExactly("pickup 0", "standard 400", "express 900");
        assertThat(prices(address("IE"), LAMP, SOFA)).containsExactly("pickup 0");
    }

    @Test
    void priceBeyondTheLargestAmountIsNotOffered() {
        rules.method(rules.zone("", "", ""), "standard")
                .price(Money.MAX_AMOUNT)
                .surcharge(new Surcharge(Unit.ITEM, null, null, null, euros(Money.MAX_AMOUNT)));
        assertThat(prices(address("DE"), line("default", 1, 9_999, 1))).isEmpty();
    }

    @Test
    void estimateCountsFromTheDayInTheTimeZoneOfTheShop() {
        rules.method(rules.zone("", "", ""), "standard")
                .price(400)
                .estimate(1, 3)
                .cutoff(new Cutoff("13:30", "Europe/Berlin"));
        assertThat(estimateAt("2026-11-30T12:29:59Z"))
                .isEqualTo(new DeliveryEstimate(1, 3, LocalDate.of(2026, 12, 1), LocalDate.of(2026, 12, 3)));
        assertThat(estimateAt("2026-11-30T12:30:00Z"))
                .isEqualTo(new DeliveryEstimate(2, 4, LocalDate.of(2026, 12, 2), LocalDate.of(2026, 12, 4)));
        assertThat(estimateAt("2026-11-30T23:10:00Z"))
                .as("it is after midnight in Berlin")
                .isEqualTo(new DeliveryEstimate(1, 3, LocalDate.of(2026, 12, 2), LocalDate.of(2026, 12, 4)));
        assertThat(estimateAt("2026-07-01T11:30:00Z"))
                .as("summer time")
                .isEqualTo(new DeliveryEstimate(2, 4, LocalDate.of(2026, 7, 3), LocalDate.of(2026, 7, 5)));
    }

    @Test
    void estimateIsThatOfTheLastParcel() {
        rules.profile("bulky");
        ShippingZoneId world = rules.zone("", "", "");
        rules.method(world, "standard").price(400).estimate(1, 9);
        rules.method(world, "standard").profile("bulky").price(400).estimate(4, 6);
        rules.method(world, "express").price(900).estimate(1, 1);
        rules.method(world, "express").profile("bulky").price(900);
        List<ShippingQuote> quotes = quotes(request(address("DE"), 0, LAMP, SOFA));
        assertThat(quotes).extracting(ShippingQuote::code).containsExactly("standard", "express");
        assertThat(quotes.getFirst().estimate())
                .contains(new DeliveryEstimate(4, 9, LocalDate.of(2026, 12, 4), LocalDate.of(2026, 12, 9)));
        assertThat(quotes.getLast().estimate()).isEmpty();
    }

    @Test
    void liveRateReplacesTheRateAndTheEstimate() {
        rules.method(rules.zone("", "", ""), "live")
                .provider()
                .price(400)
                .estimate(1, 9)
                .surcharge(new Surcharge(Unit.PARCEL, null, null, null, euros(50)));
        RateLookup found = (_, request) -> {
            assertThat(request.weightGrams()).isEqualTo(1_000);
            assertThat(request.goods()).isEqualTo(euros(2_000));
            return new RateResult.Found(new LiveRate(euros(777), Optional.of(new TransitDays(2, 3))));
        };
        ShippingQuote quote = quotes(request(address("DE"), 2_000, LAMP), found).getFirst();
        assertThat(quote.price()).isEqualTo(euros(827));
        assertThat(quote.estimate().orElseThrow().maxDays()).isEqualTo(3);
    }

    @Test
    void ownRatesApplyWithoutALiveRate() {
        ShippingZoneId world = rules.zone("", "", "");
        rules.method(world, "live").provider().price(400);
        rules.method(world, "only-live").provider();
        ShippingRequest request = request(address("DE"), 2_000, LAMP);
        assertThat(format(quotes(request, (_, _) -> new RateResult.Unavailable())))
                .containsExactly("live 400");
        assertThat(format(quotes(request, (_, _) -> new RateResult.NotOffered())))
                .isEmpty();
    }

    /** {@code docs/shipping.md} */
    @Test
    void workedExampleOfTheDocumentation() {
        rules.profile("bulky");
        ShippingZoneId germany = rules.zone("DE", "", "");
        rules.method(rules.zone("", "", ""), "pickup").currency(null).needsNoAddress();
        rules.method(germany, "standard").price(490).rate(5_000, 0, 0, 790).freeFrom(10_000);
        rules.method(germany, "standard").profile("bulky").price(5_900);
        rules.method(germany, "express").profile("default").price(1_290);
        rules.method(rules.zone("DE", "", "18565,26465-26757"), "standard").price(1_490);
        Optional<PostalAddress> berlin = address("DE", null, "10115");
        assertThat(prices(lamps(berlin, 2, 6_000))).containsExactly("pickup 0", "standard 490", "express 1290");
        assertThat(prices(lamps(berlin, 6, 9_000))).containsExactly("pickup 0", "standard 790", "express 1290");
        assertThat(prices(lamps(berlin, 7, 10_500))).containsExactly("pickup 0", "standard 0", "express 1290");
        assertThat(prices(lamps(address("DE", null, "26548"), 2, 6_000)))
                .containsExactly("pickup 0", "express 1290", "standard 1490");
        assertThat(prices(request(berlin, 43_000, LAMP, SOFA))).containsExactly("pickup 0", "standard 5900");
        assertThat(prices(lamps(address("FR"), 2, 6_000))).containsExactly("pickup 0");
        assertThat(prices(lamps(Optional.empty(), 2, 6_000))).containsExactly("pickup 0");
    }

    private static ShippingRequest lamps(Optional<PostalAddress> destination, int quantity, long subtotal) {
        return request(destination, subtotal, line("default", 1_000, quantity, subtotal));
    }

    /** Whatever the weight and the rates, the price is that of the rate with the highest minimum that is reached. */
    @Property(tries = 300)
    void rateOfTheWeightClassApplies(
            @ForAll @LongRange(max = 20_000) long weight, @ForAll @IntRange(max = 1_000) int seed) {
        TestRules weightClasses = new TestRules();
        TestMethod method = weightClasses.method(weightClasses.zone("", "", ""), "standard");
        List<Integer> classes = new ArrayList<>(List.of(0, 2_000, 5_000, 10_000));
        Collections.shuffle(classes, new Random(seed));
        classes.forEach(minimum -> method.rate(minimum, 0, 0, 100 + minimum));
        long expected = classes.stream()
                        .filter(minimum -> weight >= minimum)
                        .max(Integer::compare)
                        .orElseThrow()
                + 100;
        assertThat(format(new QuoteCalculator(
                                weightClasses.build(),
                                request(address("DE"), 1, line("default", weight, 1, 1)),
                                false,
                                NO_PROVIDER)
                        .quotes()))
                .containsExactly("standard " + expected);
    }

    private DeliveryEstimate estimateAt(String instant) {
        return quotes(new ShippingRequest(address("DE"), euros(2_000), List.of(LAMP), Instant.parse(instant)))
                .getFirst()
                .estimate()
                .orElseThrow();
    }

    private List<String> prices(Optional<PostalAddress> destination, ShippableLine... lines) {
        return prices(request(destination, 2_000, lines));
    }

    private List<String> prices(ShippingRequest request) {
        return format(quotes(request));
    }

    private List<ShippingQuote> quotes(ShippingRequest request) {
        return quotes(request, NO_PROVIDER);
    }

    private List<ShippingQuote> quotes(ShippingRequest request, RateLookup lookup) {
        return new QuoteCalculator(rules.build(), request, false, lookup).quotes();
    }

    private static List<String> format(List<ShippingQuote> quotes) {
        return quotes.stream()
                .map(quote -> quote.code() + " " + quote.price().amount())
                .toList();
    }

    private static ShippingRequest request(Optional<PostalAddress> destination, long subtotal, ShippableLine... lines) {
        return new ShippingRequest(destination, euros(subtotal), List.of(lines), NOON);
    }

    private static ShippableLine line(String profile, long weightGrams, int quantity, long total) {
        return new ShippableLine(profile, weightGrams, quantity, euros(total));
    }

    private static Optional<PostalAddress> address(String country) {
        return address(country, null, "1000");
    }

    private static Optional<PostalAddress> address(String country, @Nullable String region, String postalCode) {
        return Optional.of(
                new PostalAddress("Ada Lovelace", "1 Main Street", null, "City", region, postalCode, country, null));
    }

    private static Money euros(long cents) {
        return Money.of(cents, "EUR");
    }

    /** Builds the zones, methods and profiles of a shop. */
    private static final class TestRules {
        private final List<ShippingZone> zones = new ArrayList<>();
        private final List<TestMethod> methods = new ArrayList<>();
        private final List<ShippingProfile> profiles = new ArrayList<>();

        TestRules() {
            profile("default");
        }

        /** Each a comma-separated list; empty for no restriction. */
        ShippingZoneId zone(String countries, String regions, String postalCodes) {
            ShippingZoneId id = new ShippingZoneId(new UUID(0, zones.size() + 1L));
            zones.add(new ShippingZone(
                    id, "Zone", list(countries), list(regions), list(postalCodes), 1, Instant.EPOCH, Instant.EPOCH));
            return id;
        }

        private static List<String> list(String text) {
            return text.isEmpty() ? List.of() : List.of(text.split(",", -1));
        }

        void profile(String code) {
            profile(code, List.of(), List.of());
        }

        void profile(String code, List<String> excludedCountries, List<String> excludedMethods) {
            profiles.add(new ShippingProfile(
                    code, code, excludedCountries, excludedMethods, 1, Instant.EPOCH, Instant.EPOCH));
        }

        TestMethod method(ShippingZoneId zone, String code) {
            TestMethod method = new TestMethod(zone, code);
            methods.add(method);
            return method;
        }

        ShippingRules build() {
            return ShippingRules.of(
                    zones, methods.stream().map(TestMethod::build).toList(), profiles);
        }
    }

    private static final class TestMethod {
        private final ShippingMethodId id = ShippingMethodId.random();
        private final ShippingZoneId zone;
        private final String code;
        private final List<Rate> rates = new ArrayList<>();
        private final List<Surcharge> surcharges = new ArrayList<>();
        private @Nullable String currency = "EUR";
        private @Nullable String profile;
        private @Nullable Money freeFrom;
        private @Nullable Integer minDays;
        private @Nullable Integer maxDays;
        private @Nullable Cutoff cutoff;
        private boolean needsAddress = true;
        private @Nullable String pickupLocation;
        private @Nullable Long maxWeight;
        private @Nullable String provider;
        private boolean active = true;

        TestMethod(ShippingZoneId zone, String code) {
            this.zone = zone;
            this.code = code;
        }

        TestMethod price(long amount) {
            return rate(0, 0, 0, amount);
        }

        TestMethod rate(long weight, long subtotal, long items, long amount) {
            String of = currency == null ? "EUR" : currency;
            rates.add(new Rate(weight, Money.of(subtotal, of), items, Money.of(amount, of)));
            return this;
        }

        TestMethod surcharge(Surcharge surcharge) {
            surcharges.add(surcharge);
            return this;
        }

        TestMethod currency(@Nullable String other) {
            currency = other;
            return this;
        }

        TestMethod profile(String of) {
            profile = of;
            return this;
        }

        TestMethod freeFrom(long amount) {
            freeFrom = euros(amount);
            return this;
        }

        TestMethod estimate(int min, int max) {
            minDays = min;
            maxDays = max;
            return this;
        }

        TestMethod cutoff(Cutoff time) {
            cutoff = time;
            return this;
        }

        TestMethod needsNoAddress() {
            needsAddress = false;
            return this;
        }

        TestMethod pickupAt(String location) {
            pickupLocation = location;
            return needsNoAddress();
        }

        TestMethod maxWeight(long grams) {
            maxWeight = grams;
            return this;
        }

        TestMethod provider() {
            provider = "carrier";
            return this;
        }

        TestMethod inactive() {
            active = false;
            return this;
        }

        ShippingMethod build() {
            return new ShippingMethod(
                    id,
                    zone,
                    code,
                    code,
                    currency,
                    profile,
                    rates,
                    freeFrom,
                    surcharges,
                    minDays,
                    maxDays,
                    cutoff,
                    needsAddress,
                    pickupLocation,
                    maxWeight,
                    provider,
                    active,
                    1,
                    Instant.EPOCH,
                    Instant.EPOCH);
        }
    }
}
