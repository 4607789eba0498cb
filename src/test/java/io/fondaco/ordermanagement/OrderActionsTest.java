package io.fondaco.ordermanagement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.fondaco.ConcurrentRunner;
import io.fondaco.ShopDatabase;
import io.fondaco.checkout.AdminApi;
import io.fondaco.checkout.CouponFixture;
import io.fondaco.checkout.PaymentWebhookSender;
import io.fondaco.checkout.ProductFixture;
import io.fondaco.checkout.Shopper;
import io.fondaco.order.OrderId;
import io.fondaco.order.Orders;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@QuarkusTest
class OrderActionsTest {
    @Inject
    ProductFixture productFixture;

    @Inject
    ShopDatabase database;

    @Inject
    Orders orders;

    @Test
    void cancelledOrderIsRefundedAndRestocked() {
        String sku = productFixture.createProduct(250, 10);
        Response placed = Shopper.readyToCheckout(sku, 4).complete("tok_ok");
        String key = UUID.randomUUID().toString();
        Response first = AdminApi.orderAction(placed.path("id"), "cancel", Map.of("reason", "changed their mind"), key);
        first.then()
                .statusCode(200)
                .body("status", equalTo("cancelled"))
                .body("payment_status", equalTo("refunded"))
                .body("refunds.state", contains("succeeded"))
                .body("refunds[0].amount.amount", equalTo(1000))
                .body("lines[0].cancelled_quantity", equalTo(4));
        Response second =
                AdminApi.orderAction(placed.path("id"), "cancel", Map.of("reason", "changed their mind"), key);
        second.then().statusCode(200).header("Idempotent-Replayed", "true");
        assertThat(second.asString()).isEqualTo(first.asString());
        assertThat(productFixture.availableStock(sku)).isEqualTo(10);
        AdminApi.orderAction(placed.path("id"), "cancel", Map.of()).then().statusCode(409);
    }

    @Test
    void partiallyCancelledOrderCanBeFulfilled() {
        String sku = productFixture.createProduct(250, 10);
        Response placed = Shopper.readyToCheckout(sku, 4).complete("tok_ok");
        AdminApi.orderAction(placed.path("id"), "cancel", Map.of("lines", lines(placed, 1)))
                .then()
                .statusCode(200)
                .body("status", equalTo("confirmed"))
                .body("payment_status", equalTo("partially_refunded"))
                .body("cancelled_amount.amount", equalTo(250))
                .body("payments[0].refunded.amount", equalTo(250));
        assertThat(productFixture.availableStock(sku)).isEqualTo(7);
        AdminApi.orderAction(placed.path("id"), "cancel", Map.of("lines", lines(placed, 4)))
                .then()
                .statusCode(422)
                .body("code", equalTo("quantity_exceeds_line"));
        AdminApi.orderAction(placed.path("id"), "fulfillments", Map.of("lines", lines(placed, 1), "carrier", "Post"))
                .then()
                .statusCode(201)
                .body("fulfillment_status", equalTo("partially_fulfilled"));
        AdminApi.orderAction(placed.path("id"), "cancel", Map.of())
                .then()
                .statusCode(409)
                .body("code", equalTo("already_fulfilled"));
        AdminApi.orderAction(placed.path("id"), "fulfillments", Map.of())
                .then()
                .statusCode(201)
                .body("fulfillment_status", equalTo("fulfilled"))
                .body("status", equalTo("completed"))
                .body("fulfillments.size()", equalTo(2));
        AdminApi.orderAction(
                        placed.path("id"),
                        "returns",
                        Map.of("lines", lines(placed, 2), "restock", true, "refund", true))
                .then()
                .statusCode(201)
                .body("lines[0].returned_quantity", equalTo(2))
                .body("payments[0].refunded.amount", equalTo(750));
        assertThat(productFixture.availableStock(sku)).isEqualTo(9);
        AdminApi.getOrder(placed.path("id"))
                .then()
                .body("history.event", contains("placed", "cancelled", "fulfilled", "fulfilled", "returned"))
                .body("history.actor", hasItem("customer"));
    }

    @Test
    void lockedOrderIsReadButNotLockedByOthers() {
        Response placed = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 1)
                .complete("tok_ok");
        OrderId id = OrderId.parse(placed.path("id"));
        String lockNowait = "SELECT id FROM \"order\".orders WHERE id = '%s' FOR UPDATE NOWAIT".formatted(id.value());
        try (ExecutorService other = Executors.newVirtualThreadPerTaskExecutor()) {
            ShopDatabase.inTransaction(() -> {
                assertThat(orders.lock(id).lines()).hasSize(1);
                AdminApi.getOrder(placed.path("id")).then().statusCode(200);
                // On another thread, because this one would get the connection of its transaction.
                assertThatThrownBy(() ->
                                other.submit(() -> database.query(lockNowait)).get())
                        .cause()
                        .isInstanceOf(SQLException.class)
                        .hasFieldOrPropertyWithValue("SQLState", "55P03");
            });
        }
    }

    @Test
    void refundsNeverExceedTheCapturedAmount() throws Exception {
        String sku = productFixture.createProduct(250, 10);
        Response placed = Shopper.readyToCheckout(sku, 4).complete("tok_ok");
        Map<String, Object> refund = Map.of("amount", Map.of("amount", 600, "currency", "GBP"), "reason", "sorry");
        List<Integer> statuses =
                ConcurrentRunner.runAll(4, _ -> AdminApi.orderAction(placed.path("id"), "refunds", refund)
                        .statusCode());
        assertThat(statuses).containsExactlyInAnyOrder(201, 409, 409, 409);
        AdminApi.orderAction(placed.path("id"), "refunds", Map.of("lines", lines(placed, 2)))
                .then()
                .statusCode(409)
                .body("code", equalTo("refund_exceeds_captured"))
                .body("refundable.amount", equalTo(400));
        AdminApi.orderAction(placed.path("id"), "refunds", Map.of("lines", lines(placed, 1), "restock", true))
                .then()
                .statusCode(201)
                .body("lines[0].refunded_quantity", equalTo(1))
                .body("payments[0].refunded.amount", equalTo(850));
        assertThat(productFixture.availableStock(sku)).isEqualTo(7);
        AdminApi.orderAction(placed.path("id"), "refunds", Map.of())
                .then()
                .statusCode(422)
                .body("code", equalTo("nothing_to_refund"));
    }

    @Test
    void captureTakesTheTotalLessCancellations() {
        Response placed = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 4)
                .complete("manual", "", UUID.randomUUID().toString());
        placed.then().statusCode(201).body("payment_status", equalTo("authorized"));
        AdminApi.orderAction(placed.path("id"), "cancel", Map.of("lines", lines(placed, 1)))
                .then()
                .statusCode(200);
        AdminApi.orderAction(placed.path("id"), "capture", Map.of())
                .then()
                .statusCode(200)
                .body("payment_status", equalTo("captured"))
                .body("payments[0].captured.amount", equalTo(750));
        AdminApi.orderAction(placed.path("id"), "capture", Map.of())
                .then()
                .statusCode(409)
                .body("code", equalTo("not_capturable"));
    }

    @Test
    void cancelledAuthorizedOrderIsVoided() {
        Response placed = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 4)
                .complete("manual", "", UUID.randomUUID().toString());
        AdminApi.orderAction(placed.path("id"), "cancel", Map.of())
                .then()
                .statusCode(200)
                .body("status", equalTo("cancelled"))
                .body("payment_status", equalTo("voided"));
        AdminApi.orderAction(placed.path("id"), "capture", Map.of()).then().statusCode(409);
    }

    @Test
    void cancelledPendingOrderIsNotCapturedLater() {
        String sku = productFixture.createProduct(250, 1);
        Response placed = Shopper.readyToCheckout(sku, 1).complete("tok_async");
        AdminApi.orderAction(placed.path("id"), "cancel", Map.of())
                .then()
                .statusCode(200)
                .body("status", equalTo("cancelled"))
                .body("payment_status", equalTo("voided"));
        PaymentWebhookSender.send(
                        AdminApi.getOrder(placed.path("id")).path("payments[0].reference"), "payment.captured")
                .then()
                .statusCode(204);
        AdminApi.getOrder(placed.path("id")).then().body("payments.state", contains("voided"));
        assertThat(productFixture.availableStock(sku)).isEqualTo(1);
    }

    @Test
    void refundedAndRestockedUnitsCannotBeSent() {
        String sku = productFixture.createProduct(250, 10);
        Response placed = placed(sku, 2);
        String order = placed.path("id");
        AdminApi.orderAction(order, "refunds", Map.of("lines", lines(placed, 2), "restock", true))
                .then()
                .statusCode(201)
                .body("status", equalTo("cancelled"))
                .body("fulfillment_status", equalTo("unfulfilled"))
                .body("payment_status", equalTo("refunded"))
                .body("cancelled_amount.amount", equalTo(500))
                .body("lines[0].cancelled_quantity", equalTo(2))
                .body("lines[0].restocked_quantity", equalTo(2))
                .body("history.event", contains("placed", "refunded", "cancelled"));
        AdminApi.orderAction(order, "fulfillments", Map.of()).then().statusCode(409);
        AdminApi.orderAction(order, "fulfillments", Map.of("lines", lines(placed, 1)))
                .then()
                .statusCode(409);
        assertThat(productFixture.availableStock(sku)).isEqualTo(10);
    }

    @Test
    void restockedOrderIsCancelledOnlyIfAllMoneyGoesBack() {
        String sku = productFixture.createProduct(250, 10);
        Response placed = placed(sku, 2);
        AdminApi.orderAction(
                        placed.path("id"),
                        "refunds",
                        Map.of("lines", lines(placed, 2), "restock", true, "amount", pence(100)))
                .then()
                .statusCode(201)
                .body("status", equalTo("completed"))
                .body("payment_status", equalTo("partially_refunded"))
                .body("lines[0].cancelled_quantity", equalTo(2));
        assertThat(productFixture.availableStock(sku)).isEqualTo(10);
        AdminApi.orderAction(placed.path("id"), "refunds", Map.of("amount", pence(400)))
                .then()
                .statusCode(201)
                .body("status", equalTo("completed"))
                .body("payment_status", equalTo("refunded"));

        Response other = placed(sku, 1);
        AdminApi.orderAction(other.path("id"), "refunds", Map.of("amount", pence(100)))
                .then()
                .statusCode(201);
        AdminApi.orderAction(
                        other.path("id"),
                        "refunds",
                        Map.of("lines", lines(other, 1), "restock", true, "amount", pence(150)))
                .then()
                .statusCode(201)
                .body("status", equalTo("cancelled"))
                .body("payment_status", equalTo("refunded"));
    }

    /** The shop refunded less than the price of the first unit; cancelling the rest does not change that. */
    @Test
    void cancelledRestOfAnOrderThatKeepsMoneyCompletesIt() {
        String sku = productFixture.createProduct(250, 10);
        Response placed = placed(sku, 2);
        AdminApi.orderAction(
                        placed.path("id"),
                        "refunds",
                        Map.of("lines", lines(placed, 1), "restock", true, "amount", pence(100)))
                .then()
                .statusCode(201)
                .body("status", equalTo("confirmed"));
        AdminApi.orderAction(placed.path("id"), "cancel", Map.of())
                .then()
                .statusCode(200)
                .body("status", equalTo("completed"))
                .body("payment_status", equalTo("partially_refunded"))
                .body("lines[0].cancelled_quantity", equalTo(2));
        assertThat(productFixture.availableStock(sku)).isEqualTo(10);
    }

    @Test
    void restockingTheLastOpenUnitsCompletesTheOrder() {
        String sku = productFixture.createProduct(250, 10);
        Response placed = placed(sku, 3);
        AdminApi.orderAction(placed.path("id"), "fulfillments", Map.of("lines", lines(placed, 2)))
                .then()
                .statusCode(201);
        AdminApi.orderAction(placed.path("id"), "refunds", Map.of("lines", lines(placed, 1), "restock", true))
                .then()
                .statusCode(201)
                .body("fulfillment_status", equalTo("fulfilled"))
                .body("status", equalTo("completed"))
                .body("lines[0].cancelled_quantity", equalTo(1));
        assertThat(productFixture.availableStock(sku)).isEqualTo(8);
        // The next unit was sent, so it counts as returned.
        AdminApi.orderAction(placed.path("id"), "refunds", Map.of("lines", lines(placed, 1), "restock", true))
                .then()
                .statusCode(201)
                .body("lines[0].returned_quantity", equalTo(1))
                .body("lines[0].restocked_quantity", equalTo(2));
        assertThat(productFixture.availableStock(sku)).isEqualTo(9);
        AdminApi.orderAction(placed.path("id"), "returns", Map.of("lines", lines(placed, 2), "restock", true))
                .then()
                .statusCode(422)
                .body("code", equalTo("quantity_exceeds_line"));
    }

    @Test
    void refundedUnitsAreSentOnlyIfNamed() {
        Response placed = placed(productFixture.createProduct(250, 10), 2);
        AdminApi.orderAction(placed.path("id"), "refunds", Map.of("lines", lines(placed, 1)))
                .then()
                .statusCode(201);
        AdminApi.orderAction(placed.path("id"), "fulfillments", Map.of())
                .then()
                .statusCode(201)
                .body("fulfillments[0].lines[0].quantity", equalTo(1))
                .body("fulfillment_status", equalTo("partially_fulfilled"))
                .body("status", equalTo("confirmed"));
        AdminApi.orderAction(placed.path("id"), "fulfillments", Map.of())
                .then()
                .statusCode(409)
                .body("code", equalTo("nothing_left"));
        AdminApi.orderAction(placed.path("id"), "fulfillments", Map.of("lines", lines(placed, 1)))
                .then()
                .statusCode(201)
                .body("status", equalTo("completed"));
    }

    @Test
    void cancellationTakesRefundedUnitsFirstWithoutRefundingTwice() {
        String sku = productFixture.createProduct(1_000, 10);
        Response placed = placed(sku, 2);
        AdminApi.orderAction(placed.path("id"), "refunds", Map.of("lines", lines(placed, 1)))
                .then()
                .statusCode(201);
        AdminApi.orderAction(placed.path("id"), "cancel", Map.of("lines", lines(placed, 1)))
                .then()
                .statusCode(200)
                .body("status", equalTo("confirmed"))
                .body("cancelled_amount.amount", equalTo(1_000))
                .body("lines[0].refunded_quantity", equalTo(1))
                .body("refunds.size()", equalTo(1))
                .body("payments[0].refunded.amount", equalTo(1_000));
        assertThat(productFixture.availableStock(sku)).isEqualTo(9);
        AdminApi.orderAction(placed.path("id"), "fulfillments", Map.of())
                .then()
                .statusCode(201)
                .body("status", equalTo("completed"));
        AdminApi.orderAction(placed.path("id"), "returns", Map.of("lines", lines(placed, 1), "refund", true))
                .then()
                .statusCode(201)
                .body("payment_status", equalTo("refunded"))
                .body("payments[0].refunded.amount", equalTo(2_000));
    }

    @Test
    void returnTakesRefundedUnitsFirstWithoutRefundingTwice() {
        Response placed = placed(productFixture.createProduct(1_000, 10), 3);
        AdminApi.orderAction(placed.path("id"), "fulfillments", Map.of()).then().statusCode(201);
        AdminApi.orderAction(placed.path("id"), "refunds", Map.of("lines", lines(placed, 1)))
                .then()
                .statusCode(201);
        for (int paidBack : new int[] {1_000, 2_000, 3_000}) {
            AdminApi.orderAction(placed.path("id"), "returns", Map.of("lines", lines(placed, 1), "refund", true))
                    .then()
                    .statusCode(201)
                    .body("payments[0].refunded.amount", equalTo(paidBack));
        }
    }

    @Test
    void eventsOfLargeOrdersAreTruncatedAt200Lines() throws Exception {
        int count = 300;
        List<String> skus = IntStream.range(0, count)
                .mapToObj(_ -> productFixture.createProduct(10, 10))
                .toList();
        Response placed = Shopper.readyToCheckout(skus, 3).complete("tok_ok");
        placed.then().statusCode(201);
        String order = placed.path("id");
        List<String> ids = placed.path("lines.id");
        List<Map<String, Object>> one = ids.stream()
                .map(id -> Map.<String, Object>of("line_id", id, "quantity", 1))
                .toList();
        AdminApi.orderAction(order, "refunds", Map.of("lines", one)).then().statusCode(201);
        AdminApi.orderAction(order, "fulfillments", Map.of()).then().statusCode(201);
        AdminApi.orderAction(order, "returns", Map.of("lines", one, "refund", true, "restock", true))
                .then()
                .statusCode(201);
        AdminApi.orderAction(order, "cancel", Map.of("lines", one))
                .then()
                .statusCode(200)
                .body("status", equalTo("completed"))
                .body("payments[0].refunded.amount", equalTo(2 * 10 * count));
        for (String event : List.of("refunded", "returned", "cancelled")) {
            assertThat(facts(order, event, "facts->>'line_count'")).isEqualTo("300");
            assertThat(facts(order, event, "facts->>'lines_truncated'")).isEqualTo("true");
            assertThat(facts(order, event, "jsonb_array_length(facts->'lines')"))
                    .isEqualTo("200");
        }
        AdminApi.getOrder(order)
                .then()
                .body("history.find { it.event == 'cancelled' }.facts.lines.size()", equalTo(count));
        Response otherOrder = placed(skus.getFirst(), 1);
        AdminApi.orderAction(otherOrder.path("id"), "cancel", Map.of()).then().statusCode(200);
        assertThat(facts(otherOrder.path("id"), "cancelled", "facts->>'line_count'"))
                .isEqualTo("1");
        assertThat(facts(otherOrder.path("id"), "cancelled", "facts->>'lines_truncated'"))
                .isNull();
    }

    @Test
    void freeUnitIsRestockedWithoutARefund() {
        String gift = productFixture.createProduct(100, 5);
        CouponFixture coupon = CouponFixture.percentageOff(10_000, Map.of("skus", List.of(gift)));
        Shopper shopper = Shopper.readyToCheckout(gift, 1);
        shopper.addLine(productFixture.createProduct(250, 5), 1).then().statusCode(200);
        shopper.request()
                .body(Map.of("coupon_codes", List.of(coupon.code())))
                .patch(shopper.path(""))
                .then()
                .statusCode(200);
        Response placed = shopper.complete("tok_ok");
        placed.then().statusCode(201).body("totals.total.amount", equalTo(250));
        AdminApi.orderAction(placed.path("id"), "refunds", Map.of("lines", lines(placed, 1)))
                .then()
                .statusCode(422)
                .body("code", equalTo("nothing_to_refund"));
        AdminApi.orderAction(placed.path("id"), "refunds", Map.of("lines", lines(placed, 1), "restock", true))
                .then()
                .statusCode(201)
                .body("payment_status", equalTo("captured"))
                .body("refunds", empty())
                .body("lines[0].cancelled_quantity", equalTo(1))
                .body("lines[0].restocked_quantity", equalTo(1));
        assertThat(productFixture.availableStock(gift)).isEqualTo(5);
        AdminApi.orderAction(placed.path("id"), "fulfillments", Map.of())
                .then()
                .statusCode(201)
                .body("fulfillments[0].lines.size()", equalTo(1))
                .body("status", equalTo("completed"));
    }

    /** A value from the facts of the event in the outbox. */
    private String facts(String order, String event, String expression) throws Exception {
        return database.query("""
                SELECT %s FROM (SELECT cast(data AS jsonb)->'facts' AS facts FROM messaging.outbox
                                 WHERE subject = '%s' AND type = 'order.%s') AS event
                """.formatted(expression, order, event));
    }

    private static Response placed(String sku, int quantity) {
        Response placed = Shopper.readyToCheckout(sku, quantity).complete("tok_ok");
        placed.then().statusCode(201);
        return placed;
    }

    private static List<Map<String, Object>> lines(Response order, int quantity) {
        return List.of(Map.of("line_id", order.path("lines[0].id"), "quantity", quantity));
    }

    private static Map<String, Object> pence(int amount) {
        return Map.of("amount", amount, "currency", "GBP");
    }
}
