package io.fondaco.order;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fondaco.platform.messaging.NewEvent;
import io.fondaco.platform.money.Money;
import io.fondaco.tax.TaxLine;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The published events of orders. */
class OrderEventTypeTest {
    private final ObjectMapper json = new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
    private final Order order =
            OrderTest.order(OrderStatus.CONFIRMED, PaymentStatus.CAPTURED, FulfillmentStatus.PARTIALLY_FULFILLED);

    @Test
    void namesAreThoseOfThePublishedContract() {
        assertThat(OrderEventType.values())
                .extracting(type -> type.newEvent(order, Map.of()).type().name())
                .containsExactlyInAnyOrder(
                        "order.placed",
                        "order.paid",
                        "order.captured",
                        "order.authorization_lost",
                        "order.cancelled",
                        "order.fulfilled",
                        "order.refunded",
                        "order.refund_failed",
                        "order.returned");
    }

    @Test
    void everyPayloadRecordBelongsToOneEventType() {
        assertThat(new OrderEventType.Provider().events()).isEqualTo(OrderEventPayload.class);
        List<Class<?>> payloads = Arrays.stream(OrderEventType.values())
                .<Class<?>>map(type -> type.newEvent(order, Map.of()).data().getClass())
                .toList();
        assertThat(payloads).doesNotHaveDuplicates();
        assertThat(payloads).hasSameElementsAs(List.of(OrderEventPayload.class.getPermittedSubclasses()));
    }

    @ParameterizedTest
    @EnumSource
    void payloadStatesTheOrderAfterTheEvent(OrderEventType type) throws Exception {
        NewEvent event = type.newEvent(order, Map.of("amount", Money.of(5, "EUR")));
        assertThat(event.type().name()).isEqualTo("order." + type.column());
        assertThat(event.subject()).isEqualTo(order.id().toString());
        assertThat(event.version()).isEqualTo(order.version());
        JsonNode expected = json.readTree("""
                {"id": "%s", "number": 1001, "status": "confirmed", "payment_status": "captured",
                 "fulfillment_status": "partially_fulfilled", "total": {"amount": 490, "currency": "EUR"},
                 "facts": {"amount": {"amount": 5, "currency": "EUR"}}}
                """.formatted(order.id()));
        assertThat(json.readTree(json.writeValueAsString(event.data()))).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource
    void listenersReadThePayloadAndIgnoreMembersOfNewerReleases(OrderEventType type) throws Exception {
        NewEvent event = type.newEvent(order, Map.of("refund_id", "refund_1"));
        ObjectNode newer = json.valueToTree(event.data());
        newer.put("added_later", 1);
        assertThat(json.treeToValue(newer, event.data().getClass())).isEqualTo(event.data());
    }

    @Test
    void reasonOfTheStaffIsNotPublished() {
        OrderEventPayload payload = (OrderEventPayload) OrderEventType.CANCELLED
                .newEvent(order, Map.of("reason", "personal", "refund_id", "refund_1"))
                .data();
        assertThat(payload.order().facts()).containsOnly(Map.entry("refund_id", "refund_1"));
    }

    @Test
    void linesAreCountedAndTruncated() {
        List<Fulfillment.Line> lines = IntStream.range(0, OrderEventType.MAX_LINES + 1)
                .mapToObj(_ -> new Fulfillment.Line(OrderLineId.random(), 1))
                .toList();
        assertThat(facts(lines))
                .containsOnly(
                        Map.entry("lines", lines.subList(0, OrderEventType.MAX_LINES)),
                        Map.entry("line_count", OrderEventType.MAX_LINES + 1),
                        Map.entry("lines_truncated", true));
        assertThat(facts(lines.subList(1, lines.size()))).doesNotContainKey("lines_truncated");
    }

    @Test
    void taxLinesAreTruncated() {
        List<TaxLine> taxes = IntStream.rangeClosed(0, OrderEventType.MAX_TAX_LINES)
                .mapToObj(rate -> new TaxLine("Tax", "0." + rate, Money.of(100, "EUR"), Money.of(rate, "EUR")))
                .toList();
        OrderEventPayload payload = (OrderEventPayload) OrderEventType.REFUNDED
                .newEvent(order, Map.of("tax_lines", taxes))
                .data();
        assertThat(payload.order().facts())
                .containsOnly(
                        Map.entry("tax_lines", taxes.subList(0, OrderEventType.MAX_TAX_LINES)),
                        Map.entry("tax_lines_truncated", true));
    }

    private Map<String, Object> facts(List<Fulfillment.Line> lines) {
        return ((OrderEventPayload) OrderEventType.RETURNED
                        .newEvent(order, Map.of("lines", lines))
                        .data())
                .order()
                .facts();
    }
}
