package io.fondaco.invoice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.fondaco.ConcurrentRunner;
import io.fondaco.ShopDatabase;
import io.fondaco.checkout.AdminApi;
import io.fondaco.checkout.ProductFixture;
import io.fondaco.checkout.Shopper;
import io.fondaco.checkout.TaxFixture;
import io.fondaco.order.OrderId;
import io.fondaco.payment.RefundId;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Invoices of orders and credit notes of refunds, over HTTP. */
@QuarkusTest
class InvoiceTest {
    private static final String COUNTRY = "AT";
    private static final int CONCURRENT_REQUESTS = 16;

    @Inject
    ProductFixture productFixture;

    @Inject
    ShopDatabase database;

    @Test
    void invoiceStatesWhatWasSoldWithItsTaxes() throws SQLException {
        try (SellerFixture _ = new SellerFixture();
                TaxFixture _ = new TaxFixture(true, COUNTRY, false).withRate("VAT", COUNTRY, "0.19")) {
            Shopper shopper = Shopper.withCart(productFixture.createProduct("Lamp", 1_190, 10), 2);
            shopper.sendTo(COUNTRY);
            Response placed = shopper.complete("tok_ok");
            String order = placed.path("id");
            AdminApi.orderAction(order, "fulfillments", Map.of()).then().statusCode(201);
            String key = UUID.randomUUID().toString();
            Response written = AdminApi.orderAction(order, "invoices", Map.of(), key);
            written.then()
                    .statusCode(201)
                    .body("kind", equalTo("invoice"))
                    .body("series", equalTo("invoice"))
                    .body("order_id", equalTo(order))
                    .body("refund_id", nullValue())
                    .body("currency", equalTo("GBP"))
                    .body("seller.name", equalTo("Lumen GmbH"))
                    .body("seller.address_lines", contains("Hof 2", "Lange Straße 12"))
                    .body("seller.tax_id", equalTo("DE136695976"))
                    .body("customer.name", equalTo("Ada Lovelace"))
                    .body("customer.email", equalTo(placed.path("email")))
                    .body("customer.billing_address.country", equalTo(COUNTRY))
                    .body("order_number", equalTo(placed.path("number")))
                    .body("supplied_at", notNullValue())
                    .body("lines.title", contains("Lamp"))
                    .body("lines[0].quantity", equalTo(2))
                    .body("lines[0].unit_price.amount", equalTo(1_190))
                    .body("lines[0].price_includes_tax", equalTo(true))
                    .body("lines[0].tax_lines.amount.amount", contains(380))
                    .body("lines[0].total_without_tax.amount", equalTo(2_000))
                    .body("lines[0].total.amount", equalTo(2_380))
                    .body("shipping.price.amount", equalTo(1_295))
                    .body("shipping.tax_lines.amount.amount", contains(207))
                    .body("shipping.total_without_tax.amount", equalTo(1_088))
                    .body("shipping.total.amount", equalTo(1_295))
                    .body("not_charged", nullValue())
                    .body("tax_summary.name", contains("VAT"))
                    .body("tax_summary.rate", contains("0.19"))
                    .body("tax_summary.taxable.amount", contains(3_088))
                    .body("tax_summary.amount.amount", contains(587))
                    .body("totals.total_without_tax.amount", equalTo(3_088))
                    .body("totals.tax.amount", equalTo(587))
                    .body("totals.total.amount", equalTo(3_675))
                    .body("tax_exemption", nullValue())
                    .body("exemption_text", nullValue())
                    .body("credited_units", empty())
                    .body("invoice", nullValue());
            AdminApi.orderAction(order, "invoices", Map.of(), key)
                    .then()
                    .statusCode(201)
                    .header("Idempotent-Replayed", "true")
                    .body("id", equalTo(written.path("id")));
            SellerFixture.change(Map.of("name", "Lumen & Co. KG"));
            Response again = AdminApi.orderAction(order, "invoices", Map.of());
            again.then().statusCode(200);
            Response read = AdminApi.request().get("/admin/v1/invoices/" + written.path("id"));
            read.then().statusCode(200);
            assertThat(read.<Map<String, Object>>path("$"))
                    .isEqualTo(written.path("$"))
                    .isEqualTo(again.path("$"));
            AdminApi.request()
                    .get("/admin/v1/orders/" + order + "/invoices")
                    .then()
                    .statusCode(200)
                    .body("data.id", contains(written.<String>path("id")))
                    .body("data[0].total.amount", equalTo(3_675))
                    .body("data[0].tax.amount", equalTo(587));
            assertThat(eventOf(written)).isEqualTo("invoice.issued");
        }
    }

    private String eventOf(Response document) throws SQLException {
        return database.query("SELECT string_agg(type, ',') FROM messaging.outbox WHERE subject = '%s'"
                .formatted(document.<String>path("id")));
    }

    @Test
    void reverseChargeIsStated() {
        try (SellerFixture _ = new SellerFixture();
                TaxFixture _ = new TaxFixture(true, "DE", true).withRate("VAT", COUNTRY, "0.19")) {
            Shopper shopper = Shopper.withCart(productFixture.createProduct(1_190, 10), 1);
            shopper.sendTo(COUNTRY);
            shopper.request()
                    .body(Map.of("tax_id", "ATU13585627"))
                    .patch(shopper.path(""))
                    .then()
                    .statusCode(200);
            String order = shopper.complete("tok_ok").path("id");
            AdminApi.orderAction(order, "invoices", Map.of())
                    .then()
                    .statusCode(201)
                    .body("customer.tax_id", equalTo("ATU13585627"))
                    .body("tax_exemption", equalTo("reverse_charge"))
                    .body("exemption_text", equalTo("Reverse charge"))
                    .body("tax_summary", empty())
                    .body("totals.tax.amount", equalTo(0))
                    .body("totals.total.amount", equalTo(2_088));
        }
    }

    @Test
    void creditNoteStatesTheTaxesOfTheRefundAndTheInvoice() throws SQLException {
        try (SellerFixture _ = new SellerFixture();
                TaxFixture _ = new TaxFixture(true, COUNTRY, false).withRate("VAT", COUNTRY, "0.19")) {
            Response placed = Shopper.readyToCheckout(productFixture.createProduct("Lamp", 1_190, 10), 2)
                    .complete("tok_ok");
            String order = placed.path("id");
            String unit = refund(order, Map.of("lines", AdminApi.units(placed, 1)));
            String amount = refund(order, Map.of("amount", Map.of("amount", 119, "currency", "GBP")));
            writeCreditNote(order, unit).then().statusCode(409).body("code", equalTo("invoice_missing"));
            Response invoice = AdminApi.orderAction(order, "invoices", Map.of());
            invoice.then().statusCode(201).body("totals.total.amount", equalTo(2_380));
            Response creditNote = writeCreditNote(order, unit);
            creditNote
                    .then()
                    .statusCode(201)
                    .body("kind", equalTo("credit_note"))
                    .body("series", equalTo("credit-note"))
                    .body("order_id", equalTo(order))
                    .body("refund_id", equalTo(unit))
                    .body("invoice.id", equalTo(invoice.path("id")))
                    .body("invoice.full_number", equalTo(invoice.path("full_number")))
                    .body("invoice.issued_at", equalTo(invoice.path("issued_at")))
                    .body("lines", empty())
                    .body("shipping", nullValue())
                    .body("order_totals", nullValue())
                    .body("credited_units.title", contains("Lamp"))
                    .body("credited_units.quantity", contains(1))
                    .body("tax_summary.taxable.amount", contains(1_000))
                    .body("tax_summary.amount.amount", contains(190))
                    .body("totals.total_without_tax.amount", equalTo(1_000))
                    .body("totals.tax.amount", equalTo(190))
                    .body("totals.total.amount", equalTo(1_190));
            writeCreditNote(order, unit).then().statusCode(200).body("id", equalTo(creditNote.path("id")));
            writeCreditNote(order, amount)
                    .then()
                    .statusCode(201)
                    .body("credited_units", empty())
                    .body("tax_summary.amount.amount", contains(19))
                    .body("totals.total.amount", equalTo(119));
            AdminApi.request()
                    .get("/admin/v1/orders/" + order + "/invoices")
                    .then()
                    .body("data.kind", contains("invoice", "credit_note", "credit_note"));
            assertThat(eventOf(creditNote)).isEqualTo("credit_note.issued");
        }
    }

    private static String refund(String order, Map<String, Object> request) {
        Response refunded = AdminApi.orderAction(order, "refunds", request);
        refunded.then().statusCode(201);
        return refunded.path("refunds[-1].id");
    }

    private static Response writeCreditNote(String order, String refund) {
        return AdminApi.orderAction(order, "refunds/%s/credit-notes".formatted(refund), Map.of());
    }

    @Test
    void onlyARefundThatHasSucceededHasACreditNote() throws SQLException {
        try (SellerFixture _ = new SellerFixture()) {
            Response placed = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 2)
                    .complete("tok_ok");
            String order = placed.path("id");
            AdminApi.orderAction(order, "invoices", Map.of()).then().statusCode(201);
            String refund = refund(order, Map.of("lines", AdminApi.units(placed, 1)));
            database.execute("UPDATE payment.refund SET state = 'failed' WHERE id = '%s'"
                    .formatted(RefundId.parse(refund).value()));
            writeCreditNote(order, refund).then().statusCode(409).body("code", equalTo("refund_not_succeeded"));
            writeCreditNote(order, RefundId.random().toString()).then().statusCode(404);
            String other = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 1)
                    .complete("tok_ok")
                    .path("id");
            writeCreditNote(other, refund).then().statusCode(404);
        }
    }

    @Test
    void unitsThatWereCancelledBeforeTheCaptureAreNotCharged() {
        try (SellerFixture _ = new SellerFixture();
                TaxFixture _ = new TaxFixture(true, COUNTRY, false).withRate("VAT", COUNTRY, "0.19")) {
            Response placed = authorizedOrder(1_190, 3);
            AdminApi.orderAction(placed.path("id"), "cancel", Map.of("lines", AdminApi.units(placed, 1)))
                    .then()
                    .statusCode(200);
            AdminApi.orderAction(placed.path("id"), "invoices", Map.of())
                    .then()
                    .statusCode(201)
                    .body("lines[0].quantity", equalTo(3))
                    .body("order_totals.total.amount", equalTo(3_570))
                    .body("not_charged.total.amount", equalTo(1_190))
                    .body("not_charged.tax.amount", equalTo(190))
                    .body("not_charged.total_without_tax.amount", equalTo(1_000))
                    .body("tax_summary.taxable.amount", contains(2_000))
                    .body("tax_summary.amount.amount", contains(380))
                    .body("totals.total_without_tax.amount", equalTo(2_000))
                    .body("totals.tax.amount", equalTo(380))
                    .body("totals.total.amount", equalTo(2_380));
        }
    }

    @Test
    void whatAPartialCaptureLeavesOutIsNotCharged() {
        try (SellerFixture _ = new SellerFixture()) {
            Response placed = authorizedOrder(500, 2);
            AdminApi.orderAction(
                            placed.path("id"), "capture", Map.of("amount", Map.of("amount", 700, "currency", "GBP")))
                    .then()
                    .statusCode(200);
            AdminApi.orderAction(placed.path("id"), "invoices", Map.of())
                    .then()
                    .statusCode(201)
                    .body("not_charged.total.amount", equalTo(300))
                    .body("totals.total.amount", equalTo(700));
        }
    }

    private Response authorizedOrder(long pence, int quantity) {
        return Shopper.readyToCheckout(productFixture.createProduct(pence, 10), quantity)
                .complete("manual", "", UUID.randomUUID().toString());
    }

    @Test
    void pendingAndCancelledOrdersHaveNoInvoice() {
        try (SellerFixture _ = new SellerFixture()) {
            String sku = productFixture.createProduct(250, 10);
            String pending =
                    Shopper.readyToCheckout(sku, 1).complete("tok_async").path("id");
            rejected(pending, "invalid_order_status");
            String cancelled =
                    Shopper.readyToCheckout(sku, 1).complete("tok_ok").path("id");
            AdminApi.orderAction(cancelled, "cancel", Map.of()).then().statusCode(200);
            rejected(cancelled, "invalid_order_status");
            AdminApi.orderAction(OrderId.random().toString(), "invoices", Map.of())
                    .then()
                    .statusCode(404);
            AdminApi.request()
                    .post("/admin/v1/orders/" + cancelled + "/invoices")
                    .then()
                    .statusCode(400)
                    .body("code", equalTo("idempotency_key_required"));
        }
    }

    private static void rejected(String order, String code) {
        AdminApi.orderAction(order, "invoices", Map.of()).then().statusCode(409).body("code", equalTo(code));
    }

    @Test
    void invoiceNeedsTheNameAndTheAddressOfTheSeller() {
        String order = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 1)
                .complete("tok_ok")
                .path("id");
        rejected(order, "seller_incomplete");
        try (SellerFixture _ = new SellerFixture()) {
            for (String field : List.of("name", "address_lines", "city", "country")) {
                SellerFixture.change(Map.of("clear", List.of(field)));
                rejected(order, "seller_incomplete");
                SellerFixture.restore();
            }
            AdminApi.orderAction(order, "invoices", Map.of()).then().statusCode(201);
        }
    }

    @Test
    void concurrentRequestsWriteOneInvoice() throws Exception {
        try (SellerFixture _ = new SellerFixture()) {
            String order = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 1)
                    .complete("tok_ok")
                    .path("id");
            List<Response> responses = ConcurrentRunner.runAll(
                    CONCURRENT_REQUESTS, _ -> AdminApi.orderAction(order, "invoices", Map.of()));
            assertThat(responses).extracting(Response::statusCode).containsOnly(200, 201);
            assertThat(responses)
                    .filteredOn(response -> response.statusCode() == 201)
                    .hasSize(1);
            assertThat(responses)
                    .extracting(response -> response.<String>path("full_number"))
                    .satisfies(numbers -> assertThat(new HashSet<>(numbers)).hasSize(1));
        }
    }

    @Test
    void listIsFilteredAndPaged() {
        try (SellerFixture _ = new SellerFixture()) {
            String sku = productFixture.createProduct(250, 10);
            Response first = invoiceOf(sku);
            Response second = invoiceOf(sku);
            String from = first.path("issued_at");
            Response page = list(Map.of("series", "invoice", "issued_at[gte]", from, "limit", 1));
            page.then().statusCode(200).body("data.id", contains(second.<String>path("id")));
            list(Map.of(
                            "series",
                            "invoice",
                            "issued_at[gte]",
                            from,
                            "limit",
                            1,
                            "cursor",
                            page.<String>path("next_cursor")))
                    .then()
                    .statusCode(200)
                    .body("data.id", contains(first.<String>path("id")))
                    .body("next_cursor", nullValue());
            list(Map.of("series", "credit-note", "issued_at[gte]", from)).then().body("data", empty());
            list(Map.of("issued_at[gte]", from, "issued_at[lt]", from)).then().body("data", empty());
            list(Map.of("full_number", first.<String>path("full_number")))
                    .then()
                    .body("data.id", contains(first.<String>path("id")));
            list(Map.of("issued_at[gte]", "yesterday"))
                    .then()
                    .statusCode(400)
                    .body("code", equalTo("invalid_parameter"));
            AdminApi.request()
                    .get("/admin/v1/invoices/" + InvoiceId.random())
                    .then()
                    .statusCode(404);
        }
    }

    private static Response invoiceOf(String sku) {
        String order = Shopper.readyToCheckout(sku, 1).complete("tok_ok").path("id");
        Response written = AdminApi.orderAction(order, "invoices", Map.of());
        written.then().statusCode(201);
        return written;
    }

    private static Response list(Map<String, Object> parameters) {
        return AdminApi.request().queryParams(parameters).get("/admin/v1/invoices");
    }

    @Test
    void databaseRefusesChangesOfInvoices() {
        try (SellerFixture _ = new SellerFixture()) {
            Response written = invoiceOf(productFixture.createProduct(250, 10));
            String where = " WHERE id = '%s'"
                    .formatted(InvoiceId.parse(written.path("id")).value());
            for (String change : List.of(
                    "UPDATE invoice.invoice SET total = 0" + where,
                    "DELETE FROM invoice.invoice" + where,
                    "TRUNCATE invoice.invoice")) {
                assertThatThrownBy(() -> database.execute(change)).hasMessageContaining("append-only");
            }
        }
    }
}
