package io.fondaco.totals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.fondaco.cart.Cart;
import io.fondaco.cart.CartId;
import io.fondaco.cart.CartLine;
import io.fondaco.cart.CartLineId;
import io.fondaco.cart.CartStatus;
import io.fondaco.catalog.ProductId;
import io.fondaco.catalog.SellableVariant;
import io.fondaco.catalog.VariantId;
import io.fondaco.catalog.VariantPrice;
import io.fondaco.order.Totals;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.web.Violation;
import io.fondaco.pricing.PriceListId;
import io.fondaco.pricing.PriceLists;
import io.fondaco.pricing.SelectedPrice.SelectedList;
import io.fondaco.pricing.VariantPrices;
import io.fondaco.promotion.DiscountRequest;
import io.fondaco.promotion.Discounts;
import io.fondaco.promotion.Discounts.AppliedDiscount;
import io.fondaco.promotion.PromotionId;
import io.fondaco.promotion.PromotionKind;
import io.fondaco.shipping.ShippingQuote;
import io.fondaco.shipping.ShippingRequest;
import io.fondaco.shipping.ShippingRequest.ShippableLine;
import io.fondaco.tax.SaleTaxation;
import io.fondaco.tax.TaxCalculation;
import io.fondaco.tax.TaxCalculation.TaxedAmount;
import io.fondaco.tax.TaxExemption;
import io.fondaco.tax.TaxLine;
import io.fondaco.tax.Taxes.TaxPlace;
import io.fondaco.tax.Taxes.TaxedSale;
import io.fondaco.totals.CartView.CartLineView;
import io.fondaco.totals.PricedCart.PricedLine;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Each step of the totals, and the checks of a cart before its completion. */
class TotalsStepTest {
    private static final ShippingQuote PICKUP = quote("pickup", 0, false);
    private static final ShippingQuote STANDARD = quote("standard", 490, true);
    private static final ShippingQuote EXPRESS = quote("express", 990, true);
    private static final List<ShippingQuote> QUOTES = List.of(PICKUP, STANDARD, EXPRESS);

    private static final PostalAddress LONDON =
            new PostalAddress("Ada Lovelace", "12 St James's Square", null, "London", null, "SW1Y 4JH", "GB", null);

    private static final PostalAddress VIENNA =
            new PostalAddress("Lise Meitner", "Boltzmanngasse 5", null, "Wien", null, "1090", "AT", null);

    private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");

    private final Map<String, SellableItem> items = new HashMap<>();

    @Test
    void subtotalIsTheSumOfTheLines() {
        createVariant("SHIRT", 1999);
        createVariant("SOAP", 350);
        TotalsDraft priced = priceItems(cart().withLines("SHIRT", 2, "SOAP", 3));
        assertThat(priced.subtotal()).isEqualTo(euros(5048));
        assertThat(priced.lines())
                .extracting(PricedLine::total)
                .containsExactly(Optional.of(euros(3998)), Optional.of(euros(1050)));
    }

    @Test
    void lineWithoutVariantOrPriceAddsNothing() {
        createVariant("SOAP", 350);
        createVariantWithoutPrice("UNPRICED");
        TotalsDraft priced = priceItems(cart().withLines("DELETED", 2, "SOAP", 1, "UNPRICED", 1));
        assertThat(priced.subtotal()).isEqualTo(euros(350));
        assertThat(priced.lines()).extracting(line -> line.total().isPresent()).containsExactly(false, true, false);
    }

    @Test
    void emptyCartIsPricedWithoutQueries() {
        TotalsDraft draft = TotalsDraft.of(cart().build(), NOW);
        TotalsDraft priced = new ShippingStep(_ -> fail())
                .apply(new DiscountsStep(_ -> fail())
                        .apply(new TaxationStep(_ -> fail())
                                .apply(new ItemsStep(_ -> fail(), () -> fail()).apply(draft))));
        assertThat(priced).isEqualTo(draft);
    }

    @Test
    void subtotalThatOverflowsIsRejected() {
        createVariant("GOLD", Money.MAX_AMOUNT);
        TestCart cart = cart().withLines("GOLD", 9_999);
        assertThatThrownBy(() -> priceItems(cart)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void cheapestMethodThatDeliversAppliesIfNoneIsChosen() {
        createVariant("SOAP", 350);
        TotalsDraft draft = quoteShipping(cart().withLines("SOAP", 1).withAddress());
        assertThat(draft.shippingMethod()).contains(STANDARD);
        assertThat(draft.shipping()).isEqualTo(STANDARD.price());
        assertThat(draft.shippingMethods()).isEqualTo(QUOTES);
    }

    @Test
    void shippingIsQuotedForTheLinesThatRequireIt() {
        createVariant("SOAP", 350);
        createVariantWithoutPrice("UNPRICED");
        TestCart cart = cart().withLines("SOAP", 2, "DELETED", 1, "UNPRICED", 1).withAddress();
        TotalsDraft draft = priceItems(cart);
        new ShippingStep(request -> {
                    assertThat(request)
                            .isEqualTo(new ShippingRequest(
                                    Optional.of(LONDON),
                                    euros(700),
                                    List.of(
                                            new ShippableLine("default", 0, 2, euros(700)),
                                            new ShippableLine("default", 0, 1, euros(0))),
                                    NOW));
                    return QUOTES;
                })
                .apply(draft);
    }

    @Test
    void chosenMethodApplies() {
        createVariant("SOAP", 350);
        TestCart cart = cart().withLines("SOAP", 1).withAddress();
        assertThat(quoteShipping(cart.withShippingMethod("express")).shipping()).isEqualTo(EXPRESS.price());
        assertThat(quoteShipping(cart.withShippingMethod("withdrawn")).shippingMethod())
                .isEmpty();
    }

    @Test
    void noMethodAppliesWithoutAddressAndChoice() {
        createVariant("SOAP", 350);
        TotalsDraft draft = quoteShipping(cart().withLines("SOAP", 1));
        assertThat(draft.shippingMethod()).isEmpty();
        assertThat(draft.shipping()).isEqualTo(euros(0));
    }

    @Test
    void largestAmountWithShippingIsAccepted() {
        createVariant("GOLD", Money.MAX_AMOUNT - STANDARD.price().amount());
        TestCart cart = cart().withLines("GOLD", 1).withAddress();
        assertThat(quoteShipping(cart).subtotal().plus(STANDARD.price())).isEqualTo(euros(Money.MAX_AMOUNT));
        assertThatThrownBy(() -> quoteShipping(cart.withShippingMethod("express")))
                .isInstanceOf(ArithmeticException.class);
    }

    @Test
    void discountsAreCalculatedFromLinesAndShipping() {
        createVariant("SOAP", 350);
        TotalsDraft shipped = quoteShipping(
                cart().withLines("SOAP", 2, "DELETED", 1).withAddress().withCoupons("SOAPWEEK"));
        TotalsDraft discounted = new DiscountsStep(request -> {
                    assertThat(request)
                            .isEqualTo(new DiscountRequest(
                                    List.of(
                                            new DiscountRequest.DiscountableLine(
                                                    "SOAP",
                                                    2,
                                                    euros(350),
                                                    Optional.of(
                                                            items.get("SOAP").variant())),
                                            new DiscountRequest.DiscountableLine(
                                                    "DELETED", 1, euros(0), Optional.empty())),
                                    STANDARD.price(),
                                    List.of("SOAPWEEK"),
                                    NOW,
                                    Optional.of("GB"),
                                    Set.of(),
                                    Set.of()));
                    return discount(List.of(euros(70), euros(0)), euros(490));
                })
                .apply(shipped);
        assertThat(discounted.discount()).isEqualTo(euros(560));
        assertThat(discounted.shipping()).as("price before the discount").isEqualTo(STANDARD.price());
    }

    @Test
    void cartIsTaxedAtItsDestination() {
        createVariant("SOAP", 350);
        createVariantWithoutShipping("GUIDE", 900);
        TestCart soap = cart().withLines("SOAP", 1, "GUIDE", 1).withAddress().withTaxId("DE123456789");
        assertThat(taxedSale(soap))
                .isEqualTo(new TaxedSale(Optional.of(TaxPlace.of(LONDON)), Optional.of("DE123456789"), "EUR", NOW));
        assertThat(taxedSale(soap.withShippingMethod("pickup")).destination())
                .as("collected at the seller")
                .isEmpty();
        assertThat(taxedSale(cart().withLines("SOAP", 1)).destination())
                .as("unknown")
                .isEmpty();
        assertThat(taxedSale(cart().withLines("GUIDE", 1).withAddress()).destination())
                .as("a download, without a billing address")
                .contains(TaxPlace.of(LONDON));
        Cart guide =
                withBillingAddress(cart().withLines("GUIDE", 1).withAddress().build());
        assertThat(taxedSale(guide).destination()).as("a download").contains(TaxPlace.of(VIENNA));
    }

    @Test
    void taxIsCalculatedFromPricesLessDiscounts() {
        createVariant("SOAP", 1_000);
        FlatTax tenPercent = new FlatTax(false, Optional.empty());
        TotalsDraft taxed = tax(
                cart().withLines("SOAP", 2, "DELETED", 1).withAddress(),
                tenPercent,
                discount(List.of(euros(500), euros(0)), euros(90)));
        assertThat(taxed.lines())
                .extracting(line -> line.tax().tax())
                .as("of 20.00 less 5.00")
                .containsExactly(euros(150), euros(0));
        assertThat(taxed.taxes().shipping().tax()).as("of 4.90 less 0.90").isEqualTo(euros(40));
        assertThat(taxed.taxes().tax()).isEqualTo(euros(190));
        assertThat(new TotalStep(_ -> 0).apply(taxed).toPricedCart().totals())
                .isEqualTo(
                        new Totals(euros(2_000), euros(590), euros(490), euros(190), euros(0), euros(0), euros(2_090)));
    }

    @Test
    void totalDoesNotGrowByIncludedTax() {
        createVariant("SOAP", 1_100);
        PricedCart priced = new TotalStep(_ -> 0)
                .apply(tax(cart().withLines("SOAP", 2), new FlatTax(true, Optional.empty()), Discounts.NONE))
                .toPricedCart();
        assertThat(priced.totals())
                .isEqualTo(
                        new Totals(euros(2_200), euros(0), euros(0), euros(200), euros(200), euros(0), euros(2_200)));
        CartView view = priced.view(null, List.of());
        assertThat(view.pricesIncludeTax()).isTrue();
        assertThat(view.lines().getFirst())
                .extracting(
                        CartLineView::priceIncludesTax,
                        CartLineView::total,
                        CartLineView::tax,
                        CartLineView::includedTax,
                        CartLineView::totalWithoutTax,
                        CartLineView::totalWithTax)
                .containsExactly(true, euros(2_200), euros(200), euros(200), euros(2_000), euros(2_200));
    }

    @Test
    void lineIsShownWithAndWithoutTaxAndDiscount() {
        createVariant("SOAP", 1_000);
        CartView view = new TotalStep(_ -> 0)
                .apply(tax(
                        cart().withLines("SOAP", 2).withAddress(),
                        new FlatTax(false, Optional.empty()),
                        discount(List.of(euros(500)), euros(0))))
                .toPricedCart()
                .view(null, List.of());
        assertThat(view.lines().getFirst())
                .extracting(
                        CartLineView::priceIncludesTax,
                        CartLineView::total,
                        CartLineView::discount,
                        CartLineView::tax,
                        CartLineView::includedTax,
                        CartLineView::totalWithoutTax,
                        CartLineView::totalWithTax)
                .containsExactly(false, euros(2_000), euros(500), euros(150), euros(0), euros(1_500), euros(1_650));
        assertThat(view.taxLines()).containsExactly(new TaxLine("Tax", "0.1", euros(1_990), euros(199)));
    }

    @Test
    void exemptCustomerPaysPricesWithoutTax() {
        createVariant("SOAP", 1_100);
        FlatTax reverseCharge = new FlatTax(true, Optional.of(TaxExemption.REVERSE_CHARGE));
        TotalsDraft taxed = tax(cart().withLines("SOAP", 2).withAddress(), reverseCharge, Discounts.NONE);
        assertThat(taxed.lines().getFirst().unitPrice()).contains(euros(1_000));
        assertThat(taxed.lines().getFirst().priceIncludesTax()).isFalse();
        assertThat(taxed.subtotal()).isEqualTo(euros(2_000));
        assertThat(taxed.shipping()).isEqualTo(euros(446));
        assertThat(taxed.shippingMethod()).contains(STANDARD.withPrice(euros(446)));
        assertThat(taxed.shippingMethods()).contains(EXPRESS.withPrice(euros(900)));
        assertThat(taxed.taxes().tax()).isEqualTo(euros(0));
        assertThat(taxed.taxes().exemption()).contains(TaxExemption.REVERSE_CHARGE);
        assertThat(taxed.taxes().pricesIncludeTax()).isFalse();
    }

    @Test
    void priceListDecidesWhetherItsPricesIncludeTax() {
        createVariant("SOAP", 1_100);
        TotalsDraft priced = priceItems(cart().withLines("SOAP", 1));
        PricedLine line = priced.lines().getFirst();
        PricedLine listed = new PricedLine(
                line.cartLine(),
                line.variant(),
                line.unitPrice(),
                Optional.of(new SelectedList(PriceListId.random(), "Business", Optional.of(true))),
                false,
                line.tax());
        TotalsDraft taxed = new TaxationStep(_ -> new FlatTax(false, Optional.empty()))
                .apply(priced.withItems(List.of(listed), priced.subtotal()));
        assertThat(taxed.lines().getFirst().priceIncludesTax()).isTrue();
        assertThat(new TaxStep().apply(taxed).lines().getFirst().tax().includedTax())
                .isEqualTo(euros(100));
    }

    @Test
    void totalAddsShippingTaxAndRoundingAndSubtractsDiscountAndIncludedTax() {
        Money zero = euros(0);
        TotalsDraft draft = new TotalsDraft(
                cart().build(),
                NOW,
                List.of(),
                List.of(),
                Optional.empty(),
                Discounts.NONE,
                Optional.empty(),
                new CartTaxes(Optional.empty(), true, List.of(), CartTaxes.noTax(zero), euros(91), euros(60), true),
                euros(1000),
                euros(200),
                euros(490),
                euros(0),
                euros(0));
        assertThat(new TotalStep(_ -> -1).apply(draft).toPricedCart().totals())
                .isEqualTo(
                        new Totals(euros(1000), euros(200), euros(490), euros(91), euros(60), euros(-1), euros(1320)));
    }

    @Test
    void totalsThatDoNotAddUpAreRejected() {
        Money zero = euros(0);
        assertThatThrownBy(() -> new Totals(euros(100), zero, zero, euros(19), zero, zero, euros(100)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Totals(euros(100), zero, zero, euros(19), euros(20), zero, euros(99)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Takes ten percent of everything, rounded down. */
    private record FlatTax(boolean pricesIncludeTax, Optional<TaxExemption> exemption) implements SaleTaxation {
        @Override
        public Money effectivePrice(Money price, String category, boolean includesTax) {
            assertThat(category).isEqualTo("standard");
            return exemption.isPresent() && includesTax ? price.minus(taxOf(price, true)) : price;
        }

        @Override
        public Money effectiveShippingPrice(Money price) {
            return effectivePrice(price, "standard", pricesIncludeTax);
        }

        @Override
        public Optional<TaxCalculation> calculate(List<TaxableLine> lines, Money shipping) {
            List<TaxedAmount> taxed = lines.stream()
                    .map(line -> taxed(line.amount(), line.includesTax()))
                    .toList();
            TaxedAmount taxedShipping = taxed(shipping, pricesIncludeTax);
            Money tax = taxed.stream().map(TaxedAmount::tax).reduce(taxedShipping.tax(), Money::plus);
            return Optional.of(new TaxCalculation(taxed, taxedShipping, List.of(taxLine(tax))));
        }

        private TaxedAmount taxed(Money amount, boolean includesTax) {
            Money tax = exemption.isPresent() ? euros(0) : taxOf(amount, includesTax);
            return new TaxedAmount(List.of(taxLine(tax)), tax, includesTax ? tax : euros(0));
        }

        private static Money taxOf(Money amount, boolean includesTax) {
            return euros(amount.amount() / (includesTax ? 11 : 10));
        }

        private static TaxLine taxLine(Money tax) {
            return new TaxLine("Tax", "0.1", tax.times(10), tax);
        }
    }

    @Test
    void cartWhoseTaxesAreNotKnownHasNoTaxAndCannotBeCompleted() {
        createVariant("SOAP", 1_100);
        TestCart cart = cart().withLines("SOAP", 1).withAddress().withEmail();
        TotalsDraft draft = tax(cart, new UnknownTax(), Discounts.NONE);
        assertThat(draft.taxes().tax()).isEqualTo(euros(0));
        assertThat(draft.taxes().taxLines()).isEmpty();
        assertThat(draft.lines().getFirst().tax().taxLines()).isEmpty();
        assertThat(CompletionChecks.findProblems(draft))
                .extracting(Violation::pointer, Violation::code)
                .containsExactly(tuple("/totals/tax", "tax_unavailable"));
    }

    /** Taxes of a provider that does not answer. */
    private record UnknownTax() implements SaleTaxation {
        @Override
        public boolean pricesIncludeTax() {
            return true;
        }

        @Override
        public Optional<TaxExemption> exemption() {
            return Optional.empty();
        }

        @Override
        public Money effectivePrice(Money price, String category, boolean includesTax) {
            return price;
        }

        @Override
        public Money effectiveShippingPrice(Money price) {
            return price;
        }

        @Override
        public Optional<TaxCalculation> calculate(List<TaxableLine> lines, Money shipping) {
            return Optional.empty();
        }
    }

    @Test
    void completeCartHasNoProblems() {
        createVariant("SOAP", 350);
        assertThat(problems(cart().withLines("SOAP", 1).withAddress().withEmail()))
                .isEmpty();
    }

    @Test
    void problemsAreListedInTheOrderOfTheChecks() {
        createVariant("SOAP", 350);
        createVariantWithoutPrice("UNPRICED");
        assertThat(problems(cart().withLines("SOAP", 1, "DELETED", 1, "UNPRICED", 1)))
                .containsExactly(
                        "/lines/1 not_for_sale",
                        "/lines/2 no_price_in_currency",
                        "/email missing_email",
                        "/shipping_address missing_shipping_address");
        assertThat(problems(cart())).containsExactly("/lines empty_cart", "/email missing_email");
    }

    @Test
    void problemsOfCouponsComeLast() {
        TotalsDraft draft = TotalsDraft.of(cart().build(), NOW)
                .withDiscounts(
                        new Discounts(List.of(), List.of(new Violation("/coupon_codes/0", "unknown_coupon", ""))));
        assertThat(CompletionChecks.findProblems(draft))
                .extracting(Violation::code)
                .containsExactly("empty_cart", "missing_email", "unknown_coupon");
    }

    @Test
    void missingAndUnavailableShippingMethodsAreDifferentProblems() {
        createVariant("SOAP", 350);
        TestCart cart = cart().withLines("SOAP", 1).withAddress().withEmail();
        assertThat(problems(cart.withShippingMethod("withdrawn")))
                .containsExactly("/shipping_method shipping_method_unavailable");
        TotalsDraft withoutOffer = new ShippingStep(_ -> List.of(PICKUP)).apply(priceItems(cart));
        assertThat(CompletionChecks.findProblems(withoutOffer))
                .extracting(Violation::code)
                .containsExactly("missing_shipping_method");
    }

    private List<String> problems(TestCart cart) {
        return CompletionChecks.findProblems(quoteShipping(cart)).stream()
                .map(problem -> problem.pointer() + " " + problem.code())
                .toList();
    }

    private TotalsDraft priceItems(TestCart cart) {
        return new ItemsStep(_ -> items, () -> fail()).apply(TotalsDraft.of(cart.build(), NOW));
    }

    private TotalsDraft quoteShipping(TestCart cart) {
        return new ShippingStep(_ -> QUOTES).apply(priceItems(cart));
    }

    private TotalsDraft tax(TestCart cart, SaleTaxation taxation, Discounts discounts) {
        TotalsDraft priced = new TaxationStep(_ -> taxation).apply(quoteShipping(cart));
        return new TaxStep().apply(priced.withDiscounts(discounts));
    }

    private TaxedSale taxedSale(TestCart cart) {
        return taxedSale(cart.build());
    }

    /** The sale for which the cart's taxes are requested. */
    private TaxedSale taxedSale(Cart cart) {
        List<TaxedSale> sales = new ArrayList<>();
        TotalsDraft priced = new ItemsStep(_ -> items, () -> PriceLists.NONE).apply(TotalsDraft.of(cart, NOW));
        new TaxationStep(sale -> {
                    sales.add(sale);
                    return new FlatTax(false, Optional.empty());
                })
                .apply(new ShippingStep(_ -> QUOTES).apply(priced));
        return sales.getFirst();
    }

    private static Cart withBillingAddress(Cart cart) {
        return new Cart(
                cart.id(),
                cart.currency(),
                cart.email(),
                cart.shippingAddress(),
                Optional.of(VIENNA),
                cart.shippingMethod(),
                cart.couponCodes(),
                cart.taxId(),
                cart.status(),
                cart.version(),
                cart.lines());
    }

    private void createVariantWithoutShipping(String sku, long price) {
        createItem(sku, Map.of("EUR", new VariantPrice(euros(price), Optional.empty())), false);
    }

    private void createVariant(String sku, long price) {
        createItem(sku, Map.of("EUR", new VariantPrice(euros(price), Optional.empty())));
    }

    private void createVariantWithoutPrice(String sku) {
        createItem(sku, Map.of());
    }

    private void createItem(String sku, Map<String, VariantPrice> prices) {
        createItem(sku, prices, true);
    }

    private void createItem(String sku, Map<String, VariantPrice> prices, boolean requiresShipping) {
        SellableVariant variant = new SellableVariant(
                VariantId.random(),
                ProductId.random(),
                sku,
                sku,
                true,
                true,
                requiresShipping,
                0,
                "standard",
                "default",
                "",
                Set.of(),
                Set.of(),
                Map.of());
        items.put(sku, new SellableItem(variant, new VariantPrices(prices, List.of())));
    }

    private static Discounts discount(List<Money> lines, Money shipping) {
        Money amount = lines.stream().reduce(shipping, Money::plus);
        return new Discounts(
                List.of(new AppliedDiscount(
                        PromotionId.random(),
                        1,
                        "SOAPWEEK",
                        "Soap",
                        PromotionKind.AMOUNT,
                        amount,
                        lines,
                        shipping,
                        false,
                        false)),
                List.of());
    }

    private static <T> T fail() {
        throw new AssertionError("unexpected query");
    }

    private static Money euros(long cents) {
        return Money.of(cents, "EUR");
    }

    private static ShippingQuote quote(String code, long cents, boolean needsAddress) {
        return new ShippingQuote(code, code, euros(cents), needsAddress, Optional.empty(), Optional.empty());
    }

    private static TestCart cart() {
        return new TestCart(
                List.of(), Optional.empty(), Optional.empty(), Optional.empty(), List.of(), Optional.empty());
    }

    /** Builds carts in euros. */
    private record TestCart(
            List<CartLine> lines,
            Optional<String> email,
            Optional<PostalAddress> address,
            Optional<String> method,
            List<String> coupons,
            Optional<String> taxId) {

        /** @param skusAndQuantities alternating */
        TestCart withLines(Object... skusAndQuantities) {
            List<CartLine> newLines = IntStream.range(0, skusAndQuantities.length / 2)
                    .mapToObj(index -> new CartLine(
                            CartLineId.random(), VariantId.random(), (String) skusAndQuantities[2 * index], (Integer)
                                    skusAndQuantities[2 * index + 1]))
                    .toList();
            return new TestCart(newLines, email, address, method, coupons, taxId);
        }

        TestCart withEmail() {
            return new TestCart(lines, Optional.of("ada@example.org"), address, method, coupons, taxId);
        }

        TestCart withAddress() {
            return new TestCart(lines, email, Optional.of(LONDON), method, coupons, taxId);
        }

        TestCart withShippingMethod(String code) {
            return new TestCart(lines, email, address, Optional.of(code), coupons, taxId);
        }

        TestCart withCoupons(String... codes) {
            return new TestCart(lines, email, address, method, List.of(codes), taxId);
        }

        TestCart withTaxId(String id) {
            return new TestCart(lines, email, address, method, coupons, Optional.of(id));
        }

        Cart build() {
            return new Cart(
                    CartId.random(),
                    "EUR",
                    email,
                    address,
                    Optional.empty(),
                    method,
                    coupons,
                    taxId,
                    CartStatus.OPEN,
                    1,
                    lines);
        }
    }
}
