package io.fondaco.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The tax of carts, orders and refunds. Each test creates the rates of its countries and deletes them again. */
@QuarkusTest
class CheckoutTaxTest {
    private static final String VAT_COUNTRY = "AT";
    private static final String SALES_TAX_COUNTRY = "JP";

    @Inject
    ProductFixture productFixture;

    @Test
    void totalDoesNotGrowByIncludedTax() {
        try (TaxFixture _ = new TaxFixture(true, VAT_COUNTRY, false).withRate("VAT", VAT_COUNTRY, "0.19")) {
            Shopper shopper = Shopper.withCart(productFixture.createProduct(1_190, 10), 2);
            shopper.sendTo(VAT_COUNTRY)
                    .then()
                    .statusCode(200)
                    .body("prices_include_tax", equalTo(true))
                    .body("totals.subtotal.amount", equalTo(2_380))
                    .body("totals.shipping.amount", equalTo(1_295))
                    .body("totals.tax.amount", equalTo(587))
                    .body("totals.included_tax.amount", equalTo(587))
                    .body("totals.total.amount", equalTo(3_675))
                    .body("tax_lines.name", contains("VAT"))
                    .body("tax_lines.rate", contains("0.19"))
                    .body("tax_lines.taxable.amount", contains(3_088))
                    .body("tax_lines.amount.amount", contains(587))
                    .body("lines[0].price_includes_tax", equalTo(true))
                    .body("lines[0].tax.amount", equalTo(380))
                    .body("lines[0].included_tax.amount", equalTo(380))
                    .body("lines[0].total_without_tax.amount", equalTo(2_000))
                    .body("lines[0].total_with_tax.amount", equalTo(2_380))
                    .body("problems", empty());
            Response placed = shopper.complete("tok_ok");
            placed.then()
                    .statusCode(201)
                    .body("totals.tax.amount", equalTo(587))
                    .body("totals.included_tax.amount", equalTo(587))
                    .body("totals.total.amount", equalTo(3_675))
                    .body("prices_include_tax", equalTo(true))
                    .body("tax_lines.amount.amount", contains(587))
                    .body("shipping_tax_lines.amount.amount", contains(207))
                    .body("lines[0].tax_lines.taxable.amount", contains(2_000))
                    .body("lines[0].tax_lines.amount.amount", contains(380));
            AdminApi.getOrder(placed.path("id"))
                    .then()
                    .body("tax_lines.amount.amount", contains(587))
                    .body("lines[0].tax.amount", equalTo(380))
                    .body("payments[0].captured.amount", equalTo(3_675));
        }
    }

    @Test
    void taxesAreAddedToPricesWithoutTax() {
        try (TaxFixture _ = new TaxFixture(false, VAT_COUNTRY, false)
                .withRate("State tax", SALES_TAX_COUNTRY, "0.0625")
                .withRate("County tax", SALES_TAX_COUNTRY, "0.0125")) {
            Shopper shopper = Shopper.withCart(productFixture.createProduct(1_600, 10), 1);
            shopper.sendTo(SALES_TAX_COUNTRY)
                    .then()
                    .statusCode(200)
                    .body("totals.tax.amount", equalTo(217))
                    .body("totals.included_tax.amount", equalTo(0))
                    .body("totals.total.amount", equalTo(3_112))
                    .body("tax_lines.name", contains("County tax", "State tax"))
                    .body("tax_lines.taxable.amount", contains(2_895, 2_895))
                    .body("tax_lines.amount.amount", contains(36, 181))
                    .body("lines[0].total_without_tax.amount", equalTo(1_600))
                    .body("lines[0].total_with_tax.amount", equalTo(1_720));
            Response placed = shopper.complete("tok_ok");
            placed.then().statusCode(201).body("totals.total.amount", equalTo(3_112));
            AdminApi.orderAction(placed.path("id"), "refunds", Map.of("lines", AdminApi.units(placed, 1)))
                    .then()
                    .statusCode(201)
                    .body("refunds[0].amount.amount", equalTo(1_720))
                    .body("refunds[0].tax_lines.name", contains("County tax", "State tax"))
                    .body("refunds[0].tax_lines.amount.amount", contains(20, 100));
        }
    }

    @Test
    void refundsOfDiscountedUnitsGiveBackTheTaxOfTheLine() {
        try (TaxFixture _ = new TaxFixture(true, VAT_COUNTRY, false).withRate("VAT", VAT_COUNTRY, "0.19")) {
            Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(1_000, 10), 3);
            String coupon = CouponFixture.amountOff(100, Map.of()).code();
            shopper.request()
                    .body(Map.of("coupon_codes", List.of(coupon)))
                    .patch(shopper.path(""))
                    .then()
                    .body("totals.total.amount", equalTo(2_900))
                    .body("totals.tax.amount", equalTo(463));
            Response placed = shopper.complete("tok_ok");
            IntStream.range(0, 3).forEach(_ -> AdminApi.orderAction(
                            placed.path("id"), "refunds", Map.of("lines", AdminApi.units(placed, 1)))
                    .then()
                    .statusCode(201));
            Response refunded = AdminApi.getOrder(placed.path("id"));
            refunded.then()
                    .body("payment_status", equalTo("refunded"))
                    .body("refunds.amount.amount", contains(966, 967, 967))
                    .body("refunds.tax_lines.flatten().amount.amount", contains(154, 155, 154));
            assertThat(refunded.<List<Integer>>path("refunds.tax_lines.flatten().taxable.amount"))
                    .as("2.900 less 463")
                    .satisfies(taxable -> assertThat(
                                    taxable.stream().mapToInt(Integer::intValue).sum())
                            .isEqualTo(2_437));
            assertThat(refunded.<List<Integer>>path(
                            "history.findAll { it.event == 'refunded' }.facts.tax_lines.flatten().amount.amount"))
                    .containsExactly(154, 155, 154);
        }
    }

    @Test
    void cancellationGivesBackTheTaxThatAnEarlierRefundLeft() {
        try (TaxFixture _ = new TaxFixture(true, VAT_COUNTRY, false).withRate("VAT", VAT_COUNTRY, "0.19")) {
            Shopper shopper = Shopper.withCart(productFixture.createProduct(1_190, 10), 2);
            shopper.sendTo(VAT_COUNTRY);
            Response placed = shopper.complete("tok_ok");
            AdminApi.orderAction(
                            placed.path("id"), "refunds", Map.of("amount", Map.of("amount", 735, "currency", "GBP")))
                    .then()
                    .statusCode(201)
                    .body("refunds[0].tax_lines.amount.amount", contains(117));
            AdminApi.orderAction(placed.path("id"), "cancel", Map.of())
                    .then()
                    .statusCode(200)
                    .body("payment_status", equalTo("refunded"))
                    .body("refunds.amount.amount", contains(735, 2_940))
                    .body("refunds.tax_lines.flatten().amount.amount", contains(117, 470))
                    .body("refunds.tax_lines.flatten().taxable.amount.sum()", equalTo(3_088));
        }
    }

    @Test
    void businessInAnotherMemberStateOwesTheTaxItself() {
        try (TaxFixture _ = new TaxFixture(true, "DE", true).withRate("VAT", VAT_COUNTRY, "0.19")) {
            Shopper shopper = Shopper.withCart(productFixture.createProduct(1_190, 10), 1);
            shopper.sendTo(VAT_COUNTRY)
                    .then()
                    .body("tax_exemption", nullValue())
                    .body("totals.total.amount", equalTo(2_485));
            setTaxId(shopper, "atu 13.585-627")
                    .then()
                    .statusCode(200)
                    .body("tax_id", equalTo("ATU13585627"))
                    .body("tax_exemption", equalTo("reverse_charge"))
                    .body("prices_include_tax", equalTo(false))
                    .body("lines[0].unit_price.amount", equalTo(1_000))
                    .body("totals.shipping.amount", equalTo(1_088))
                    .body("totals.tax.amount", equalTo(0))
                    .body("totals.total.amount", equalTo(2_088));
            shopper.complete("tok_ok")
                    .then()
                    .statusCode(201)
                    .body("tax_id", equalTo("ATU13585627"))
                    .body("tax_exemption", equalTo("reverse_charge"))
                    .body("totals.total.amount", equalTo(2_088));
        }
    }

    @Test
    void taxIdIsKeptUntilItIsRemoved() {
        Shopper shopper = Shopper.withCart(productFixture.createProduct(250, 10), 1);
        setTaxId(shopper, "de 136.695.976").then().statusCode(200).body("tax_id", equalTo("DE136695976"));
        shopper.request()
                .body("{\"tax_id\": null}")
                .patch(shopper.path(""))
                .then()
                .statusCode(200);
        shopper.getCart().then().body("tax_id", equalTo("DE136695976"));
        for (String invalid : List.of("D", "12345", "DE12345678901234567890", "DE 12?", "DE136695977")) {
            setTaxId(shopper, invalid)
                    .then()
                    .statusCode(422)
                    .body("code", equalTo("invalid_tax_id"))
                    .body("errors[0].pointer", equalTo("/tax_id"));
        }
        setTaxId(shopper, "").then().statusCode(200).body("tax_id", nullValue());
    }

    private static Response setTaxId(Shopper shopper, String taxId) {
        return shopper.request().body(Map.of("tax_id", taxId)).patch(shopper.path(""));
    }
}
