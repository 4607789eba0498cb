package io.fondaco.ordermanagement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

import io.fondaco.ShopDatabase;
import io.fondaco.checkout.AdminApi;
import io.fondaco.checkout.PaymentWebhookSender;
import io.fondaco.checkout.ProductFixture;
import io.fondaco.checkout.Shopper;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ExtractableResponse;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The append-only histories of orders, payments and stock, with actor and request id of each entry. */
@QuarkusTest
class AuditHistoryTest {
    @Inject
    ProductFixture productFixture;

    @Inject
    ShopDatabase database;

    @Test
    void stockHistoryHasCauseActorAndRequestOfEachChange() {
        String sku = productFixture.createProduct(250, 0);
        AdminApi.request()
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .header("Request-Id", "stock-" + sku.substring(4))
                .body(Map.of("sku", sku, "delta", 3, "reason", "a pallet"))
                .post("/admin/v1/stock/adjustments")
                .then()
                .statusCode(200);
        Shopper shopper = Shopper.readyToCheckout(sku, 2);
        Response order = shopper.request()
                .header("Idempotency-Key", "k")
                .header("Request-Id", "buy-" + sku.substring(4))
                .body(Map.of("payment", Map.of("provider", "test", "token", "tok_ok")))
                .post(shopper.path("/complete"));
        order.then().statusCode(201);
        String token =
                AdminApi.orderAction(order.path("id"), "cancel", Map.of()).header("Fondaco-Consistency");
        ExtractableResponse<Response> history = AdminApi.request()
                .header("Fondaco-Consistency", token)
                .get("/admin/v1/stock/" + sku + "/history")
                .then()
                .statusCode(200)
                .body("data.event", contains("restocked", "sold", "reserved", "adjusted", "counted"))
                .body("data.on_hand", contains(2, -2, 0, 3, 0))
                .body("data.reserved", contains(0, -2, 2, 0, 0))
                .body(
                        "data.cause",
                        contains(
                                is((String) order.path("id")),
                                is((String) order.path("id")),
                                startsWith("reservation_"),
                                is("a pallet"),
                                is("test")))
                .body(
                        "data.actor",
                        contains(
                                "bootstrap",
                                "cart:" + shopper.cartId(),
                                "cart:" + shopper.cartId(),
                                "bootstrap",
                                "system"))
                .body("data[1].request_id", equalTo("buy-" + sku.substring(4)))
                .body("data[2].request_id", equalTo("buy-" + sku.substring(4)))
                .body("data[3].request_id", equalTo("stock-" + sku.substring(4)))
                .extract();
        List<Integer> ids = history.path("data.id");
        List<Integer> paged = new ArrayList<>();
        String cursor = "";
        do {
            ExtractableResponse<Response> page = AdminApi.request()
                    .header("Fondaco-Consistency", token)
                    .get("/admin/v1/stock/" + sku + "/history?limit=2" + cursor)
                    .then()
                    .statusCode(200)
                    .extract();
            paged.addAll(page.path("data.id"));
            cursor = page.path("next_cursor") == null ? "" : "&cursor=" + page.path("next_cursor");
        } while (!cursor.isEmpty());
        assertThat(paged).isEqualTo(ids);
    }

    @Test
    void stockHistoryHasTheReleaseAfterADeclinedPayment() {
        String sku = productFixture.createProduct(250, 1);
        String token = Shopper.readyToCheckout(sku, 1).complete("tok_declined").header("Fondaco-Consistency");
        AdminApi.request()
                .header("Fondaco-Consistency", token)
                .get("/admin/v1/stock/" + sku + "/history")
                .then()
                .body("data.event", contains("released", "reserved", "counted"));
    }

    @Test
    void orderHistoryPagesThroughPaymentsAndRefunds() {
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(250, 3), 2);
        Response order = shopper.complete("tok_async");
        String id = order.path("id");
        String payment = AdminApi.getOrder(id).path("payments[0].id");
        PaymentWebhookSender.send(payment, "payment.captured").then().statusCode(204);
        AdminApi.orderAction(id, "refunds", Map.of("amount", Map.of("amount", 100, "currency", "GBP")))
                .then()
                .statusCode(201);
        AdminApi.request()
                .get("/admin/v1/orders/" + id + "/history")
                .then()
                .statusCode(200)
                .body(
                        "data.event",
                        contains(
                                "attempted",
                                "placed",
                                "paid",
                                "captured",
                                "refunded",
                                "refund_requested",
                                "refund_succeeded"))
                .body("data[0].subject", equalTo(payment))
                .body("data[0].actor", equalTo("cart:" + shopper.cartId()))
                .body("data[3].actor", equalTo("provider:test"))
                .body("data[5].actor", equalTo("bootstrap"))
                .body("data[5].subject", startsWith("refund_"))
                .body("data[5].facts.amount.amount", equalTo(100))
                .body("data.request_id", everyItem(startsWith("req_")));
        List<String> events = new ArrayList<>();
        String cursor = "";
        do {
            ExtractableResponse<Response> page = AdminApi.request()
                    .get("/admin/v1/orders/" + id + "/history?limit=2" + cursor)
                    .then()
                    .statusCode(200)
                    .extract();
            events.addAll(page.path("data.event"));
            cursor = page.path("next_cursor") == null ? "" : "&cursor=" + page.path("next_cursor");
        } while (!cursor.isEmpty());
        assertThat(events)
                .containsExactly(
                        "attempted", "placed", "paid", "captured", "refunded", "refund_requested", "refund_succeeded");
        AdminApi.request()
                .get("/admin/v1/orders/" + id + "/history?cursor=nonsense")
                .then()
                .statusCode(400);
        AdminApi.request()
                .get("/admin/v1/orders/order_00000000000000000000000000/history")
                .then()
                .statusCode(404);
    }

    @Test
    void databaseRejectsChangesOfHistoryTables() throws Exception {
        Response order =
                Shopper.readyToCheckout(productFixture.createProduct(250, 3), 1).complete("tok_ok");
        order.then().statusCode(201);
        for (String table : List.of("payment.history", "\"order\".history", "inventory.movement")) {
            for (String attempt : List.of("UPDATE %s SET request_id = 'x'", "DELETE FROM %s", "TRUNCATE %s")) {
                assertThatThrownBy(() -> database.execute(attempt.formatted(table)))
                        .as(attempt, table)
                        .hasMessageContaining("append-only");
            }
        }
    }
}
