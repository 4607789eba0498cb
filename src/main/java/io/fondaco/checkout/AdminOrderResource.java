package io.fondaco.checkout;

import io.fondaco.access.Scopes;
import io.fondaco.checkout.OrderActionRequests.CancelRequest;
import io.fondaco.checkout.OrderActionRequests.CaptureRequest;
import io.fondaco.checkout.OrderActionRequests.FulfillmentRequest;
import io.fondaco.checkout.OrderActionRequests.RefundRequest;
import io.fondaco.checkout.OrderActionRequests.ReturnRequest;
import io.fondaco.order.OrderId;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.idempotency.IdempotencyKey;
import io.fondaco.platform.web.ApiException;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** An order's details and verbs. Without a consistency token, details are read from the primary, so that staff see what they just did. */
@Path("/admin/v1/orders/{id}")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Admin orders")
@ReadsFrom(Route.REPLICA_WITH_TOKEN)
@RetriedReads
@RunOnVirtualThread
class AdminOrderResource {
    private static final String KEY = "Idempotency-Key";

    private final OrderService orderService;
    private final OrderPaymentService orderPaymentService;
    private final ResponseJson responseJson;
    private final SecurityIdentity identity;

    AdminOrderResource(
            OrderService desk,
            OrderPaymentService orderPaymentService,
            ResponseJson responseJson,
            SecurityIdentity identity) {
        this.orderService = desk;
        this.orderPaymentService = orderPaymentService;
        this.responseJson = responseJson;
        this.identity = identity;
    }

    @GET
    @RolesAllowed(Scopes.ORDERS_READ)
    @Operation(
            operationId = "getOrder",
            summary = "An order with its payments, refunds, fulfilments and history",
            description = "The history is complete and only ever added to.")
    public RestResponse<AdminOrderView> get(@PathParam("id") String orderId) {
        OrderId id = OrderId.parse(orderId);
        AdminOrderView view = orderService.view(id).orElseThrow(() -> ApiException.notFound("order", id.toString()));
        return RestResponse.ResponseBuilder.ok(view)
                .header(HttpHeaders.ETAG, "\"" + view.order().version() + "\"")
                .build();
    }

    @POST
    @Path("/cancel")
    @RolesAllowed(Scopes.ORDERS_WRITE)
    @APIResponseSchema(value = AdminOrderView.class, responseCode = "200")
    @Operation(
            operationId = "cancelOrder",
            summary = "Cancels an order, or units of it, before they are sent",
            description =
                    "Puts the units back into stock and gives back, or voids, what was paid. Cancelling everything"
                            + " gives shipping back too. Units whose price went back already are taken first, and are not paid"
                            + " back twice. 409: invalid_order_status, already_fulfilled, nothing_left."
                            + " 422: quantity_exceeds_line, unknown_line.")
    public RestResponse<String> cancel(
            @PathParam("id") String orderId,
            @HeaderParam(KEY) @Nullable String key,
            @Valid @Nullable CancelRequest request) {
        OrderId id = OrderId.parse(orderId);
        CancelRequest asked = request == null ? new CancelRequest(null, null) : request;
        return orderPaymentService
                .cancel(id, idempotencyKey(key, id, "cancel", asked), actor(), asked)
                .toRestResponse();
    }

    @POST
    @Path("/capture")
    @RolesAllowed(Scopes.ORDERS_WRITE)
    @APIResponseSchema(value = AdminOrderView.class, responseCode = "200")
    @Operation(
            operationId = "captureOrder",
            summary = "Takes the money that was authorised",
            description = "All that is due: the total less what was cancelled; or less, once: the rest is let go. 409:"
                    + " not_capturable. 422: amount_out_of_range, wrong_currency. 503: payment_outcome_unknown, the provider"
                    + " did not say; try again.")
    public RestResponse<String> capture(
            @PathParam("id") String orderId,
            @HeaderParam(KEY) @Nullable String key,
            @RequestBody(required = false) @Valid @Nullable CaptureRequest request) {
        OrderId id = OrderId.parse(orderId);
        CaptureRequest asked = request == null ? new CaptureRequest(null) : request;
        Object content = asked.amount() == null ? "" : asked;
        return orderPaymentService
                .capture(id, idempotencyKey(key, id, "capture", content), actor(), asked)
                .toRestResponse();
    }

    @POST
    @Path("/refunds")
    @RolesAllowed(Scopes.ORDERS_WRITE)
    @APIResponseSchema(value = AdminOrderView.class, responseCode = "201")
    @Operation(
            operationId = "refundOrder",
            summary = "Gives money back",
            description = "The price of lines, or an amount; never more than was captured and not refunded: 409"
                    + " refund_exceeds_captured. With restock, units that were not sent are taken off what is to be sent, and"
                    + " sent ones count as returned; an order of which nothing is left is then completed, or cancelled if"
                    + " nothing of it was sent. A refund that its provider has not confirmed yet is pending, and is sent"
                    + " again by itself. If it fails, its units can be refunded again.")
    public RestResponse<String> refund(
            @PathParam("id") String orderId,
            @HeaderParam(KEY) @Nullable String key,
            @NotNull @Valid RefundRequest request) {
        OrderId id = OrderId.parse(orderId);
        IdempotencyKey claim = idempotencyKey(key, id, "refunds", request);
        return orderPaymentService
                .sendAndRefresh(id, claim, orderService.refund(id, claim, actor(), request))
                .toRestResponse();
    }

    @POST
    @Path("/fulfillments")
    @RolesAllowed(Scopes.ORDERS_WRITE)
    @APIResponseSchema(value = AdminOrderView.class, responseCode = "201")
    @Operation(
            operationId = "fulfillOrder",
            summary = "Tells that units were sent",
            description =
                    "Units whose price went back are sent only if their lines are named. 409: invalid_order_status,"
                            + " nothing_left. 422: quantity_exceeds_line, unknown_line.")
    public RestResponse<String> fulfill(
            @PathParam("id") String orderId,
            @HeaderParam(KEY) @Nullable String key,
            @Valid @Nullable FulfillmentRequest request) {
        OrderId id = OrderId.parse(orderId);
        FulfillmentRequest asked = request == null ? new FulfillmentRequest(null, null, null, null) : request;
        IdempotencyKey claim = idempotencyKey(key, id, "fulfillments", asked);
        return orderPaymentService
                .sendAndRefresh(id, claim, orderService.fulfill(id, claim, actor(), asked))
                .toRestResponse();
    }

    @POST
    @Path("/returns")
    @RolesAllowed(Scopes.ORDERS_WRITE)
    @APIResponseSchema(value = AdminOrderView.class, responseCode = "201")
    @Operation(
            operationId = "returnOrder",
            summary = "Tells that units came back",
            description =
                    "With refund, their price goes back, unless it did already; with restock, they can be sold again.")
    public RestResponse<String> returnOrder(
            @PathParam("id") String orderId,
            @HeaderParam(KEY) @Nullable String key,
            @NotNull @Valid ReturnRequest request) {
        OrderId id = OrderId.parse(orderId);
        IdempotencyKey claim = idempotencyKey(key, id, "returns", request);
        return orderPaymentService
                .sendAndRefresh(id, claim, orderService.returnUnits(id, claim, actor(), request))
                .toRestResponse();
    }

    private IdempotencyKey idempotencyKey(@Nullable String header, OrderId id, String verb, Object request) {
        return IdempotencyKey.required(
                header,
                "admin:" + actor(),
                "POST /admin/v1/orders/%s/%s".formatted(id, verb),
                responseJson.write(request));
    }

    private String actor() {
        return identity.getPrincipal().getName();
    }
}
