package io.fondaco.catalog;

import io.fondaco.access.Scopes;
import io.fondaco.catalog.CatalogStatements.VariantFilter;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.idempotency.Idempotent;
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

/** Variants, for the admin API. */
@Path("/admin/v1/variants")
@Tag(name = "Catalogue")
@RetriedReads
@RunOnVirtualThread
class AdminVariantResource {
    private static final String SORT = "id";

    private final ProductAdminService adminService;

    AdminVariantResource(ProductAdminService adminService) {
        this.adminService = adminService;
    }

    @GET
    @RolesAllowed(Scopes.CATALOG_READ)
    @Operation(
            operationId = "listVariants",
            summary = "List variants",
            description = "Oldest first; filtered by `sku` or `product_id`.")
    public Page<AdminProduct.AdminVariant> list(
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit,
            @RestQuery @Nullable String cursor,
            @RestQuery @Size(max = 300) @Nullable String sku,
            @RestQuery("product_id") @Size(max = 100) @Nullable String productId) {
        UUID after = PageCursor.decode(cursor, SORT, 1)
                .map(place -> VariantId.parse(place.keys().getFirst()).value())
                .orElse(new UUID(0, 0));
        UUID product = productId == null ? null : ProductId.parse(productId).value();
        return Page.fromRows(
                adminService.listVariants(new VariantFilter(sku, product), after, limit + 1),
                limit,
                row -> PageCursor.of(SORT, row.id().toString()));
    }

    @POST
    @RolesAllowed(Scopes.CATALOG_WRITE)
    @Idempotent
    @Operation(
            operationId = "createVariant",
            summary = "Add a variant to a product",
            description = "Optionally with its prices.")
    @APIResponse(
            responseCode = "201",
            description = "The variant.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = AdminProduct.AdminVariant.class)))
    @APIResponse(responseCode = "409", description = "`sku_taken`.")
    public Response create(@NotNull @Valid AdminProduct.VariantInput variant) {
        AdminProduct.AdminVariant created = adminService.createVariant(variant);
        return IfMatch.created(created, created.version());
    }

    @GET
    @Path("/{id}")
    @RolesAllowed(Scopes.CATALOG_READ)
    @Operation(
            operationId = "getVariant",
            summary = "Get a variant",
            description =
                    "With its prices in all currencies. The response has the ETag that a change or a deletion needs as"
                            + " If-Match.")
    @APIResponse(
            responseCode = "200",
            description = "The variant.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = AdminProduct.AdminVariant.class)))
    public Response get(@RestPath String id) {
        AdminProduct.AdminVariant variant = adminService.getVariant(VariantId.parse(id));
        return IfMatch.ok(variant, variant.version());
    }

    @PATCH
    @Path("/{id}")
    @RolesAllowed(Scopes.CATALOG_WRITE)
    @Operation(
            operationId = "changeVariant",
            summary = "Change a variant",
            description =
                    "Absent fields stay as they are, null clears them. Prices in other currencies stay as they are.")
    @APIResponse(
            responseCode = "200",
            description = "The changed variant.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = AdminProduct.AdminVariant.class)))
    @APIResponse(responseCode = "412", description = "`version_mismatch`: it has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public Response change(
            @RestPath String id,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @NotNull @Valid AdminProduct.VariantInput variant) {
        AdminProduct.AdminVariant changed = adminService.changeVariant(VariantId.parse(id), ifMatch, variant);
        return IfMatch.ok(changed, changed.version());
    }

    @DELETE
    @Path("/{id}")
    @RolesAllowed(Scopes.CATALOG_WRITE)
    @Operation(
            operationId = "deleteVariant",
            summary = "Delete a variant",
            description = "It is removed from the catalog permanently. Orders keep their own copy of its data.")
    @APIResponse(responseCode = "204", description = "Deleted.")
    @APIResponse(responseCode = "412", description = "`version_mismatch`: it has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public void delete(@RestPath String id, @HeaderParam("If-Match") @Nullable String ifMatch) {
        adminService.deleteVariant(VariantId.parse(id), ifMatch);
    }
}
