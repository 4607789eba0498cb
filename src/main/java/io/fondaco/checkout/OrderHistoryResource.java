package io.fondaco.checkout;

import io.fondaco.access.Scopes;
import io.fondaco.order.OrderId;
import io.fondaco.order.Orders;
import io.fondaco.payment.PaymentHistory;
import io.fondaco.payment.Payments;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.paging.Cursor;
import io.fondaco.platform.paging.Page;
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

/** What happened to an order, its payments and its refunds, as one story. Two statements beside that for the order. */
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

    /** What an entry is about; at one instant in this order. */
    enum Subject {
        ORDER,
        PAYMENT
    }

    /** A place in the story. */
    private record Place(Instant at, Subject subject, long id) {
        static final Place BEGINNING = new Place(Instant.EPOCH, Subject.ORDER, 0);
        static final Comparator<Place> ORDER =
                Comparator.comparing(Place::at).thenComparing(Place::subject).thenComparingLong(Place::id);

        /** The last entry of that subject which does not come after this. */
        private long before(Subject other) {
            return other == subject ? id : other.compareTo(subject) < 0 ? Long.MAX_VALUE : 0;
        }

        private Cursor cursor() {
            return Cursor.of(SORT, at.toString(), subject.name(), Long.toString(id));
        }

        static Place of(Cursor cursor) {
            try {
                return new Place(
                        Instant.parse(cursor.keys().get(0)),
                        Subject.valueOf(cursor.keys().get(1)),
                        Long.parseLong(cursor.keys().get(2)));
            } catch (DateTimeParseException | IllegalArgumentException _) {
                throw Cursor.invalid();
            }
        }
    }

    private record Told(Place place, Entry entry) {}

    /**
     * One change.
     *
     * @param facts what belongs to the event alone
     */
    @Schema(name = "OrderHistoryEntry")
    record Entry(
            @Schema(description = "The order, payment or refund that changed.")
            String subject,

            @Schema(
                    description =
                            "Of an order: placed, paid, cancelled, … Of a payment: attempted, authorized, captured, declined,"
                                    + " voided. Of a refund: refund_requested, refund_succeeded, refund_failed.")
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
            summary = "Everything that happened to an order and its payments, oldest first",
            description =
                    "With who did it and in which request. Only ever added to: the database refuses anything else.")
    public Page<Entry> list(
            @PathParam("id") String orderId,
            @QueryParam("limit") @DefaultValue("20") @Min(1) @Max(100) int limit,
            @QueryParam("cursor") @Nullable String cursor) {
        OrderId id = OrderId.parse(orderId);
        Place after = Cursor.decode(cursor, SORT, 3).map(Place::of).orElse(Place.BEGINNING);
        if (orders.find(id).isEmpty()) {
            throw ApiException.notFound("order", id.toString());
        }
        List<Told> story = Stream.concat(
                        orders.history(id, after.at(), after.before(Subject.ORDER), limit + 1).stream()
                                .map(entry -> told(id, entry)),
                        payments.history(id.value(), after.at(), after.before(Subject.PAYMENT), limit + 1).stream()
                                .map(OrderHistoryResource::told))
                .sorted(Comparator.comparing(Told::place, Place.ORDER))
                .limit(limit + 1L)
                .toList();
        return Page.cut(story, limit, told -> told.place().cursor()).map(Told::entry);
    }

    private static Told told(OrderId order, Orders.Logged logged) {
        return new Told(
                new Place(logged.event().at(), Subject.ORDER, logged.id()),
                new Entry(
                        order.toString(),
                        logged.event().event(),
                        logged.event().actor(),
                        logged.event().requestId(),
                        logged.event().at(),
                        logged.event().facts()));
    }

    private static Told told(PaymentHistory.Entry entry) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("amount", entry.amount());
        entry.refund().ifPresent(_ -> facts.put("payment_id", entry.payment().toString()));
        return new Told(
                new Place(entry.at(), Subject.PAYMENT, entry.id()),
                new Entry(
                        entry.refund()
                                .map(Object::toString)
                                .orElse(entry.payment().toString()),
                        entry.event(),
                        entry.actor(),
                        entry.requestId(),
                        entry.at(),
                        facts));
    }
}
