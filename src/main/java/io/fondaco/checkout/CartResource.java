package io.fondaco.checkout;

import io.fondaco.cart.CartId;
import io.fondaco.cart.CartLineId;
import io.fondaco.platform.admission.ExemptFromAdmission;
import io.fondaco.platform.admission.WaitingRoom;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.idempotency.CurrentRepresentation;
import io.fondaco.platform.idempotency.Idempotent;
import io.fondaco.platform.web.Actor;
import io.fondaco.platform.web.BearerToken;
import io.fondaco.totals.CartView;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.PermitAll;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/**
 * Carts over HTTP. A request with a consistency token is read from a replica that has reached the token's position, a
 * request without one from the primary.
 */
@Path("/store/v1/carts")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Carts", description = "A cart is accessed with its cart_token: 'Authorization: Bearer <cart_token>'.")
@SecurityScheme(
        securitySchemeName = CartResource.CART_TOKEN,
        type = SecuritySchemeType.HTTP,
        scheme = "bearer",
        description = "The cart_token of the response that created the cart.")
@PermitAll
@ReadsFrom(Route.REPLICA_WITH_TOKEN)
@RetriedReads
@RunOnVirtualThread
class CartResource {
    static final String CART_TOKEN = "cart_token";

    private final CartService cartService;
    private final CompleteCart completeCart;
    private final Actor actor;

    CartResource(CartService cartService, CompleteCart completeCart, Actor actor) {
        this.cartService = cartService;
        this.completeCart = completeCart;
        this.actor = actor;
    }

    @POST
    @ResponseStatus(201)
    @APIResponseSchema(value = CartView.class, responseCode = "201")
    @Operation(
            operationId = "createCart",
            summary = "Creates a cart",
            description = "422: unknown_sku, not_for_sale, no_price_in_currency, quantity_out_of_range, too_many_lines,"
                    + " unknown_currency.")
    public CartView create(@NotNull @Valid NewCartRequest request) {
        return cartService.create(request);
    }

    @GET
    @Path("/{id}")
    @SecurityRequirement(name = CART_TOKEN)
    @Operation(
            operationId = "getCart",
            summary = "Returns a cart with current prices",
            description = "The token of another cart gets 404, as if the cart did not exist.")
    public CartView get(
            @PathParam("id") String id, @HeaderParam(HttpHeaders.AUTHORIZATION) @Nullable String authorization) {
        return cartService.view(CartId.parse(id), BearerToken.parse(authorization));
    }

    @PATCH
    @Path("/{id}")
    @SecurityRequirement(name = CART_TOKEN)
    @Idempotent(replayedBy = CurrentCart.class)
    @Operation(
            operationId = "updateCart",
            summary = "Changes e-mail, addresses, shipping method, coupons or tax id",
            description = "An existing coupon that does not apply now is reported in the cart's problems. 422:"
                    + " unknown_coupon, unknown_shipping_method, invalid_tax_id. 409: cart_completed,"
                    + " completion_in_progress.")
    public CartView update(
            @PathParam("id") String id,
            @HeaderParam(HttpHeaders.AUTHORIZATION) @Nullable String authorization,
            @NotNull @Valid CartPatch patch) {
        return cartService.update(CartId.parse(id), BearerToken.parse(authorization), patch);
    }

    @POST
    @Path("/{id}/lines")
    @SecurityRequirement(name = CART_TOKEN)
    @Idempotent(replayedBy = CurrentCart.class)
    @Operation(
            operationId = "addCartLine",
            summary = "Adds a line to a cart",
            description = "If the SKU is already in the cart, its quantity is increased.")
    public CartView addLine(
            @PathParam("id") String id,
            @HeaderParam(HttpHeaders.AUTHORIZATION) @Nullable String authorization,
            @NotNull @Valid LineRequest request) {
        return cartService.addLine(CartId.parse(id), BearerToken.parse(authorization), request);
    }

    @PATCH
    @Path("/{id}/lines/{line}")
    @SecurityRequirement(name = CART_TOKEN)
    @Idempotent(replayedBy = CurrentCart.class)
    @Operation(
            operationId = "updateCartLine",
            summary = "Sets the quantity of a line",
            description = "Replaces the quantity (1 to 9999). Returns the whole cart, priced again.")
    public CartView updateLine(
            @PathParam("id") String id,
            @PathParam("line") String line,
            @HeaderParam(HttpHeaders.AUTHORIZATION) @Nullable String authorization,
            @NotNull @Valid QuantityRequest request) {
        return cartService.changeQuantity(
                CartId.parse(id), BearerToken.parse(authorization), CartLineId.parse(line), request.quantity());
    }

    @DELETE
    @Path("/{id}/lines/{line}")
    @SecurityRequirement(name = CART_TOKEN)
    @Idempotent(replayedBy = CurrentCart.class)
    @Operation(
            operationId = "deleteCartLine",
            summary = "Removes a line from a cart",
            description = "The cart remains, even without lines. Returns the whole cart, priced again.")
    public CartView deleteLine(
            @PathParam("id") String id,
            @PathParam("line") String line,
            @HeaderParam(HttpHeaders.AUTHORIZATION) @Nullable String authorization) {
        return cartService.removeLine(CartId.parse(id), BearerToken.parse(authorization), CartLineId.parse(line));
    }

    @GET
    @Path("/{id}/shipping-methods")
    @SecurityRequirement(name = CART_TOKEN)
    @Operation(
            operationId = "listCartShippingMethods",
            summary = "Lists the shipping methods for a cart, cheapest first",
            description = "Without a shipping address, lists only methods that need none. Empty if no line of the cart"
                    + " requires shipping. If no method is chosen, the cheapest method for the address applies. A"
                    + " method may have an `estimate` and a `pickup_location`.")
    public ShippingMethods shippingMethods(
            @PathParam("id") String id, @HeaderParam(HttpHeaders.AUTHORIZATION) @Nullable String authorization) {
        return cartService.shippingMethods(CartId.parse(id), BearerToken.parse(authorization));
    }

    @POST
    @Path("/{id}/complete")
    @SecurityRequirement(name = CART_TOKEN)
    @ExemptFromAdmission
    @APIResponseSchema(value = CompletedOrder.class, responseCode = "201")
    @APIResponse(
            responseCode = "202",
            description = "The order is placed, its payment is pending.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = CompletedOrder.class)))
    @APIResponse(
            responseCode = "402",
            description = "`payment_declined`: the cart is open again and can be paid another way.")
    @APIResponse(
            responseCode = "409",
            description =
                    "`cart_completed`, `completion_in_progress`, `out_of_stock`, `coupon_used_up` or `price_changed`.")
    @Operation(
            operationId = "completeCart",
            summary = "Turns the cart into an order",
            description = "Needs an Idempotency-Key. 201: the order is placed. 202: the order is placed, its payment"
                    + " is pending. 402: payment_declined; the cart is open again. 409: cart_completed,"
                    + " completion_in_progress, out_of_stock (errors name sku, requested and available; 10 means 10 or"
                    + " more), coupon_used_up, price_changed. 422: cart_incomplete. 503: waiting_room, with"
                    + " Retry-After, `place` and `ticket`; tax_unavailable and payment_unavailable, with Retry-After.")
    public RestResponse<String> complete(
            @PathParam("id") String id,
            @HeaderParam(HttpHeaders.AUTHORIZATION) @Nullable String authorization,
            @HeaderParam("Idempotency-Key") @Nullable String idempotencyKey,
            @Parameter(description = "The ticket of a 503 waiting_room response; it keeps the place in the queue.")
                    @HeaderParam(WaitingRoom.TICKET_HEADER)
                    @Nullable
                    String ticket,
            @NotNull @Valid CompleteRequest request) {
        actor.actAs("cart:" + CartId.parse(id));
        return completeCart
                .complete(CartId.parse(id), BearerToken.parse(authorization), idempotencyKey, ticket, request)
                .toRestResponse();
    }

    /** The current cart, which answers a repeated request. */
    @ApplicationScoped
    static class CurrentCart implements CurrentRepresentation {
        private final CartService cartService;

        CurrentCart(CartService cartService) {
            this.cartService = cartService;
        }

        @Override
        public CartView read(UriInfo uri, HttpHeaders headers) {
            CartId id = CartId.parse(uri.getPathParameters().getFirst("id"));
            return cartService.view(id, BearerToken.parse(headers.getHeaderString(HttpHeaders.AUTHORIZATION)));
        }
    }
}
