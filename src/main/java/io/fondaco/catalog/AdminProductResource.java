package io.fondaco.catalog;

import io.fondaco.access.Scopes;
import io.fondaco.catalog.CatalogStatements.ProductFilter;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.idempotency.Idempotent;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.platform.web.ApiException;
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
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** Products, for the admin API. */
@Path("/admin/v1/products")
@Tag(name = "Catalogue")
@RetriedReads
@RunOnVirtualThread
class AdminProductResource {
    private static final String SORT = "id";
    private static final Set<String> STATUSES = Set.of("draft", "active", "archived");

    private final ProductAdminService adminService;

    AdminProductResource(ProductAdminService adminService) {
        this.adminService = adminService;
    }

    @GET
    @RolesAllowed(Scopes.CATALOG_READ)
    @Operation(
            operationId = "listAdminProducts",
            summary = "List all products",
            description =
                    "Including drafts and archived products, oldest first; filtered by `status`, `slug` or the `sku` of"
                            + " a variant.")
    public Page<AdminProduct> list(
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit,
            @RestQuery @Nullable String cursor,
            @RestQuery @Size(max = 20) @Nullable String status,
            @RestQuery @Size(max = 300) @Nullable String slug,
            @RestQuery @Size(max = 300) @Nullable String sku) {
        if (status != null && !STATUSES.contains(status)) {
            throw ApiException.badRequest("invalid_status", "A status is draft, active or archived.");
        }
        UUID after = PageCursor.decode(cursor, SORT, 1)
                .map(place -> ProductId.parse(place.keys().getFirst()).value())
                .orElse(new UUID(0, 0));
        return Page.fromRows(
                adminService.listProducts(new ProductFilter(status, slug, sku), after, limit + 1),
                limit,
                row -> PageCursor.of(SORT, row.id().toString()));
    }

    @POST
    @RolesAllowed(Scopes.CATALOG_WRITE)
    @Idempotent
    @Operation(
            operationId = "createProduct",
            summary = "Create a product",
            description =
                    "Optionally with its variants and their prices. A new product is a draft unless another status is"
                            + " given.")
    @APIResponse(
            responseCode = "201",
            description = "The product.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = AdminProduct.class)))
    @APIResponse(responseCode = "409", description = "`slug_taken` or `sku_taken`.")
    public Response create(@NotNull @Valid AdminProduct.ProductInput product) {
        AdminProduct created = adminService.create(product);
        return IfMatch.created(created, created.version());
    }

    @GET
    @Path("/{id}")
    @RolesAllowed(Scopes.CATALOG_READ)
    @Operation(
            operationId = "getAdminProduct",
            summary = "Get a product with all its fields",
            description = "With all variants, whatever its status. The response has the ETag that a change needs as"
                    + " If-Match.")
    @APIResponse(
            responseCode = "200",
            description = "The product.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = AdminProduct.class)))
    public Response get(@RestPath String id) {
        AdminProduct product = adminService.getProduct(ProductId.parse(id));
        return IfMatch.ok(product, product.version());
    }

    @PATCH
    @Path("/{id}")
    @RolesAllowed(Scopes.CATALOG_WRITE)
    @Idempotent
    @Operation(
            operationId = "changeProduct",
            summary = "Change a product",
            description =
                    "Absent fields stay as they are, null clears them. The slug never changes. Variants have their own"
                            + " endpoint.")
    @APIResponse(
            responseCode = "200",
            description = "The changed product.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = AdminProduct.class)))
    @APIResponse(responseCode = "412", description = "`version_mismatch`: it has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public Response change(
            @RestPath String id,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @NotNull @Valid AdminProduct.ProductInput product) {
        AdminProduct changed = adminService.change(ProductId.parse(id), ifMatch, product);
        return IfMatch.ok(changed, changed.version());
    }

    @DELETE
    @Path("/{id}")
    @RolesAllowed(Scopes.CATALOG_WRITE)
    @Operation(
            operationId = "archiveProduct",
            summary = "Archive a product",
            description = "Shoppers no longer see it; orders and the admin API do. Change its status to bring it back.")
    @APIResponse(responseCode = "204", description = "Archived.")
    @APIResponse(responseCode = "412", description = "`version_mismatch`: it has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public void archive(@RestPath String id, @HeaderParam("If-Match") @Nullable String ifMatch) {
        adminService.archive(ProductId.parse(id), ifMatch);
    }
}
