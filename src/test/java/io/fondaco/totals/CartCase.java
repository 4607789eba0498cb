package io.fondaco.totals;

import io.fondaco.cart.Cart;
import io.fondaco.cart.CartId;
import io.fondaco.cart.CartLine;
import io.fondaco.cart.CartLineId;
import io.fondaco.cart.CartStatus;
import io.fondaco.catalog.ProductId;
import io.fondaco.catalog.SellableVariant;
import io.fondaco.catalog.VariantId;
import io.fondaco.catalog.VariantPrice;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.pricing.PriceListId;
import io.fondaco.pricing.PriceLists;
import io.fondaco.pricing.PricingRules;
import io.fondaco.pricing.VariantPrices;
import io.fondaco.pricing.VariantPrices.ListPrice;
import io.fondaco.promotion.PromotionCases;
import io.fondaco.promotion.PromotionCases.Combination;
import io.fondaco.promotion.PromotionCases.PromotionCase;
import io.fondaco.promotion.PromotionKind;
import io.fondaco.shipping.ShippingQuote;
import io.fondaco.tax.SaleTaxation;
import io.fondaco.tax.SaleTaxations;
import io.fondaco.tax.SaleTaxations.RateCase;
import io.fondaco.tax.TaxExemption;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * A cart with the rules by which it is priced: prices of the variants and of two price lists, one with tax and one
 * without; a shipping method; tax rates; promotions; and perhaps the rounding of cash totals. It is priced by the steps
 * of {@link CartPricing}, with rules in memory.
 *
 * @param currency currencies have 0, 2, 3 or 4 decimals
 * @param shipping the price of shipping
 * @param taxSettings in words
 * @param roundingStep of the total, in minor units; empty if it is not rounded
 */
record CartCase(
        String currency,
        List<LineCase> lines,
        long shipping,
        String taxSettings,
        List<RateCase> rates,
        Optional<TaxExemption> exemption,
        List<PromotionCase> promotions,
        Optional<Integer> roundingStep) {
    private static final PriceListId WITH_TAX = PriceListId.random();
    private static final PriceListId WITHOUT_TAX = PriceListId.random();
    private static final ProductId PRODUCT = ProductId.random();
    private static final int MAX_TAXES = 4;
    private static final int MILLIONTHS = 6;

    /** From this quantity on, the price of the list applies. */
    private static final int TIER = 3;

    private static final PostalAddress ADDRESS =
            new PostalAddress("Ada Lovelace", "12 St James's Square", null, "London", null, "SW1Y 4JH", "GB", null);

    /** @param list one with the half price, from {@link #TIER} units on */
    record LineCase(long price, int quantity, String category, boolean requiresShipping, Optional<PriceListId> list) {}

    /** The cart. Each line has another SKU. */
    Cart cart() {
        return withLines(IntStream.range(0, lines.size())
                .mapToObj(index -> new CartLine(
                        CartLineId.random(),
                        variantId(index),
                        sku(index),
                        lines.get(index).quantity()))
                .toList());
    }

    Cart withLines(List<CartLine> cartLines) {
        return new Cart(
                CartId.random(),
                currency,
                Optional.of("ada@example.org"),
                Optional.of(ADDRESS),
                Optional.empty(),
                Optional.empty(),
                PromotionCases.codes(promotions),
                Optional.empty(),
                CartStatus.OPEN,
                1,
                cartLines);
    }

    PricedCart price() {
        return price(cart());
    }

    PricedCart price(Cart cart) {
        Map<String, SellableItem> items = items();
        PriceLists priceLists = PricingRules.priceLists(currency, Map.of(WITH_TAX, true, WITHOUT_TAX, false));
        SaleTaxation taxation = SaleTaxations.of(taxSettings, rates, exemption, currency);
        List<TotalsStep> steps = List.of(
                new ItemsStep(_ -> items, () -> priceLists),
                new ShippingStep(_ -> List.of(quote())),
                new TaxationStep(_ -> taxation),
                new DiscountsStep(request -> PromotionCases.calculate(request, promotions)),
                new TaxStep(),
                new TotalStep(total -> roundingStep
                        .map(step -> PricingRules.roundingFor(total, step))
                        .orElse(0L)));
        TotalsDraft draft = TotalsDraft.of(cart, Instant.EPOCH);
        for (TotalsStep step : steps) {
            draft = step.apply(draft);
        }
        return draft.toPricedCart();
    }

    private ShippingQuote quote() {
        return new ShippingQuote(
                "standard", "Standard", Money.of(shipping, currency), true, Optional.empty(), Optional.empty());
    }

    private Map<String, SellableItem> items() {
        Map<String, SellableItem> items = new HashMap<>();
        for (int index = 0; index < lines.size(); index++) {
            LineCase line = lines.get(index);
            SellableVariant variant = new SellableVariant(
                    variantId(index),
                    PRODUCT,
                    sku(index),
                    sku(index),
                    true,
                    true,
                    line.requiresShipping(),
                    0,
                    line.category(),
                    "default",
                    "",
                    Set.of(),
                    Set.of(),
                    Map.of());
            Money price = Money.of(line.price(), currency);
            List<ListPrice> listPrices = line.list()
                    .map(list -> List.of(new ListPrice(list, TIER, Money.of(line.price() / 2, currency))))
                    .orElse(List.of());
            items.put(
                    sku(index),
                    new SellableItem(
                            variant,
                            new VariantPrices(
                                    Map.of(currency, new VariantPrice(price, Optional.empty())), listPrices)));
        }
        return items;
    }

    private static String sku(int index) {
        return "SKU-" + index;
    }

    private static VariantId variantId(int index) {
        return new VariantId(new UUID(0, index));
    }

    static Arbitrary<CartCase> arbitrary() {
        return Combinators.combine(
                        Arbitraries.of("JPY", "EUR", "KWD", "CLF"),
                        lineCases(),
                        amounts(),
                        settingsInWords(),
                        rateCases(),
                        Arbitraries.frequencyOf(
                                Tuple.of(4, Arbitraries.just(Optional.<TaxExemption>empty())),
                                Tuple.of(1, Arbitraries.just(Optional.of(TaxExemption.REVERSE_CHARGE)))),
                        promotionCases().list().ofMaxSize(5),
                        Arbitraries.of(5, 10, 25).optional(0.2))
                .as(CartCase::new);
    }

    private static Arbitrary<List<LineCase>> lineCases() {
        return Combinators.combine(
                        amounts(),
                        Arbitraries.integers().between(1, 20),
                        Arbitraries.of("standard", "reduced", "zero", "exempt"),
                        Arbitraries.of(true, true, false),
                        Arbitraries.of(WITH_TAX, WITHOUT_TAX).optional(0.4))
                .as(LineCase::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(8);
    }

    private static Arbitrary<Long> amounts() {
        return Arbitraries.oneOf(
                Arbitraries.longs().between(0, 20),
                Arbitraries.longs().between(0, 100_000),
                Arbitraries.longs().between(0, 100_000_000_000L));
    }

    private static Arbitrary<String> settingsInWords() {
        return Combinators.combine(
                        Arbitraries.of("incl", "excl"),
                        Arbitraries.of("line", "order"),
                        Arbitraries.of("half_up", "half_even"),
                        Arbitraries.of("ship=category", "ship=main_rate", "ship=pro_rata"))
                .as((included, rounding, mode, shippingTax) -> String.join(" ", included, rounding, mode, shippingTax));
    }

    /** Up to four taxes, the last of them compound, each with a standard or a reduced rate or both. */
    private static Arbitrary<List<RateCase>> rateCases() {
        Arbitrary<String> fractions = Arbitraries.oneOf(
                Arbitraries.of("0.2", "0.19", "0.196", "0.07", "0.09975", "0.0625", "0"),
                Arbitraries.integers().between(0, 1_000_000).map(millionths -> BigDecimal.valueOf(
                                millionths, MILLIONTHS)
                        .toPlainString()));
        int combinations = 1 << (2 * MAX_TAXES);
        return Combinators.combine(
                        fractions.list().ofSize(2 * MAX_TAXES),
                        Arbitraries.integers().between(0, combinations - 1))
                .as((all, chosen) -> IntStream.range(0, 2 * MAX_TAXES)
                        .filter(bit -> ((chosen >> bit) & 1) == 1)
                        .mapToObj(bit -> new RateCase(
                                "Tax " + bit / 2,
                                bit % 2 == 0 ? "standard" : "reduced",
                                all.get(bit),
                                bit / 2 == MAX_TAXES - 1))
                        .toList());
    }

    private static Arbitrary<PromotionCase> promotionCases() {
        Arbitrary<Combination> combinations = Combinators.combine(
                        Arbitraries.integers().between(-1, 1),
                        Arbitraries.of(true, false, false),
                        Arbitraries.of(true, false),
                        Arbitraries.of("a", "b").optional(0.5))
                .as(Combination::new);
        return Combinators.combine(
                        Arbitraries.of(PromotionKind.class),
                        Arbitraries.integers().between(1, 10_000),
                        Arbitraries.longs().between(1, 100_000),
                        Arbitraries.longs().between(1, 10_000).optional(0.3),
                        Arbitraries.longs().between(1, 100_000).optional(0.2),
                        Arbitraries.of(sku(0), sku(1)).optional(0.3),
                        combinations)
                .as(PromotionCase::new);
    }
}
