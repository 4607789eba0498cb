package io.fondaco.order;

import io.fondaco.access.Scopes;
import io.fondaco.order.OrderRepository.OrderFilter;
import io.fondaco.order.OrderRepository.OrderSummaryRow;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.postal.EmailAddress;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.DateTimeParser;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.Arrays;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

@Path("/admin/v1/orders")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Admin orders")
@RetriedReads
@RunOnVirtualThread
class AdminOrderListResource {

    private final OrderRepository orders;

    AdminOrderListResource(OrderRepository orders) {
        this.orders = orders;
    }

    /** An order in a list, without its lines. */
    record OrderSummary(
            OrderId id,
            long number,
            OrderStatus status,
            PaymentStatus paymentStatus,
            FulfillmentStatus fulfillmentStatus,
            String email,
            Totals totals,
            Instant createdAt) {

        private static OrderSummary of(OrderSummaryRow row) {
            return new OrderSummary(
                    new OrderId(row.id()),
                    row.number(),
                    OrderStatus.ofColumn(row.status()),
                    PaymentStatus.ofColumn(row.paymentStatus()),
                    FulfillmentStatus.ofColumn(row.fulfillmentStatus()),
                    row.email(),
                    row.amounts().toTotals(row.currency()),
                    row.createdAt());
        }
    }

    @GET
    @RolesAllowed(Scopes.ORDERS_READ)
    @Operation(
            operationId = "listOrders",
            summary = "Lists orders, newest first",
            description = "The orders have no lines. All filters must match. An unknown parameter gets 400.")
    public Page<OrderSummary> list(
            @QueryParam("status") @Nullable String status,
            @QueryParam("email") @Nullable String email,
            @QueryParam("number") @Nullable String number,
            @QueryParam("created_at[gte]") @Nullable String createdFrom,
            @QueryParam("created_at[lt]") @Nullable String createdBefore,
            @QueryParam("limit") @DefaultValue("20") @Min(1) @Max(100) int limit,
            @QueryParam("cursor") @Nullable String cursor) {
        OrderFilter filter = new OrderFilter(
                ApiException.parseParameter("status", status, AdminOrderListResource::status),
                ApiException.parseParameter("email", email, AdminOrderListResource::email),
                ApiException.parseParameter("number", number, Long::valueOf),
                ApiException.parseParameter("created_at[gte]", createdFrom, DateTimeParser::parseInstant),
                ApiException.parseParameter("created_at[lt]", createdBefore, DateTimeParser::parseInstant),
                OrderFilter.cursor(cursor),
                limit);
        return Page.fromRows(orders.list(filter), filter.limit(), OrderFilter::cursorAfter)
                .map(OrderSummary::of);
    }

    private static OrderStatus status(String text) {
        return Arrays.stream(OrderStatus.values())
                .filter(status -> status.column().equals(text))
                .findFirst()
                .orElseThrow(IllegalArgumentException::new);
    }

    private static String email(String text) {
        return EmailAddress.normalize(text).orElseThrow(() -> new IllegalArgumentException("Not an e-mail address"));
    }
}
