package io.fondaco.tax;

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

/** The settings of taxes in the admin API. */
@Path("/admin/v1/settings/tax")
@Tag(name = "Taxes")
@ReadsFrom(Route.REPLICA_WITH_TOKEN)
@RetriedReads
@RunOnVirtualThread
class TaxSettingsResource {
    private final TaxSettingsService service;

    TaxSettingsResource(TaxSettingsService service) {
        this.service = service;
    }

    @GET
    @RolesAllowed(Scopes.TAXES_READ)
    @Operation(
            operationId = "getTaxSettings",
            summary = "Get the settings of taxes",
            description = "Changing the settings needs their ETag.")
    @APIResponse(
            responseCode = "200",
            description = "The settings.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = TaxSettings.class)))
    public Response get() {
        TaxSettings settings = service.get();
        return IfMatch.ok(settings, settings.version());
    }

    @PATCH
    @RolesAllowed(Scopes.TAXES_WRITE)
    @Operation(
            operationId = "changeTaxSettings",
            summary = "Change the settings of taxes",
            description = "Absent fields keep their values; `clear` removes the value of a field. Without a "
                    + "`seller_country` the other places of the seller are removed too. Open carts are taxed by the "
                    + "new settings; orders keep their taxes.")
    @APIResponse(
            responseCode = "200",
            description = "The changed settings.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = TaxSettings.class)))
    @APIResponse(
            responseCode = "412",
            description = "`version_mismatch`: the settings have changed since you read them.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public Response change(
            @HeaderParam("If-Match") @Nullable String ifMatch, @NotNull @Valid TaxSettings.Change change) {
        TaxSettings changed = service.change(ifMatch, change);
        return IfMatch.ok(changed, changed.version());
    }
}
