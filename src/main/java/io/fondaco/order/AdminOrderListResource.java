package io.fondaco.order;

import io.fondaco.access.Scopes;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.postal.EmailAddress;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Times;
import io.fondaco.platform.web.Violation;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.time.DateTimeException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

@Path("/admin/v1/orders")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Admin orders")
@RetriedReads
@RunOnVirtualThread
class AdminOrderListResource {
    private static final Set<String> PARAMETERS =
            Set.of("status", "email", "number", "created_at[gte]", "created_at[lt]", "limit", "cursor");
    private static final int MAX_LIMIT = 100;

    private final PostgresOrders orders;

    AdminOrderListResource(PostgresOrders orders) {
        this.orders = orders;
    }

    @GET
    @RolesAllowed(Scopes.ORDERS_READ)
    @Operation(
            operationId = "listOrders",
            summary = "Orders, newest first",
            description = "Without their lines. Filters combine; an unknown parameter is a 400.")
    public Page<OrderSummary> list(
            @QueryParam("status") @Nullable String status,
            @QueryParam("email") @Nullable String email,
            @QueryParam("number") @Nullable String number,
            @QueryParam("created_at[gte]") @Nullable String createdFrom,
            @QueryParam("created_at[lt]") @Nullable String createdBefore,
            @QueryParam("limit") @DefaultValue("20") String limit,
            @QueryParam("cursor") @Nullable String cursor,
            @Context UriInfo uri) {
        uri.getQueryParameters().keySet().stream()
                .filter(name -> !PARAMETERS.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw ApiException.badRequest(
                            "unknown_parameter", "There is no parameter '%s' here.".formatted(Violation.shorten(name)));
                });
        OrderFilter filter = new OrderFilter(
                parse("status", status, AdminOrderListResource::status),
                parse("email", email, AdminOrderListResource::email),
                parse("number", number, Long::valueOf),
                parse("created_at[gte]", createdFrom, Times::instant),
                parse("created_at[lt]", createdBefore, Times::instant),
                OrderFilter.cursor(cursor),
                parse("limit", limit, AdminOrderListResource::limit).orElseThrow());
        List<OrderSummary> rows = orders.list(filter);
        return Page.cut(rows, filter.limit(), OrderFilter::after);
    }

    private static <T> Optional<T> parse(String name, @Nullable String text, Function<String, T> parser) {
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(parser.apply(text));
        } catch (IllegalArgumentException | DateTimeException _) {
            throw ApiException.badRequest(
                    "invalid_parameter", "'%s' does not fit parameter '%s'.".formatted(Violation.shorten(text), name));
        }
    }

    private static OrderStatus status(String text) {
        return Arrays.stream(OrderStatus.values())
                .filter(status -> status.column().equals(text))
                .findFirst()
                .orElseThrow(IllegalArgumentException::new);
    }

    private static String email(String text) {
        return EmailAddress.normalized(text).orElseThrow(() -> new IllegalArgumentException("Not an e-mail address"));
    }

    private static int limit(String text) {
        int limit = Integer.parseInt(text);
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("Not from 1 to 100");
        }
        return limit;
    }
}
