package io.fondaco.catalog;

import io.fondaco.access.Scopes;
import io.fondaco.platform.cache.CacheInvalidation;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.idempotency.Idempotent;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.IfMatch;
import io.fondaco.platform.web.UnicodeText;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
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
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
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

/**
 * The category tree, node by node, for the admin API. A change locks the whole tree, so that two moves cannot form a
 * cycle.
 */
@Path("/admin/v1/categories")
@Tag(name = "Catalogue")
@RetriedReads
@RunOnVirtualThread
class AdminCategoryResource {
    private static final String SORT = "id";
    private static final String SLUG = "[\\p{Ll}\\p{Lo}\\p{N}][\\p{Ll}\\p{Lo}\\p{Mn}\\p{N}_-]{0,254}";

    private final ProductRepository productRepository;
    private final CacheInvalidation cacheInvalidation;

    AdminCategoryResource(ProductRepository productRepository, CacheInvalidation cacheInvalidation) {
        this.productRepository = productRepository;
        this.cacheInvalidation = cacheInvalidation;
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

        static CategoryView of(Category category) {
            return new CategoryView(
                    new CategoryId(category.id),
                    category.parentId == null ? null : new CategoryId(category.parentId),
                    category.slug,
                    category.name,
                    category.position,
                    category.version,
                    category.createdAt,
                    category.updatedAt);
        }
    }

    /**
     * @param parentId absent: a new category is at the root, an existing one stays where it is
     * @param slug absent: derived from the name of a new category, unchanged for an existing one
     * @param position among its siblings
     * @param root true moves it to the root
     */
    @Schema(name = "CategoryInput")
    record CategoryInput(
            @Nullable CategoryId parentId,
            @Pattern(regexp = SLUG) @Nullable String slug,
            @Size(min = 1, max = 255) @Nullable String name,
            @Min(0) @Max(1_000_000) @Nullable Integer position,
            @Nullable Boolean root) {}

    @GET
    @RolesAllowed(Scopes.CATALOG_READ)
    @Operation(operationId = "listCategories", summary = "List categories", description = "Node by node, oldest first.")
    public Page<CategoryView> list(
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit, @RestQuery @Nullable String cursor) {
        UUID after = PageCursor.decode(cursor, SORT, 1)
                .map(place -> CategoryId.parse(place.keys().getFirst()).value())
                .orElse(new UUID(0, 0));
        List<Category> rows =
                Category.find("id > ?1 order by id", after).range(0, limit).list();
        return Page.fromRows(rows, limit, row -> PageCursor.of(SORT, new CategoryId(row.id).toString()))
                .map(CategoryView::of);
    }

    @POST
    @Transactional
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
        if (input.name() == null || input.name().isBlank()) {
            throw ApiException.invalid("/name", "required", "A category needs a name.");
        }
        CategoryTree tree = lockTree();
        Category category = new Category();
        category.id = TypeId.newUuid();
        category.name = input.name();
        category.parentId = validateParent(tree, category.id, input.parentId());
        category.slug = UnicodeText.normalizeNfc(
                input.slug() == null ? tree.reserveUniqueSlug(List.of(input.name())) : input.slug());
        category.position = input.position() == null ? 0 : input.position();
        category.version = 1;
        category.createdAt = now();
        category.updatedAt = category.createdAt;
        requireUniqueNames(category.id, category.name, category.slug, category.parentId);
        category.persistAndFlush();
        invalidateCache(category);
        return Response.status(201)
                .entity(CategoryView.of(category))
                .tag(IfMatch.etag(category.version))
                .build();
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
        Category category = Category.<Category>findByIdOptional(
                        CategoryId.parse(id).value())
                .orElseThrow(() -> ApiException.notFound("category", id));
        return Response.ok(CategoryView.of(category))
                .tag(IfMatch.etag(category.version))
                .build();
    }

    @PATCH
    @Path("/{id}")
    @Transactional
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
        CategoryTree tree = lockTree();
        Category category = lockCategory(id, ifMatch);
        String name = input.name() == null ? category.name : input.name();
        String slug = input.slug() == null ? category.slug : UnicodeText.normalizeNfc(input.slug());
        UUID parentId = category.parentId;
        if (Boolean.TRUE.equals(input.root())) {
            parentId = null;
        } else if (input.parentId() != null) {
            parentId = validateParent(tree, category.id, input.parentId());
        }
        // Before the entity changes, because these queries flush it.
        requireUniqueNames(category.id, name, slug, parentId);
        category.name = name;
        category.slug = slug;
        category.parentId = parentId;
        if (input.position() != null) {
            category.position = input.position();
        }
        category.updatedAt = now();
        category.persistAndFlush();
        invalidateCache(category);
        return Response.ok(CategoryView.of(category))
                .tag(IfMatch.etag(category.version))
                .build();
    }

    @DELETE
    @Path("/{id}")
    @Transactional
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
        CategoryTree tree = lockTree();
        Category category = lockCategory(id, ifMatch);
        if (!tree.children(category.id).isEmpty()) {
            throw ApiException.conflict(
                    "category_not_empty", "The category has subcategories; move or delete them first.");
        }
        Category.getEntityManager()
                .createNativeQuery("DELETE FROM catalog.product_category WHERE category_id = :id")
                .setParameter("id", category.id)
                .executeUpdate();
        category.delete();
        invalidateCache(category);
    }

    private void invalidateCache(Category category) {
        cacheInvalidation.publish(Set.of(CatalogCacheTags.CATEGORIES, CatalogCacheTags.category(category.id)));
    }

    private CategoryTree lockTree() {
        Category.getEntityManager()
                .createNativeQuery("LOCK TABLE catalog.category IN SHARE ROW EXCLUSIVE MODE")
                .executeUpdate();
        return productRepository.loadCategoryTree();
    }

    private static Category lockCategory(String id, @Nullable String ifMatch) {
        Category category = Category.<Category>findByIdOptional(
                        CategoryId.parse(id).value(), LockModeType.PESSIMISTIC_WRITE)
                .orElseThrow(() -> ApiException.notFound("category", id));
        IfMatch.require(ifMatch, category.version);
        return category;
    }

    private static @Nullable UUID validateParent(CategoryTree tree, UUID category, @Nullable CategoryId parent) {
        if (parent == null) {
            return null;
        }
        UUID ancestor = parent.value();
        if (tree.node(ancestor).isEmpty()) {
            throw ApiException.invalid("/parent_id", "unknown_category", "There is no such category.");
        }
        // The descendants of the category move with it.
        int height = tree.height(category);
        for (int depth = 1; ancestor != null; depth++) {
            if (ancestor.equals(category)) {
                throw ApiException.conflict("category_circle", "A category cannot be its own ancestor.");
            }
            if (depth + height > CategoryTree.MAX_DEPTH) {
                throw ApiException.invalid(
                        "/parent_id", "too_deep", "The tree has at most %d levels.".formatted(CategoryTree.MAX_DEPTH));
            }
            ancestor = tree.node(ancestor)
                    .map(CategoryTree.CategoryEntry::parentId)
                    .orElse(null);
        }
        return parent.value();
    }

    /** Rejects a slug that another category has, and a name that a sibling has. */
    private static void requireUniqueNames(UUID id, String name, String slug, @Nullable UUID parentId) {
        UnicodeText.rejectNul("/name", name);
        if (TypeId.matches(CategoryId.PREFIX, slug)) {
            throw ApiException.invalid("/slug", "invalid_slug", "A slug must not look like a category id.");
        }
        if (Category.count("slug = ?1 and id <> ?2", slug, id) > 0) {
            throw ApiException.conflict("slug_taken", "Another category has this slug.");
        }
        long siblingsWithName = parentId == null
                ? Category.count("name = ?1 and parentId is null and id <> ?2", name, id)
                : Category.count("name = ?1 and parentId = ?2 and id <> ?3", name, parentId, id);
        if (siblingsWithName > 0) {
            throw ApiException.conflict("name_taken", "A sibling category has this name.");
        }
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MICROS);
    }
}
