package io.fondaco.ordermanagement;

import io.fondaco.access.Scopes;
import io.fondaco.order.OrderId;
import io.fondaco.order.Orders;
import io.fondaco.payment.PaymentHistory;
import io.fondaco.payment.Payments;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.platform.web.ApiException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * The history of an order, its payments and its refunds in one list. Two statements, after those that find the order.
 */
@Path("/admin/v1/orders/{id}/history")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Admin orders")
@ReadsFrom(Route.REPLICA_WITH_TOKEN)
@RetriedReads
@RunOnVirtualThread
class OrderHistoryResource {
    private static final String SORT = "at,subject,id";

    private final Orders orders;
    private final Payments payments;

    OrderHistoryResource(Orders orders, Payments payments) {
        this.orders = orders;
        this.payments = payments;
    }

    /** The subject of an entry. Entries of the same instant are listed in this order. */
    enum HistorySource {
        ORDER,
        PAYMENT
    }

    /** The sort key of an entry. */
    private record HistoryKey(Instant at, HistorySource source, long id) {
        static final HistoryKey BEGINNING = new HistoryKey(Instant.EPOCH, HistorySource.ORDER, 0);
        static final Comparator<HistoryKey> CHRONOLOGICAL = Comparator.comparing(HistoryKey::at)
                .thenComparing(HistoryKey::source)
                .thenComparingLong(HistoryKey::id);

        /** The id of the last entry of the other source that does not come after this key. */
        private long lastIdBefore(HistorySource other) {
            return other == source ? id : other.compareTo(source) < 0 ? Long.MAX_VALUE : 0;
        }

        private PageCursor toCursor() {
            return PageCursor.of(SORT, at.toString(), source.name(), Long.toString(id));
        }

        static HistoryKey of(PageCursor pageCursor) {
            try {
                return new HistoryKey(
                        Instant.parse(pageCursor.keys().get(0)),
                        HistorySource.valueOf(pageCursor.keys().get(1)),
                        Long.parseLong(pageCursor.keys().get(2)));
            } catch (DateTimeParseException | IllegalArgumentException _) {
                throw PageCursor.invalidCursor();
            }
        }
    }

    private record KeyedEntry(HistoryKey key, OrderHistoryEntry entry) {}

    /**
     * One change.
     *
     * @param facts details that only this event has
     */
    @Schema(name = "OrderHistoryEntry")
    record OrderHistoryEntry(
            @Schema(description = "The order, payment or refund that changed.")
            String subject,

            @Schema(
                    description = "Of an order: placed, paid, cancelled, … Of a payment: attempted, authorized,"
                            + " captured, declined, voided. Of a refund: refund_requested, refund_succeeded,"
                            + " refund_failed.")
            String event,

            @Schema(description = "customer, an API key's id, cart:…, provider:…, system or system:…")
            String actor,

            @Schema(description = "The Request-Id of the request; none for jobs.")
            String requestId,

            Instant at,
            Map<String, Object> facts) {}

    @GET
    @RolesAllowed(Scopes.ORDERS_READ)
    @Operation(
            operationId = "listOrderHistory",
            summary = "Lists the history of an order and its payments, oldest first",
            description = "Each entry has its actor and request id. The history is append-only: the database"
                    + " rejects changes.")
    public Page<OrderHistoryEntry> list(
            @PathParam("id") String orderId,
            @QueryParam("limit") @DefaultValue("20") @Min(1) @Max(100) int limit,
            @QueryParam("cursor") @Nullable String cursor) {
        OrderId id = OrderId.parse(orderId);
        HistoryKey after =
                PageCursor.decode(cursor, SORT, 3).map(HistoryKey::of).orElse(HistoryKey.BEGINNING);
        if (orders.find(id).isEmpty()) {
            throw ApiException.notFound("order", id.toString());
        }
        List<KeyedEntry> entries = Stream.concat(
                        orders.history(id, after.at(), after.lastIdBefore(HistorySource.ORDER), limit + 1).stream()
                                .map(entry -> toEntry(id, entry)),
                        payments
                                .listHistory(
                                        id.value(), after.at(), after.lastIdBefore(HistorySource.PAYMENT), limit + 1)
                                .stream()
                                .map(OrderHistoryResource::toEntry))
                .sorted(Comparator.comparing(KeyedEntry::key, HistoryKey.CHRONOLOGICAL))
                .limit(limit + 1L)
                .toList();
        return Page.fromRows(entries, limit, keyedEntry -> keyedEntry.key().toCursor())
                .map(KeyedEntry::entry);
    }

    private static KeyedEntry toEntry(OrderId order, Orders.OrderHistoryRow orderHistoryRow) {
        return new KeyedEntry(
                new HistoryKey(orderHistoryRow.event().at(), HistorySource.ORDER, orderHistoryRow.id()),
                new OrderHistoryEntry(
                        order.toString(),
                        orderHistoryRow.event().event(),
                        orderHistoryRow.event().actor(),
                        orderHistoryRow.event().requestId(),
                        orderHistoryRow.event().at(),
                        orderHistoryRow.event().facts()));
    }

    private static KeyedEntry toEntry(PaymentHistory.PaymentHistoryEntry paymentHistoryEntry) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("amount", paymentHistoryEntry.amount());
        paymentHistoryEntry
                .refund()
                .ifPresent(_ ->
                        facts.put("payment_id", paymentHistoryEntry.payment().toString()));
        return new KeyedEntry(
                new HistoryKey(paymentHistoryEntry.at(), HistorySource.PAYMENT, paymentHistoryEntry.id()),
                new OrderHistoryEntry(
                        paymentHistoryEntry
                                .refund()
                                .map(Object::toString)
                                .orElse(paymentHistoryEntry.payment().toString()),
                        paymentHistoryEntry.event(),
                        paymentHistoryEntry.actor(),
                        paymentHistoryEntry.requestId(),
                        paymentHistoryEntry.at(),
                        facts));
    }
}
