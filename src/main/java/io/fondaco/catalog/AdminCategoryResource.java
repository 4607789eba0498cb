package io.fondaco.catalog;

import io.fondaco.access.Scopes;
import io.fondaco.catalog.CategoryRepository.CategoryRow;
import io.fondaco.catalog.CategoryService.CategoryInput;
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
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** The category tree, node by node, for the admin API. */
@Path("/admin/v1/categories")
@Tag(name = "Catalogue")
@RetriedReads
@RunOnVirtualThread
class AdminCategoryResource {
    private static final String SORT = "id";

    private final CategoryService categories;

    AdminCategoryResource(CategoryService categories) {
        this.categories = categories;
    }

    @Schema(name = "AdminCategory")
    record CategoryView(
            CategoryId id,
            @Nullable CategoryId parentId,
            String slug,
            String name,
            int position,
            long version,
            Instant createdAt,
            Instant updatedAt) {

        static CategoryView of(CategoryRow category) {
            return new CategoryView(
                    new CategoryId(category.id()),
                    category.parentId() == null ? null : new CategoryId(category.parentId()),
                    category.slug(),
                    category.name(),
                    category.position(),
                    category.version(),
                    category.createdAt(),
                    category.updatedAt());
        }
    }

    @GET
    @RolesAllowed(Scopes.CATALOG_READ)
    @Operation(operationId = "listCategories", summary = "List categories", description = "Node by node, oldest first.")
    public Page<CategoryView> list(
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit, @RestQuery @Nullable String cursor) {
        UUID after = PageCursor.decode(cursor, SORT, 1)
                .map(place -> CategoryId.parse(place.keys().getFirst()).value())
                .orElse(new UUID(0, 0));
        return Page.fromRows(
                        categories.listAfter(after, limit + 1),
                        limit,
                        row -> PageCursor.of(SORT, new CategoryId(row.id()).toString()))
                .map(CategoryView::of);
    }

    @POST
    @RolesAllowed(Scopes.CATALOG_WRITE)
    @Idempotent
    @Operation(
            operationId = "createCategory",
            summary = "Create a category",
            description = "Under `parent_id`, or at the root without one. Without a slug it gets one from its name.")
    @APIResponse(
            responseCode = "201",
            description = "The category.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = CategoryView.class)))
    @APIResponse(responseCode = "409", description = "`slug_taken` or `name_taken` (among its siblings).")
    public Response create(@NotNull @Valid CategoryInput input) {
        CategoryRow created = categories.create(input);
        return IfMatch.created(CategoryView.of(created), created.version());
    }

    @GET
    @Path("/{id}")
    @RolesAllowed(Scopes.CATALOG_READ)
    @Operation(
            operationId = "getCategory",
            summary = "Get a category",
            description = "The response has the ETag that a change or a deletion needs as If-Match.")
    @APIResponse(
            responseCode = "200",
            description = "The category.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = CategoryView.class)))
    public Response get(@RestPath String id) {
        return withETag(categories.get(CategoryId.parse(id)));
    }

    @PATCH
    @Path("/{id}")
    @RolesAllowed(Scopes.CATALOG_WRITE)
    @Operation(
            operationId = "changeCategory",
            summary = "Change or move a category",
            description = "`parent_id` moves it with its descendants, `root` moves it to the root.")
    @APIResponse(
            responseCode = "200",
            description = "The changed category.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = CategoryView.class)))
    @APIResponse(responseCode = "409", description = "`category_circle`, `slug_taken` or `name_taken`.")
    @APIResponse(responseCode = "412", description = "`version_mismatch`: it has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public Response change(
            @RestPath String id,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @NotNull @Valid CategoryInput input) {
        return withETag(categories.change(CategoryId.parse(id), ifMatch, input));
    }

    @DELETE
    @Path("/{id}")
    @RolesAllowed(Scopes.CATALOG_WRITE)
    @Operation(
            operationId = "deleteCategory",
            summary = "Delete a category",
            description = "Its products remain. A category with subcategories cannot be deleted.")
    @APIResponse(responseCode = "204", description = "Deleted.")
    @APIResponse(responseCode = "409", description = "`category_not_empty`: it has subcategories.")
    @APIResponse(responseCode = "412", description = "`version_mismatch`: it has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public void delete(@RestPath String id, @HeaderParam("If-Match") @Nullable String ifMatch) {
        categories.delete(CategoryId.parse(id), ifMatch);
    }

    private static Response withETag(CategoryRow category) {
        return IfMatch.ok(CategoryView.of(category), category.version());
    }
}
