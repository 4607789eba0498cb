package io.fondaco.tax;

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
import jakarta.validation.constraints.Size;
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

/** Tax rates in the admin API. */
@Path("/admin/v1/tax-rates")
@Tag(name = "Taxes")
@ReadsFrom(Route.REPLICA_WITH_TOKEN)
@RetriedReads
@RunOnVirtualThread
class TaxRateResource {
    private static final String SORT = "id";

    private final TaxRateService service;

    TaxRateResource(TaxRateService service) {
        this.service = service;
    }

    @GET
    @RolesAllowed(Scopes.TAXES_READ)
    @Operation(
            operationId = "listTaxRates",
            summary = "List tax rates",
            description = "Oldest first; `country` and `category` select rates. Rates that have ended are listed too.")
    public Page<TaxRate> list(
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit,
            @RestQuery @Nullable String cursor,
            @RestQuery @Size(max = 2) @Nullable String country,
            @RestQuery @Size(max = 40) @Nullable String category) {
        UUID after = PageCursor.decode(cursor, SORT, 1)
                .map(place -> TaxRateId.parse(place.keys().getFirst()).value())
                .orElse(new UUID(0, 0));
        return Page.fromRows(
                service.listPage(after, country, category, limit + 1),
                limit,
                row -> PageCursor.of(SORT, row.id().toString()));
    }

    @POST
    @RolesAllowed(Scopes.TAXES_WRITE)
    @Operation(
            operationId = "createTaxRate",
            summary = "Create a tax rate",
            description = "A rate applies to a country, optionally to a region of it and to postal codes, for one tax "
                    + "category, from `valid_from` until before `valid_until`. Two rates of the same name, place and "
                    + "category must not be valid at the same time (422 `overlapping_rates`).")
    @APIResponse(
            responseCode = "201",
            description = "The tax rate.",
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = TaxRate.class)))
    public Response create(@NotNull @Valid TaxRateDraft request) {
        TaxRate created = service.create(request);
        return IfMatch.created(created, created.version());
    }

    @GET
    @Path("/{id}")
    @RolesAllowed(Scopes.TAXES_READ)
    @Operation(
            operationId = "getTaxRate",
            summary = "Get a tax rate",
            description = "Changing or deleting the tax rate needs its ETag.")
    @APIResponse(
            responseCode = "200",
            description = "The tax rate.",
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = TaxRate.class)))
    public Response get(@RestPath String id) {
        TaxRate rate = service.get(TaxRateId.parse(id));
        return IfMatch.ok(rate, rate.version());
    }

    @PATCH
    @Path("/{id}")
    @RolesAllowed(Scopes.TAXES_WRITE)
    @Operation(
            operationId = "changeTaxRate",
            summary = "Change a tax rate",
            description =
                    "Absent fields keep their values; `clear` removes the value of a field. To change a rate from "
                            + "a moment on, set its `valid_until` and create a rate with this `valid_from`. Orders "
                            + "keep their taxes. 422: overlapping_rates.")
    @APIResponse(
            responseCode = "200",
            description = "The changed tax rate.",
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = TaxRate.class)))
    @APIResponse(responseCode = "412", description = "`version_mismatch`: the rate has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public Response change(
            @RestPath String id,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @NotNull @Valid TaxRate.Change change) {
        TaxRate changed = service.change(TaxRateId.parse(id), ifMatch, change);
        return IfMatch.ok(changed, changed.version());
    }

    @DELETE
    @Path("/{id}")
    @RolesAllowed(Scopes.TAXES_WRITE)
    @Operation(operationId = "deleteTaxRate", summary = "Delete a tax rate", description = "Orders keep their taxes.")
    @APIResponse(responseCode = "204", description = "Deleted.")
    @APIResponse(responseCode = "412", description = "`version_mismatch`: the rate has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public void delete(@RestPath String id, @HeaderParam("If-Match") @Nullable String ifMatch) {
        service.delete(TaxRateId.parse(id), ifMatch);
    }
}
