package io.fondaco.shipping;

import io.fondaco.access.Scopes;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.platform.web.IfMatch;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** Shipping methods in the admin API. Without a consistency token they are read from the primary. */
@Path("/admin/v1/shipping-zones/{zone}/methods")
@Tag(name = "Shipping")
@ReadsFrom(Route.REPLICA_WITH_TOKEN)
@RetriedReads
@RunOnVirtualThread
class MethodResource {
    private static final String SORT = "id";

    private final MethodService methods;

    MethodResource(MethodService methods) {
        this.methods = methods;
    }

    @GET
    @RolesAllowed(Scopes.SHIPPING_READ)
    @Operation(
            operationId = "listShippingMethods",
            summary = "List the shipping methods of a zone",
            description = "Oldest first.")
    public Page<ShippingMethod> list(
            @RestPath String zone,
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit,
            @RestQuery @Nullable String cursor) {
        UUID after = PageCursor.decode(cursor, SORT, 1)
                .map(place -> ShippingMethodId.parse(place.keys().getFirst()).value())
                .orElse(new UUID(0, 0));
        return Page.fromRows(
                methods.listAfter(ShippingZoneId.parse(zone), after, limit + 1),
                limit,
                method -> PageCursor.of(SORT, method.id().toString()));
    }

    @POST
    @RolesAllowed(Scopes.SHIPPING_WRITE)
    @Operation(
            operationId = "createShippingMethod",
            summary = "Create a shipping method",
            description = "422: duplicate_minimums, wrong_currency, out_of_range, unknown_currency, unknown_profile,"
                    + " unknown_location, unknown_shipping_provider, unknown_time_zone, below_minimum, needs_estimate.")
    @APIResponse(
            responseCode = "201",
            description = "The method.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ShippingMethod.class)))
    @APIResponse(
            responseCode = "409",
            description = "`method_exists`: with this code, currency and profile; `too_many_methods`.")
    public Response create(@RestPath String zone, @NotNull @Valid NewMethod request) {
        ShippingMethod created = methods.create(ShippingZoneId.parse(zone), request);
        return IfMatch.created(created, created.version());
    }

    @GET
    @Path("/{id}")
    @RolesAllowed(Scopes.SHIPPING_READ)
    @Operation(
            operationId = "getShippingMethod",
            summary = "Get a shipping method",
            description = "Changing or deleting the method needs its ETag.")
    @APIResponse(
            responseCode = "200",
            description = "The method.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ShippingMethod.class)))
    public Response get(@RestPath String zone, @RestPath String id) {
        ShippingMethod method = methods.get(ShippingZoneId.parse(zone), ShippingMethodId.parse(id));
        return IfMatch.ok(method, method.version());
    }

    @PATCH
    @Path("/{id}")
    @RolesAllowed(Scopes.SHIPPING_WRITE)
    @Operation(
            operationId = "changeShippingMethod",
            summary = "Change a shipping method",
            description =
                    "Absent fields keep their values; `clear` removes the value of a field. The code, the currency"
                            + " and the profile cannot be changed. 422 as on creation.")
    @APIResponse(
            responseCode = "200",
            description = "The changed method.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ShippingMethod.class)))
    @APIResponse(responseCode = "412", description = "`version_mismatch`: the method has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public Response change(
            @RestPath String zone,
            @RestPath String id,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @NotNull @Valid MethodChange change) {
        ShippingMethod changed =
                methods.change(ShippingZoneId.parse(zone), ShippingMethodId.parse(id), ifMatch, change);
        return IfMatch.ok(changed, changed.version());
    }

    @DELETE
    @Path("/{id}")
    @RolesAllowed(Scopes.SHIPPING_WRITE)
    @Operation(
            operationId = "deleteShippingMethod",
            summary = "Delete a shipping method",
            description = "Methods of less specific zones with its code are offered again. Orders keep their method.")
    @APIResponse(responseCode = "204", description = "Deleted.")
    @APIResponse(responseCode = "412", description = "`version_mismatch`: the method has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public void delete(@RestPath String zone, @RestPath String id, @HeaderParam("If-Match") @Nullable String ifMatch) {
        methods.delete(ShippingZoneId.parse(zone), ShippingMethodId.parse(id), ifMatch);
    }
}
