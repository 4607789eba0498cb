package io.fondaco.tax;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.fondaco.checkout.ProductFixture;
import io.fondaco.checkout.Shopper;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.transactions.OutsideTransaction;
import io.fondaco.tax.CountryRates.PlaceRates;
import io.fondaco.tax.SaleTaxation.TaxableLine;
import io.fondaco.tax.TaxCalculation.TaxedAmount;
import io.fondaco.tax.TaxProvider.Fallback;
import io.fondaco.tax.TaxProvider.TaxAnswer;
import io.fondaco.tax.TaxProvider.TaxRequest;
import io.fondaco.tax.Taxes.TaxPlace;
import io.fondaco.tax.Taxes.TaxedSale;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusMock;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sales that are taxed by a provider, and what applies if it does not answer. */
@QuarkusTest
class ProviderTaxesTest {
    private static final String CURRENCY = "EUR";
    private static final Instant NOON = Instant.parse("2026-10-19T12:00:00Z");
    private static final TaxPlace PLACE = new TaxPlace("US", Optional.of("us-il"), "60601");
    private static final TaxSettings SETTINGS = TaxFixture.settings("excl");
    private static final TaxableLine LINE = line("standard", 1_000, false);
    private static final TaxLine TAX = taxLine("VAT", "0.1", 1_000, 100);

    @Inject
    OutsideTransaction outsideTransaction;

    @Inject
    ProductFixture products;

    @Inject
    PostgresTaxes installedTaxes;

    @Inject
    TaxRateRepository rates;

    @Inject
    TaxSettingsService settings;

    @Inject
    TaxCategoryService categories;

    /** Takes ten percent of each line and of shipping, rounded down. Its days are those of Auckland. */
    private static final class StubProvider implements TaxProvider {
        private final Fallback fallback;
        private final List<TaxRequest> requests = new CopyOnWriteArrayList<>();
        private final AtomicBoolean down = new AtomicBoolean();

        StubProvider(Fallback fallback) {
            this.fallback = fallback;
        }

        @Override
        public String name() {
            return "stub";
        }

        @Override
        public boolean enabled() {
            return true;
        }

        @Override
        public Fallback fallback() {
            return fallback;
        }

        @Override
        public ZoneId timeZone() {
            return ZoneId.of("Pacific/Auckland");
        }

        @Override
        public TaxAnswer calculate(TaxRequest request) {
            requests.add(request);
            if (down.get()) {
                throw new IllegalStateException("down");
            }
            List<List<TaxLine>> lines =
                    request.lines().stream().map(StubProvider::taxes).toList();
            List<TaxLine> shipping = request.shipping().map(StubProvider::taxes).orElse(List.of());
            List<List<TaxLine>> all = new ArrayList<>(lines);
            all.add(shipping);
            Money tax = all.stream()
                    .flatMap(List::stream)
                    .map(TaxLine::amount)
                    .reduce(Money.zero(request.currency()), Money::plus);
            return new TaxAnswer(lines, shipping, tax);
        }

        private static List<TaxLine> taxes(TaxableLine line) {
            Money tax = Money.of(line.amount().amount() / 10, line.amount().currency());
            return List.of(new TaxLine(
                    "Stub", "0.10", line.includesTax() ? line.amount().minus(tax) : line.amount(), tax));
        }
    }

    @Test
    void providerTaxesAreAppliedAndKept() {
        StubProvider provider = new StubProvider(Fallback.REFUSE);
        try (ProviderTaxes taxes = new ProviderTaxes(provider, outsideTransaction)) {
            List<TaxableLine> lines = List.of(LINE, line("books", 505, true));
            TaxCalculation shown =
                    taxation(taxes, NOON).calculate(lines, euros(490)).orElseThrow();
            assertThat(shown.lines())
                    .containsExactly(
                            new TaxedAmount(List.of(taxLine("Stub", "0.1", 1_000, 100)), euros(100), euros(0)),
                            new TaxedAmount(List.of(taxLine("Stub", "0.1", 455, 50)), euros(50), euros(50)));
            assertThat(shown.shipping().tax()).isEqualTo(euros(49));
            assertThat(shown.taxLines()).containsExactly(taxLine("Stub", "0.1", 1_945, 199));
            provider.down.set(true);
            assertThat(taxation(taxes, NOON.plusSeconds(600)).calculate(lines, euros(490)))
                    .as("later on the same day")
                    .contains(shown);
            assertThat(provider.requests)
                    .containsExactly(new TaxRequest(
                            CURRENCY,
                            LocalDate.of(2026, 10, 20),
                            new TaxPlace("US", Optional.of("IL"), "60601"),
                            Optional.empty(),
                            lines,
                            Optional.of(line("standard", 490, false))));
        }
    }

    @Test
    void whatIsExemptOrCostsNothingIsNotSent() {
        StubProvider provider = new StubProvider(Fallback.REFUSE);
        try (ProviderTaxes taxes = new ProviderTaxes(provider, outsideTransaction)) {
            List<TaxableLine> lines = List.of(line(Taxes.EXEMPT_CATEGORY, 500, false), line("standard", 0, true), LINE);
            TaxCalculation result =
                    taxation(taxes, NOON).calculate(lines, euros(0)).orElseThrow();
            assertThat(result.lines()).extracting(line -> line.tax().amount()).containsExactly(0L, 0L, 100L);
            assertThat(result.lines().getFirst().taxLines()).isEmpty();
            assertThat(provider.requests).hasSize(1);
            assertThat(provider.requests.getFirst().lines()).containsExactly(LINE);
            assertThat(provider.requests.getFirst().shipping()).isEmpty();

            TaxCalculation free = taxation(taxes, NOON)
                    .calculate(lines.subList(0, 2), euros(0))
                    .orElseThrow();
            assertThat(free.taxLines()).isEmpty();
            SaleTaxCalculator exempt =
                    new SaleTaxCalculator(SETTINGS, builtInRates(), Optional.of(TaxExemption.REVERSE_CHARGE), CURRENCY);
            assertThat(taxes.taxationOf(sale(NOON), PLACE, SETTINGS, exempt)).isSameAs(exempt);
            assertThat(provider.requests).hasSize(1);
        }
    }

    @Test
    void amountBeyondTheLargestOneIsRefused() {
        try (ProviderTaxes taxes = new ProviderTaxes(new StubProvider(Fallback.REFUSE), outsideTransaction)) {
            List<TaxableLine> lines = List.of(line("standard", Money.MAX_AMOUNT + 1, false));
            assertThatThrownBy(() -> taxation(taxes, NOON).calculate(lines, euros(0)))
                    .isInstanceOf(ArithmeticException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void fallbackAppliesIfTheProviderDoesNotAnswer(Fallback fallback) {
        StubProvider provider = new StubProvider(fallback);
        provider.down.set(true);
        try (ProviderTaxes taxes = new ProviderTaxes(provider, outsideTransaction)) {
            Optional<TaxCalculation> result = taxation(taxes, NOON).calculate(List.of(LINE), euros(500));
            assertThat(result).isEqualTo(fallbackResult(fallback));
            provider.down.set(false);
            assertThat(taxation(taxes, NOON).calculate(List.of(LINE), euros(500)))
                    .as("the failure is kept")
                    .isEqualTo(result);
            assertThat(provider.requests).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void fallbackAppliesInATransactionThatDoesNotRunAgain(Fallback fallback) {
        StubProvider provider = new StubProvider(fallback);
        try (ProviderTaxes taxes = new ProviderTaxes(provider, outsideTransaction)) {
            SaleTaxation taxation = taxation(taxes, NOON);
            assertThat(QuarkusTransaction.requiringNew().call(() -> taxation.calculate(List.of(LINE), euros(500))))
                    .isEqualTo(fallbackResult(fallback));
            assertThat(provider.requests).isEmpty();
            Optional<TaxCalculation> known = taxation.calculate(List.of(LINE), euros(500));
            assertThat(known.orElseThrow().taxLines().getFirst().name()).isEqualTo("Stub");
            assertThat(QuarkusTransaction.requiringNew().call(() -> taxation.calculate(List.of(LINE), euros(500))))
                    .isEqualTo(known);
        }
    }

    private static Optional<TaxCalculation> fallbackResult(Fallback fallback) {
        return switch (fallback) {
            case BUILT_IN -> builtIn().calculate(List.of(LINE), euros(500));
            case REFUSE -> Optional.empty();
        };
    }

    @Test
    void wrongAnswerIsAFailure() {
        assertThat(verify(LINE, List.of(TAX), 100).lines()).containsExactly(List.of(TAX));
        assertThat(verify(line("standard", 1_100, true), List.of(TAX), 100).tax())
                .isEqualTo(euros(100));
        TaxLine blankAround = taxLine("  VAT ", "0.100", 1_000, 100);
        assertThat(verify(LINE, List.of(blankAround), 100).lines()).containsExactly(List.of(TAX));

        assertWrong(LINE, List.of(TAX), 101);
        assertWrong(LINE, List.of(), 100);
        assertWrong(line("standard", 99, true), List.of(TAX), 100);
        assertWrong(LINE, List.of(taxLine("VAT", "0.1", 1_000, -100)), -100);
        assertWrong(LINE, List.of(taxLine("VAT", "0.1", -1_000, 100)), 100);
        assertWrong(LINE, List.of(taxLine("VAT", "0.1", 1_000, Money.MAX_AMOUNT + 1)), Money.MAX_AMOUNT + 1);
        assertWrong(LINE, List.of(taxLine(" ", "0.1", 1_000, 100)), 100);
        assertWrong(LINE, List.of(taxLine("V\u0000T", "0.1", 1_000, 100)), 100);
        assertWrong(LINE, List.of(taxLine("V".repeat(500), "0.1", 1_000, 100)), 100);
        for (String rate : List.of("", "1.1", "-0.1", "19", "1e-1", "10%", "0.")) {
            assertWrong(LINE, List.of(taxLine("VAT", rate, 1_000, 100)), 100);
        }
        List<TaxLine> many = new ArrayList<>();
        for (int tax = 0; tax <= ProviderTaxes.MAX_TAX_LINES; tax++) {
            many.add(taxLine("Tax " + tax, "0.01", 1_000, 10));
        }
        assertWrong(LINE, many, 10L * many.size());

        Money dollar = Money.of(1, "USD");
        assertWrong(new TaxAnswer(List.of(List.of(new TaxLine("VAT", "0.1", dollar, dollar))), List.of(), dollar));
        assertWrong(new TaxAnswer(List.of(), List.of(), euros(0)));
        assertWrong(new TaxAnswer(List.of(List.of(TAX), List.of()), List.of(), euros(100)));
        assertWrong(new TaxAnswer(List.of(List.of()), List.of(TAX), euros(100)));
    }

    @Test
    void onlyOneProviderCanBeEnabled() {
        List<TaxProvider> two = List.of(new StubProvider(Fallback.REFUSE), new StubProvider(Fallback.REFUSE));
        assertThatThrownBy(() -> new PostgresTaxes(rates, settings, categories, two, outsideTransaction))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("[stub, stub]");
    }

    @Test
    void ratesAreNotShownBesidePricesWithATaxService() {
        try (io.fondaco.checkout.TaxFixture _ =
                new io.fondaco.checkout.TaxFixture(true, "LI", false).withRate("VAT", "LI", "0.081")) {
            assertThat(shownRate(products.createProduct(500, 10))).isEqualTo("0.081");
            install(Fallback.REFUSE);
            assertThat(shownRate(products.createProduct(500, 10))).isNull();
        }
    }

    private static @Nullable String shownRate(String sku) {
        String page = "/store/v1/products/" + ProductFixture.slug(sku) + "?currency=GBP&country=LI";
        return await().until(
                        () -> given().get(page),
                        response -> response.statusCode() == 200
                                && Boolean.TRUE.equals(response.path("variants[0].price_includes_tax")))
                .path("variants[0].tax_rate");
    }

    @Test
    void orderIsChargedTheTaxesThatTheCartShowed() {
        StubProvider provider = install(Fallback.REFUSE);
        Shopper shopper = shopperWithAddress();
        int shown = shopper.getCart().then().statusCode(200).extract().path("totals.tax.amount");
        assertThat(shown).isEqualTo(50 + 129);
        provider.down.set(true);
        int requests = provider.requests.size();
        shopper.getCart().then().statusCode(200).body("totals.tax.amount", equalTo(shown));
        shopper.complete("tok_ok")
                .then()
                .statusCode(201)
                .body("totals.tax.amount", equalTo(shown))
                .body("tax_lines.name", hasItem("Stub"));
        assertThat(provider.requests).hasSize(requests);
    }

    @Test
    void cartIsNotCompletedWhileTaxesAreRefused() {
        StubProvider provider = install(Fallback.REFUSE);
        provider.down.set(true);
        Shopper shopper = shopperWithAddress();
        shopper.getCart()
                .then()
                .statusCode(200)
                .body("problems.code", equalTo(List.of("tax_unavailable")))
                .body("tax_lines", empty())
                .body("totals.tax.amount", equalTo(0));
        String key = UUID.randomUUID().toString();
        shopper.complete("test", "tok_ok", key)
                .then()
                .statusCode(503)
                .header("Retry-After", "10")
                .body("code", equalTo("tax_unavailable"));
        shopper.getCart().then().body("status", equalTo("open"));
    }

    /** Installs taxes of a provider for this test. */
    private StubProvider install(Fallback fallback) {
        StubProvider provider = new StubProvider(fallback);
        QuarkusMock.installMockForInstance(
                new PostgresTaxes(rates, settings, categories, List.of(provider), outsideTransaction), installedTaxes);
        return provider;
    }

    /** A cart of 5.00 that can be completed, with shipping of 12.95 to a country without rates. */
    private Shopper shopperWithAddress() {
        Shopper shopper = Shopper.withCart(products.createProduct(500, 10), 1);
        Map<String, Object> address = Map.of(
                "name", "Tove", "line1", "Storagatan 1", "city", "City", "postal_code", "22100", "country", "AX");
        shopper.request()
                .body(Map.of("shipping_address", address, "shipping_method", "standard"))
                .patch(shopper.path(""))
                .then()
                .statusCode(200)
                .body("totals.shipping.amount", equalTo(1_295));
        return shopper;
    }

    private static SaleTaxation taxation(ProviderTaxes taxes, Instant at) {
        return taxes.taxationOf(sale(at), PLACE, SETTINGS, builtIn());
    }

    private static TaxedSale sale(Instant at) {
        return new TaxedSale(Optional.of(PLACE), Optional.empty(), CURRENCY, at);
    }

    /** The shop's own taxes: 20 %. */
    private static SaleTaxCalculator builtIn() {
        return new SaleTaxCalculator(SETTINGS, builtInRates(), Optional.empty(), CURRENCY);
    }

    private static PlaceRates builtInRates() {
        return new CountryRates(List.of(TaxFixture.rate("VAT", null, List.of(), "standard", "0.2"))).at(PLACE, NOON);
    }

    private static TaxAnswer verify(TaxableLine line, List<TaxLine> taxLines, long tax) {
        return verify(line, new TaxAnswer(List.of(taxLines), List.of(), euros(tax)));
    }

    private static TaxAnswer verify(TaxableLine line, TaxAnswer answer) {
        return ProviderTaxes.verified(
                answer,
                new TaxRequest(
                        CURRENCY,
                        LocalDate.of(2026, 10, 19),
                        PLACE,
                        Optional.empty(),
                        List.of(line),
                        Optional.empty()));
    }

    private static void assertWrong(TaxableLine line, List<TaxLine> taxLines, long tax) {
        assertThatThrownBy(() -> verify(line, taxLines, tax)).isInstanceOf(IllegalStateException.class);
    }

    private static void assertWrong(TaxAnswer answer) {
        assertThatThrownBy(() -> verify(LINE, answer)).isInstanceOf(IllegalStateException.class);
    }

    private static TaxableLine line(String category, long amount, boolean includesTax) {
        return new TaxableLine(category, euros(amount), includesTax);
    }

    private static TaxLine taxLine(String name, String rate, long taxable, long amount) {
        return new TaxLine(name, rate, euros(taxable), euros(amount));
    }

    private static Money euros(long cents) {
        return Money.of(cents, CURRENCY);
    }
}
