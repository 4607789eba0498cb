package io.fondaco.totals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.fondaco.promotion.DiscountRequest;
import io.fondaco.promotion.Discounts;
import io.fondaco.promotion.Discounts.AppliedDiscount;
import io.fondaco.promotion.PromotionId;
import io.fondaco.promotion.PromotionKind;
import io.fondaco.shipping.ShippingQuote;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Each step of the totals, and the checks of a cart before its completion. */
class TotalsStepTest {
    private static final ShippingQuote PICKUP = new ShippingQuote("pickup", "Pickup", euros(0), false);
    private static final ShippingQuote STANDARD = new ShippingQuote("standard", "Standard", euros(490), true);
    private static final ShippingQuote EXPRESS = new ShippingQuote("express", "Express", euros(990), true);
    private static final List<ShippingQuote> QUOTES = List.of(PICKUP, STANDARD, EXPRESS);

    private static final PostalAddress LONDON =
            new PostalAddress("Ada Lovelace", "12 St James's Square", null, "London", null, "SW1Y 4JH", "GB", null);

    private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");

    private final Map<String, SellableItem> items = new HashMap<>();

    @Test
    void subtotalIsTheSumOfTheLines() {
        createVariant("SHIRT", 1999);
        createVariant("SOAP", 350);
        TotalsDraft priced = priceItems(cart().withLines("SHIRT", 2, "SOAP", 3));
        assertThat(priced.subtotal()).isEqualTo(euros(5048));
        assertThat(priced.lines())
                .extracting(PricedCart.PricedLine::total)
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
        TotalsDraft priced = new ShippingStep((_, _) -> fail())
                .apply(new DiscountsStep(_ -> fail()).apply(new ItemsStep(_ -> fail()).apply(draft)));
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
    void taxIsZeroForEachLineAndForTheCart() {
        createVariant("SOAP", 350);
        TotalsDraft taxed = new TaxStep().apply(priceItems(cart().withLines("SOAP", 2, "DELETED", 1)));
        assertThat(taxed.lines()).extracting(PricedCart.PricedLine::tax).containsExactly(euros(0), euros(0));
        assertThat(taxed.tax()).isEqualTo(euros(0));
    }

    @Test
    void totalAddsShippingAndTaxAndSubtractsTheDiscount() {
        TotalsDraft draft = new TotalsDraft(
                cart().build(),
                NOW,
                List.of(),
                List.of(),
                Optional.empty(),
                Discounts.NONE,
                euros(1000),
                euros(200),
                euros(490),
                euros(91),
                euros(0));
        assertThat(new TotalStep().apply(draft).toPricedCart().totals())
                .isEqualTo(new Totals(euros(1000), euros(200), euros(490), euros(91), euros(1381)));
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
        TotalsDraft withoutOffer = new ShippingStep((_, _) -> List.of(PICKUP)).apply(priceItems(cart));
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
        return new ItemsStep(_ -> items).apply(TotalsDraft.of(cart.build(), NOW));
    }

    private TotalsDraft quoteShipping(TestCart cart) {
        return new ShippingStep((_, _) -> QUOTES).apply(priceItems(cart));
    }

    private void createVariant(String sku, long price) {
        createItem(sku, Map.of("EUR", new VariantPrice(euros(price), Optional.empty())));
    }

    private void createVariantWithoutPrice(String sku) {
        createItem(sku, Map.of());
    }

    private void createItem(String sku, Map<String, VariantPrice> prices) {
        SellableVariant variant = new SellableVariant(
                VariantId.random(),
                ProductId.random(),
                sku,
                sku,
                true,
                true,
                true,
                0,
                "standard",
                "default",
                "",
                Set.of(),
                Set.of());
        items.put(sku, new SellableItem(variant, prices));
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

    private static TestCart cart() {
        return new TestCart(List.of(), Optional.empty(), Optional.empty(), Optional.empty(), List.of());
    }

    /** Builds carts in euros. */
    private record TestCart(
            List<CartLine> lines,
            Optional<String> email,
            Optional<PostalAddress> address,
            Optional<String> method,
            List<String> coupons) {

        /** @param skusAndQuantities alternating */
        TestCart withLines(Object... skusAndQuantities) {
            List<CartLine> newLines = IntStream.range(0, skusAndQuantities.length / 2)
                    .mapToObj(index -> new CartLine(
                            CartLineId.random(), VariantId.random(), (String) skusAndQuantities[2 * index], (Integer)
                                    skusAndQuantities[2 * index + 1]))
                    .toList();
            return new TestCart(newLines, email, address, method, coupons);
        }

        TestCart withEmail() {
            return new TestCart(lines, Optional.of("ada@example.org"), address, method, coupons);
        }

        TestCart withAddress() {
            return new TestCart(lines, email, Optional.of(LONDON), method, coupons);
        }

        TestCart withShippingMethod(String code) {
            return new TestCart(lines, email, address, Optional.of(code), coupons);
        }

        TestCart withCoupons(String... codes) {
            return new TestCart(lines, email, address, method, List.of(codes));
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
                    CartStatus.OPEN,
                    1,
                    lines);
        }
    }
}
