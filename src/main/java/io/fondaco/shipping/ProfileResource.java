package io.fondaco.shipping;

import io.fondaco.access.Scopes;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.platform.web.IfMatch;
import io.fondaco.shipping.ProfileService.NewProfile;
import io.fondaco.shipping.ProfileService.ProfileChange;
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
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** Shipping profiles in the admin API. Without a consistency token they are read from the primary. */
@Path("/admin/v1/shipping-profiles")
@Tag(name = "Shipping")
@ReadsFrom(Route.REPLICA_WITH_TOKEN)
@RetriedReads
@RunOnVirtualThread
class ProfileResource {
    private static final String SORT = "code";

    private final ProfileService profiles;

    ProfileResource(ProfileService profiles) {
        this.profiles = profiles;
    }

    @GET
    @RolesAllowed(Scopes.SHIPPING_READ)
    @Operation(
            operationId = "listShippingProfiles",
            summary = "List shipping profiles",
            description = "In the order of their codes.")
    public Page<ShippingProfile> list(
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit, @RestQuery @Nullable String cursor) {
        String after = PageCursor.decode(cursor, SORT, 1)
                .map(place -> place.keys().getFirst())
                .orElse("");
        return Page.fromRows(
                profiles.listAfter(after, limit + 1), limit, profile -> PageCursor.of(SORT, profile.code()));
    }

    @POST
    @RolesAllowed(Scopes.SHIPPING_WRITE)
    @Operation(
            operationId = "createShippingProfile",
            summary = "Create a shipping profile",
            description = "Products name the profile by its code; the products of a profile are a parcel of their own.")
    @APIResponse(
            responseCode = "201",
            description = "The profile.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ShippingProfile.class)))
    @APIResponse(
            responseCode = "409",
            description = "`profile_exists`; `too_many_profiles`: the shop has 100 profiles.")
    public Response create(@NotNull @Valid NewProfile request) {
        ShippingProfile created = profiles.create(request);
        return IfMatch.created(created, created.version());
    }

    @GET
    @Path("/{code}")
    @RolesAllowed(Scopes.SHIPPING_READ)
    @Operation(
            operationId = "getShippingProfile",
            summary = "Get a shipping profile",
            description = "Changing or deleting the profile needs its ETag.")
    @APIResponse(
            responseCode = "200",
            description = "The profile.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ShippingProfile.class)))
    public Response get(@RestPath String code) {
        ShippingProfile profile = profiles.get(code);
        return IfMatch.ok(profile, profile.version());
    }

    @PATCH
    @Path("/{code}")
    @RolesAllowed(Scopes.SHIPPING_WRITE)
    @Operation(
            operationId = "changeShippingProfile",
            summary = "Change a shipping profile",
            description = "Absent fields keep their values; an empty list removes a restriction.")
    @APIResponse(
            responseCode = "200",
            description = "The changed profile.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ShippingProfile.class)))
    @APIResponse(responseCode = "412", description = "`version_mismatch`: the profile has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public Response change(
            @RestPath String code,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @NotNull @Valid ProfileChange change) {
        ShippingProfile changed = profiles.change(code, ifMatch, change);
        return IfMatch.ok(changed, changed.version());
    }

    @DELETE
    @Path("/{code}")
    @RolesAllowed(Scopes.SHIPPING_WRITE)
    @Operation(
            operationId = "deleteShippingProfile",
            summary = "Delete a shipping profile",
            description = "Its products then have the default profile, as products with an unknown code have.")
    @APIResponse(responseCode = "204", description = "Deleted.")
    @APIResponse(responseCode = "409", description = "`default_profile`; `profile_in_use`: shipping methods name it.")
    @APIResponse(responseCode = "412", description = "`version_mismatch`: the profile has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public void delete(@RestPath String code, @HeaderParam("If-Match") @Nullable String ifMatch) {
        profiles.delete(code, ifMatch);
    }
}
