package io.fondaco.ordermanagement;

import io.fondaco.access.Scopes;
import io.fondaco.checkout.ReplayableResponse;
import io.fondaco.checkout.ResponseJson;
import io.fondaco.order.OrderId;
import io.fondaco.ordermanagement.OrderActionRequests.CancelRequest;
import io.fondaco.ordermanagement.OrderActionRequests.CaptureRequest;
import io.fondaco.ordermanagement.OrderActionRequests.FulfillmentRequest;
import io.fondaco.ordermanagement.OrderActionRequests.RefundRequest;
import io.fondaco.ordermanagement.OrderActionRequests.ReturnRequest;
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

/**
 * One order and the actions on it. Without a consistency token the order is read from the primary, so that staff see
 * their own changes.
 */
@Path("/admin/v1/orders/{id}")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Admin orders")
@ReadsFrom(Route.REPLICA_WITH_TOKEN)
@RetriedReads
@RunOnVirtualThread
class AdminOrderResource {
    private static final String IDEMPOTENCY_KEY_HEADER = "Idempotency-Key";

    private final OrderService orderService;
    private final OrderPaymentService orderPaymentService;
    private final ResponseJson responseJson;
    private final SecurityIdentity identity;

    AdminOrderResource(
            OrderService orderService,
            OrderPaymentService orderPaymentService,
            ResponseJson responseJson,
            SecurityIdentity identity) {
        this.orderService = orderService;
        this.orderPaymentService = orderPaymentService;
        this.responseJson = responseJson;
        this.identity = identity;
    }

    @GET
    @RolesAllowed(Scopes.ORDERS_READ)
    @Operation(
            operationId = "getOrder",
            summary = "Returns an order with its payments, refunds, fulfillments and history",
            description = "The history is complete and append-only.")
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
                    "Restocks the units and refunds or voids the payment. Cancelling the whole order refunds shipping"
                            + " too. Units that are already refunded are cancelled first and are not refunded twice."
                            + " 409: invalid_order_status, already_fulfilled, nothing_left."
                            + " 422: quantity_exceeds_line, unknown_line.")
    public RestResponse<String> cancel(
            @PathParam("id") String orderId,
            @HeaderParam(IDEMPOTENCY_KEY_HEADER) @Nullable String key,
            @Valid @Nullable CancelRequest request) {
        CancelRequest body = request == null ? new CancelRequest(null, null) : request;
        return execute(
                orderId,
                key,
                "cancel",
                body,
                (id, idempotencyKey, actor) -> orderPaymentService.cancel(id, idempotencyKey, actor, body));
    }

    @POST
    @Path("/capture")
    @RolesAllowed(Scopes.ORDERS_WRITE)
    @APIResponseSchema(value = AdminOrderView.class, responseCode = "200")
    @Operation(
            operationId = "captureOrder",
            summary = "Captures the authorized payment",
            description = "Captures the total less the cancelled amount by default. A smaller amount can be"
                    + " captured once; the rest of the authorization is released. 409: not_capturable. 422:"
                    + " amount_out_of_range, wrong_currency. 503: payment_outcome_unknown, the provider did"
                    + " not return a result; try again.")
    public RestResponse<String> capture(
            @PathParam("id") String orderId,
            @HeaderParam(IDEMPOTENCY_KEY_HEADER) @Nullable String key,
            @RequestBody(required = false) @Valid @Nullable CaptureRequest request) {
        CaptureRequest body = request == null ? new CaptureRequest(null) : request;
        Object content = body.amount() == null ? "" : body;
        return execute(
                orderId,
                key,
                "capture",
                content,
                (id, idempotencyKey, actor) -> orderPaymentService.capture(id, idempotencyKey, actor, body));
    }

    @POST
    @Path("/refunds")
    @RolesAllowed(Scopes.ORDERS_WRITE)
    @APIResponseSchema(value = AdminOrderView.class, responseCode = "201")
    @Operation(
            operationId = "refundOrder",
            summary = "Refunds lines or an amount",
            description = "Refunds the price of lines, or an amount, up to the captured amount that is not"
                    + " refunded yet: 409 refund_exceeds_captured. With restock, unsent units are cancelled"
                    + " and sent units count as returned. An order without open units is then completed, or"
                    + " cancelled if none of its units was sent and all of its money went back. A refund that"
                    + " the provider has not confirmed yet is pending and is retried automatically. If it"
                    + " fails, its units can be refunded again.")
    public RestResponse<String> refund(
            @PathParam("id") String orderId,
            @HeaderParam(IDEMPOTENCY_KEY_HEADER) @Nullable String key,
            @NotNull @Valid RefundRequest request) {
        return execute(
                orderId,
                key,
                "refunds",
                request,
                (id, idempotencyKey, actor) -> orderPaymentService.refund(id, idempotencyKey, actor, request));
    }

    @POST
    @Path("/fulfillments")
    @RolesAllowed(Scopes.ORDERS_WRITE)
    @APIResponseSchema(value = AdminOrderView.class, responseCode = "201")
    @Operation(
            operationId = "fulfillOrder",
            summary = "Records that units were sent",
            description = "Refunded units are included only if their lines are named. With a label, its units are"
                    + " sent, and its carrier and tracking recorded. 409: invalid_order_status, nothing_left,"
                    + " label_not_purchased, label_used. 422: quantity_exceeds_line, unknown_line, unknown_label,"
                    + " label_has_tracking.")
    public RestResponse<String> fulfill(
            @PathParam("id") String orderId,
            @HeaderParam(IDEMPOTENCY_KEY_HEADER) @Nullable String key,
            @Valid @Nullable FulfillmentRequest request) {
        FulfillmentRequest body = request == null ? FulfillmentRequest.EVERYTHING : request;
        return execute(
                orderId,
                key,
                "fulfillments",
                body,
                (id, idempotencyKey, actor) -> orderPaymentService.fulfill(id, idempotencyKey, actor, body));
    }

    @POST
    @Path("/returns")
    @RolesAllowed(Scopes.ORDERS_WRITE)
    @APIResponseSchema(value = AdminOrderView.class, responseCode = "201")
    @Operation(
            operationId = "returnOrder",
            summary = "Records that units were returned",
            description = "With refund, units that are not refunded yet are refunded; with restock, they are"
                    + " available for sale.")
    public RestResponse<String> returnOrder(
            @PathParam("id") String orderId,
            @HeaderParam(IDEMPOTENCY_KEY_HEADER) @Nullable String key,
            @NotNull @Valid ReturnRequest request) {
        return execute(
                orderId,
                key,
                "returns",
                request,
                (id, idempotencyKey, actor) -> orderPaymentService.returnUnits(id, idempotencyKey, actor, request));
    }

    private interface OrderAction {
        ReplayableResponse execute(OrderId id, IdempotencyKey key, String actor);
    }

    /** @param content the request's content, for its fingerprint */
    private RestResponse<String> execute(
            String orderId, @Nullable String keyHeader, String path, Object content, OrderAction action) {
        OrderId id = OrderId.parse(orderId);
        String actor = identity.getPrincipal().getName();
        IdempotencyKey key = IdempotencyKey.required(
                keyHeader,
                "admin:" + actor,
                "POST /admin/v1/orders/%s/%s".formatted(id, path),
                responseJson.write(content));
        return action.execute(id, key, actor).toRestResponse();
    }
}
