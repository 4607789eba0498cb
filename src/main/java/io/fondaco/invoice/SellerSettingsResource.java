package io.fondaco.invoice;

import io.fondaco.access.Scopes;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.web.IfMatch;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Who issues the invoices, in the admin API. */
@Path("/admin/v1/settings/seller")
@Tag(name = "Invoices")
@ReadsFrom(Route.REPLICA_WITH_TOKEN)
@RetriedReads
@RunOnVirtualThread
class SellerSettingsResource {
    private final SellerSettingsService service;

    SellerSettingsResource(SellerSettingsService service) {
        this.service = service;
    }

    @GET
    @RolesAllowed(Scopes.ORDERS_READ)
    @Operation(
            operationId = "getSellerSettings",
            summary = "Get the seller that invoices name",
            description = "Changing the settings needs their ETag.")
    @APIResponse(
            responseCode = "200",
            description = "The settings.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = SellerSettings.class)))
    public Response get() {
        SellerSettings settings = service.get();
        return IfMatch.ok(settings, settings.version());
    }

    @PATCH
    @RolesAllowed(Scopes.ORDERS_WRITE)
    @Operation(
            operationId = "changeSellerSettings",
            summary = "Change the seller that invoices name",
            description = "Absent fields keep their values; `clear` removes the value of a field. Invoices need `name`,"
                    + " `address_lines`, `city` and `country`. Written invoices keep their seller. Taxes depend on"
                    + " the `seller_country` of the settings of taxes, not on this address.")
    @APIResponse(
            responseCode = "200",
            description = "The changed settings.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = SellerSettings.class)))
    @APIResponse(
            responseCode = "412",
            description = "`version_mismatch`: the settings have changed since you read them.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public Response change(
            @HeaderParam("If-Match") @Nullable String ifMatch, @NotNull @Valid SellerSettings.Change change) {
        SellerSettings changed = service.change(ifMatch, change);
        return IfMatch.ok(changed, changed.version());
    }
}
