package io.fondaco.order;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.BearerToken;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

@Path("/store/v1/orders")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Store orders")
@SecurityScheme(
        securitySchemeName = StoreOrderResource.ORDER_TOKEN,
        type = SecuritySchemeType.HTTP,
        scheme = "bearer",
        description = "The order_token of the response that completed the cart.")
@SecurityRequirement(name = StoreOrderResource.ORDER_TOKEN)
@RetriedReads
@RunOnVirtualThread
class StoreOrderResource {
    static final String ORDER_TOKEN = "order_token";

    private final PostgresOrders orders;

    StoreOrderResource(PostgresOrders orders) {
        this.orders = orders;
    }

    /** A request without a consistency token is read from the primary, because the order may be new. */
    @GET
    @Path("/{id}")
    @PermitAll
    @ReadsFrom(Route.REPLICA_WITH_TOKEN)
    @Operation(
            operationId = "getStoreOrder",
            summary = "Returns an order to its customer",
            description = "Send its order_token as 'Authorization: Bearer <order_token>'. A wrong token gets 404.")
    public RestResponse<StoreOrder> get(
            @PathParam("id") String id, @HeaderParam(HttpHeaders.AUTHORIZATION) @Nullable String authorization) {
        Order order = orders.findByToken(OrderId.parse(id), BearerToken.parse(authorization))
                .orElseThrow(() -> ApiException.notFound("order", id));
        return RestResponse.ResponseBuilder.ok(StoreOrder.of(order))
                .header(HttpHeaders.CACHE_CONTROL, "private, no-store")
                .build();
    }
}
