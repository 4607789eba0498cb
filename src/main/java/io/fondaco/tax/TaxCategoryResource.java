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
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** Tax categories in the admin API. */
@Path("/admin/v1/tax-categories")
@Tag(name = "Taxes")
@ReadsFrom(Route.REPLICA_WITH_TOKEN)
@RetriedReads
@RunOnVirtualThread
class TaxCategoryResource {
    private static final String SORT = "code";

    private final TaxCategoryService service;

    TaxCategoryResource(TaxCategoryService service) {
        this.service = service;
    }

    @GET
    @RolesAllowed(Scopes.TAXES_READ)
    @Operation(operationId = "listTaxCategories", summary = "List tax categories", description = "By code.")
    public Page<TaxCategory> list(
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit, @RestQuery @Nullable String cursor) {
        String after = PageCursor.decode(cursor, SORT, 1)
                .map(place -> place.keys().getFirst())
                .orElse("");
        return Page.fromRows(service.listPage(after, limit + 1), limit, row -> PageCursor.of(SORT, row.code()));
    }

    @POST
    @RolesAllowed(Scopes.TAXES_WRITE)
    @Operation(
            operationId = "createTaxCategory",
            summary = "Create a tax category",
            description = "Products that name it are taxed by its rates, and where it has none by those of `standard`.")
    @APIResponse(
            responseCode = "201",
            description = "The tax category.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = TaxCategory.class)))
    @APIResponse(responseCode = "409", description = "`code_taken`: another tax category has this code.")
    public Response create(@NotNull @Valid TaxCategory.Draft request) {
        TaxCategory created = service.create(request);
        return IfMatch.created(created, created.version());
    }

    @GET
    @Path("/{code}")
    @RolesAllowed(Scopes.TAXES_READ)
    @Operation(
            operationId = "getTaxCategory",
            summary = "Get a tax category",
            description = "Changing or deleting the tax category needs its ETag.")
    @APIResponse(
            responseCode = "200",
            description = "The tax category.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = TaxCategory.class)))
    public Response get(@RestPath @Size(max = 40) String code) {
        TaxCategory category = service.get(code);
        return IfMatch.ok(category, category.version());
    }

    @PATCH
    @Path("/{code}")
    @RolesAllowed(Scopes.TAXES_WRITE)
    @Operation(
            operationId = "changeTaxCategory",
            summary = "Rename a tax category",
            description = "The code cannot be changed.")
    @APIResponse(
            responseCode = "200",
            description = "The changed tax category.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = TaxCategory.class)))
    @APIResponse(responseCode = "412", description = "`version_mismatch`: the category has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public Response change(
            @RestPath @Size(max = 40) String code,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @NotNull @Valid TaxCategory.Change change) {
        TaxCategory changed = service.change(code, ifMatch, change);
        return IfMatch.ok(changed, changed.version());
    }

    @DELETE
    @Path("/{code}")
    @RolesAllowed(Scopes.TAXES_WRITE)
    @Operation(
            operationId = "deleteTaxCategory",
            summary = "Delete a tax category",
            description = "Products that name it are then taxed by the rates of `standard`.")
    @APIResponse(responseCode = "204", description = "Deleted.")
    @APIResponse(
            responseCode = "409",
            description = "`category_in_use`: a tax rate or the settings of taxes use it; `built_in_category`: it "
                    + "exists from the start and stays.")
    @APIResponse(responseCode = "412", description = "`version_mismatch`: the category has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public void delete(@RestPath @Size(max = 40) String code, @HeaderParam("If-Match") @Nullable String ifMatch) {
        service.delete(code, ifMatch);
    }
}
