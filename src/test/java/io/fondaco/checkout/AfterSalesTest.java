package io.fondaco.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.fondaco.Together;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
class AfterSalesTest {
    @Inject
    Shelf shelf;

    @Test
    void aWholeOrderIsCancelledRefundedAndPutBack() {
        String sku = shelf.put(250, 10);
        Response placed = Shopper.ready(sku, 4).complete("tok_ok");
        String key = UUID.randomUUID().toString();
        Response first = Staff.verb(placed.path("id"), "cancel", Map.of("reason", "changed their mind"), key);
        first.then()
                .statusCode(200)
                .body("status", equalTo("cancelled"))
                .body("payment_status", equalTo("refunded"))
                .body("refunds.state", contains("succeeded"))
                .body("refunds[0].amount.amount", equalTo(1000))
                .body("lines[0].cancelled_quantity", equalTo(4));
        Response second = Staff.verb(placed.path("id"), "cancel", Map.of("reason", "changed their mind"), key);
        second.then().statusCode(200).header("Idempotent-Replayed", "true");
        assertThat(second.asString()).isEqualTo(first.asString());
        assertThat(shelf.available(sku)).isEqualTo(10);
        Staff.verb(placed.path("id"), "cancel", Map.of()).then().statusCode(409);
    }

    @Test
    void partOfAnOrderIsCancelledAndTheRestSent() {
        String sku = shelf.put(250, 10);
        Response placed = Shopper.ready(sku, 4).complete("tok_ok");
        Staff.verb(placed.path("id"), "cancel", Map.of("lines", lines(placed, 1)))
                .then()
                .statusCode(200)
                .body("status", equalTo("confirmed"))
                .body("payment_status", equalTo("partially_refunded"))
                .body("cancelled_amount.amount", equalTo(250))
                .body("payments[0].refunded.amount", equalTo(250));
        assertThat(shelf.available(sku)).isEqualTo(7);
        Staff.verb(placed.path("id"), "cancel", Map.of("lines", lines(placed, 4)))
                .then()
                .statusCode(422)
                .body("code", equalTo("quantity_exceeds_line"));
        Staff.verb(placed.path("id"), "fulfillments", Map.of("lines", lines(placed, 1), "carrier", "Post"))
                .then()
                .statusCode(201)
                .body("fulfillment_status", equalTo("partially_fulfilled"));
        Staff.verb(placed.path("id"), "cancel", Map.of())
                .then()
                .statusCode(409)
                .body("code", equalTo("already_fulfilled"));
        Staff.verb(placed.path("id"), "fulfillments", Map.of())
                .then()
                .statusCode(201)
                .body("fulfillment_status", equalTo("fulfilled"))
                .body("status", equalTo("completed"))
                .body("fulfillments.size()", equalTo(2));
        Staff.verb(placed.path("id"), "returns", Map.of("lines", lines(placed, 2), "restock", true, "refund", true))
                .then()
                .statusCode(201)
                .body("lines[0].returned_quantity", equalTo(2))
                .body("payments[0].refunded.amount", equalTo(750));
        assertThat(shelf.available(sku)).isEqualTo(9);
        Staff.order(placed.path("id"))
                .then()
                .body("history.event", contains("placed", "cancelled", "fulfilled", "fulfilled", "returned"))
                .body("history.actor", hasItem("customer"));
    }

    @Test
    void neverMoreIsRefundedThanWasCaptured() throws Exception {
        String sku = shelf.put(250, 10);
        Response placed = Shopper.ready(sku, 4).complete("tok_ok");
        Map<String, Object> most = Map.of("amount", Map.of("amount", 600, "currency", "GBP"), "reason", "sorry");
        List<Integer> statuses = Together.all(
                4, _ -> Staff.verb(placed.path("id"), "refunds", most).statusCode());
        assertThat(statuses).containsExactlyInAnyOrder(201, 409, 409, 409);
        Staff.verb(placed.path("id"), "refunds", Map.of("lines", lines(placed, 2)))
                .then()
                .statusCode(409)
                .body("code", equalTo("refund_exceeds_captured"))
                .body("refundable.amount", equalTo(400));
        Staff.verb(placed.path("id"), "refunds", Map.of("lines", lines(placed, 1), "restock", true))
                .then()
                .statusCode(201)
                .body("lines[0].refunded_quantity", equalTo(1))
                .body("payments[0].refunded.amount", equalTo(850));
        assertThat(shelf.available(sku)).isEqualTo(7);
        Staff.verb(placed.path("id"), "refunds", Map.of())
                .then()
                .statusCode(422)
                .body("code", equalTo("nothing_to_refund"));
    }

    @Test
    void anInvoiceIsCapturedForWhatWasNotCancelled() {
        Response placed = Shopper.ready(shelf.put(250, 10), 4)
                .complete("manual", "", UUID.randomUUID().toString());
        placed.then().statusCode(201).body("payment_status", equalTo("authorized"));
        Staff.verb(placed.path("id"), "cancel", Map.of("lines", lines(placed, 1)))
                .then()
                .statusCode(200);
        Staff.verb(placed.path("id"), "capture", Map.of())
                .then()
                .statusCode(200)
                .body("payment_status", equalTo("captured"))
                .body("payments[0].captured.amount", equalTo(750));
        Staff.verb(placed.path("id"), "capture", Map.of())
                .then()
                .statusCode(409)
                .body("code", equalTo("not_capturable"));
    }

    @Test
    void aCancelledInvoiceIsVoided() {
        Response placed = Shopper.ready(shelf.put(250, 10), 4)
                .complete("manual", "", UUID.randomUUID().toString());
        Staff.verb(placed.path("id"), "cancel", Map.of())
                .then()
                .statusCode(200)
                .body("status", equalTo("cancelled"))
                .body("payment_status", equalTo("voided"));
        Staff.verb(placed.path("id"), "capture", Map.of()).then().statusCode(409);
    }

    @Test
    void anOrderWithAPendingPaymentIsCancelledAndNothingIsTakenLater() {
        String sku = shelf.put(250, 1);
        Response placed = Shopper.ready(sku, 1).complete("tok_async");
        Staff.verb(placed.path("id"), "cancel", Map.of())
                .then()
                .statusCode(200)
                .body("status", equalTo("cancelled"))
                .body("payment_status", equalTo("voided"));
        Provider.tell(Staff.order(placed.path("id")).path("payments[0].reference"), "payment.captured")
                .then()
                .statusCode(204);
        Staff.order(placed.path("id")).then().body("payments.state", contains("voided"));
        assertThat(shelf.available(sku)).isEqualTo(1);
    }

    private static List<Map<String, Object>> lines(Response order, int quantity) {
        return List.of(Map.of("line_id", order.path("lines[0].id"), "quantity", quantity));
    }
}
