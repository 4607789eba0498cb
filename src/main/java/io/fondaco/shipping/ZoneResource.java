package io.fondaco.shipping;

import io.fondaco.access.Scopes;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.platform.web.IfMatch;
import io.fondaco.shipping.ZoneService.NewZone;
import io.fondaco.shipping.ZoneService.ZoneChange;
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

/** Shipping zones in the admin API. Without a consistency token they are read from the primary. */
@Path("/admin/v1/shipping-zones")
@Tag(name = "Shipping")
@ReadsFrom(Route.REPLICA_WITH_TOKEN)
@RetriedReads
@RunOnVirtualThread
class ZoneResource {
    private static final String SORT = "id";

    private final ZoneService zones;

    ZoneResource(ZoneService zones) {
        this.zones = zones;
    }

    @GET
    @RolesAllowed(Scopes.SHIPPING_READ)
    @Operation(operationId = "listShippingZones", summary = "List shipping zones", description = "Oldest first.")
    public Page<ShippingZone> list(
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit, @RestQuery @Nullable String cursor) {
        UUID after = PageCursor.decode(cursor, SORT, 1)
                .map(place -> ShippingZoneId.parse(place.keys().getFirst()).value())
                .orElse(new UUID(0, 0));
        return Page.fromRows(
                zones.listAfter(after, limit + 1),
                limit,
                zone -> PageCursor.of(SORT, zone.id().toString()));
    }

    @POST
    @RolesAllowed(Scopes.SHIPPING_WRITE)
    @Operation(
            operationId = "createShippingZone",
            summary = "Create a shipping zone",
            description = "An address is in the zone if each list that is not empty matches it. 422:"
                    + " invalid_postal_code_pattern.")
    @APIResponse(
            responseCode = "201",
            description = "The zone.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ShippingZone.class)))
    @APIResponse(responseCode = "409", description = "`too_many_zones`: the shop has 500 zones.")
    public Response create(@NotNull @Valid NewZone request) {
        ShippingZone created = zones.create(request);
        return IfMatch.created(created, created.version());
    }

    @GET
    @Path("/{id}")
    @RolesAllowed(Scopes.SHIPPING_READ)
    @Operation(
            operationId = "getShippingZone",
            summary = "Get a shipping zone",
            description = "Changing or deleting the zone needs its ETag.")
    @APIResponse(
            responseCode = "200",
            description = "The zone.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ShippingZone.class)))
    public Response get(@RestPath String id) {
        ShippingZone zone = zones.get(ShippingZoneId.parse(id));
        return IfMatch.ok(zone, zone.version());
    }

    @PATCH
    @Path("/{id}")
    @RolesAllowed(Scopes.SHIPPING_WRITE)
    @Operation(
            operationId = "changeShippingZone",
            summary = "Change a shipping zone",
            description = "Absent fields keep their values; an empty list removes a restriction. 422:"
                    + " invalid_postal_code_pattern.")
    @APIResponse(
            responseCode = "200",
            description = "The changed zone.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ShippingZone.class)))
    @APIResponse(responseCode = "412", description = "`version_mismatch`: the zone has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public Response change(
            @RestPath String id, @HeaderParam("If-Match") @Nullable String ifMatch, @NotNull @Valid ZoneChange change) {
        ShippingZone changed = zones.change(ShippingZoneId.parse(id), ifMatch, change);
        return IfMatch.ok(changed, changed.version());
    }

    @DELETE
    @Path("/{id}")
    @RolesAllowed(Scopes.SHIPPING_WRITE)
    @Operation(
            operationId = "deleteShippingZone",
            summary = "Delete a shipping zone",
            description = "Deletes its methods too. Orders keep their shipping method.")
    @APIResponse(responseCode = "204", description = "Deleted.")
    @APIResponse(responseCode = "412", description = "`version_mismatch`: the zone has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public void delete(@RestPath String id, @HeaderParam("If-Match") @Nullable String ifMatch) {
        zones.delete(ShippingZoneId.parse(id), ifMatch);
    }
}
