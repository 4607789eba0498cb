package io.fondaco.order;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.customer.CustomerId;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.web.Json;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Maps rows of the order schema to the module's public records. */
@ApplicationScoped
class OrderRowMapper {
    static final String ORDER_COLUMNS = """
            id, number, status, payment_status, fulfillment_status, customer_id, email, currency,
            cast(shipping_address AS text) AS shipping_address, cast(billing_address AS text) AS billing_address,
            shipping_method, subtotal, discount, shipping, tax, total, cancelled_amount,
            cast(discounts AS text) AS discounts, created_at, updated_at, version
            """;
    static final String LINE_COLUMNS = """
            id, variant_id, sku, title, quantity, backordered_quantity, unit_price, total, discount, stock_taken,
            cancelled_quantity, fulfilled_quantity, refunded_quantity, returned_quantity, restocked_quantity,
            refunded_unsent_quantity
            """;
    static final String VARIANT_PREFIX = "variant";

    private final ObjectMapper json;

    OrderRowMapper(ObjectMapper json) {
        this.json = json;
    }

    Order order(Tuple row, List<OrderLine> lines) {
        String currency = row.get("currency", String.class);
        return new Order(
                new OrderId(row.get("id", UUID.class)),
                longValue(row, "number"),
                OrderStatus.ofColumn(row.get("status", String.class)),
                PaymentStatus.ofColumn(row.get("payment_status", String.class)),
                FulfillmentStatus.ofColumn(row.get("fulfillment_status", String.class)),
                new CustomerId(row.get("customer_id", UUID.class)),
                row.get("email", String.class),
                lines,
                new Addresses(
                        address(row.get("shipping_address", String.class)),
                        address(row.get("billing_address", String.class))),
                row.get("shipping_method", String.class),
                totals(row, currency),
                read(row.get("discounts", String.class), new TypeReference<>() {}),
                money(row, "cancelled_amount", currency),
                row.get("created_at", Instant.class),
                row.get("updated_at", Instant.class),
                longValue(row, "version"));
    }

    OrderSummary summary(Tuple row) {
        return new OrderSummary(
                new OrderId(row.get("id", UUID.class)),
                longValue(row, "number"),
                OrderStatus.ofColumn(row.get("status", String.class)),
                PaymentStatus.ofColumn(row.get("payment_status", String.class)),
                FulfillmentStatus.ofColumn(row.get("fulfillment_status", String.class)),
                row.get("email", String.class),
                totals(row, row.get("currency", String.class)),
                row.get("created_at", Instant.class));
    }

    OrderLine line(Tuple row, String currency) {
        return new OrderLine(
                new OrderLineId(row.get("id", UUID.class)),
                row.get("sku", String.class),
                TypeId.format(VARIANT_PREFIX, row.get("variant_id", UUID.class)),
                row.get("title", String.class),
                intValue(row, "quantity"),
                intValue(row, "backordered_quantity"),
                money(row, "unit_price", currency),
                money(row, "total", currency),
                money(row, "discount", currency),
                intValue(row, "cancelled_quantity"),
                intValue(row, "fulfilled_quantity"),
                intValue(row, "refunded_quantity"),
                intValue(row, "returned_quantity"),
                intValue(row, "restocked_quantity"),
                row.get("stock_taken", Boolean.class),
                intValue(row, "refunded_unsent_quantity"));
    }

    Fulfillment fulfillment(Tuple row) {
        return new Fulfillment(
                new FulfillmentId(row.get("id", UUID.class)),
                read(row.get("lines", String.class), new TypeReference<>() {}),
                row.get("carrier", String.class),
                row.get("tracking_number", String.class),
                row.get("tracking_url", String.class),
                row.get("created_at", Instant.class));
    }

    OrderEvent event(Tuple row) {
        return new OrderEvent(
                row.get("event", String.class),
                row.get("actor", String.class),
                row.get("request_id", String.class),
                row.get("at", Instant.class),
                read(row.get("facts", String.class), new TypeReference<Map<String, Object>>() {}));
    }

    @Nullable
    String write(@Nullable Object value) {
        return value == null ? null : Json.write(json, value);
    }

    private <T> T read(String text, TypeReference<T> type) {
        try {
            return json.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored order does not parse", e);
        }
    }

    private @Nullable PostalAddress address(@Nullable String text) {
        return text == null ? null : read(text, new TypeReference<PostalAddress>() {});
    }

    private static Totals totals(Tuple row, String currency) {
        return new Totals(
                money(row, "subtotal", currency),
                money(row, "discount", currency),
                money(row, "shipping", currency),
                money(row, "tax", currency),
                money(row, "total", currency));
    }

    private static Money money(Tuple row, String column, String currency) {
        return Money.of(longValue(row, column), currency);
    }

    private static long longValue(Tuple row, String column) {
        return row.get(column, Number.class).longValue();
    }

    static int intValue(Tuple row, String column) {
        return row.get(column, Number.class).intValue();
    }
}
