package io.fondaco.storefront;

import io.fondaco.catalog.Catalog;
import io.fondaco.catalog.CatalogCacheTags;
import io.fondaco.catalog.CategoryId;
import io.fondaco.catalog.CategoryTree;
import io.fondaco.platform.cache.CacheableResponse;
import io.fondaco.platform.cache.CachedRoute;
import io.fondaco.platform.cache.ResponseCache;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.roles.PodRole;
import io.fondaco.platform.roles.RolePath;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.PermitAll;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The category tree for shoppers, cached as a whole response; one statement on a replica loads it. */
@Path(StoreCategoryResource.PATH)
@Tag(name = "Products")
@PermitAll
@ReadsFrom(value = Route.REPLICA, mayBeStale = true)
@RetriedReads
@RunOnVirtualThread
class StoreCategoryResource {
    static final String PATH = "/store/v1/categories";
    private static final CachedRoute ROUTE = new CachedRoute(PATH, List.of());

    private final Catalog catalog;
    private final ResponseCache cache;

    StoreCategoryResource(Catalog catalog, ResponseCache cache) {
        this.catalog = catalog;
        this.cache = cache;
    }

    /**
     * @param path slugs from the root, joined by a slash
     */
    @Schema(name = "CategoryNode")
    record CategoryNode(CategoryId id, String slug, String name, String path, List<CategoryNode> children) {}

    @Schema(name = "CategoryTree")
    record CategoryTreeView(List<CategoryNode> data) {}

    @Produces
    @Singleton
    static RolePath role() {
        return new RolePath(PodRole.BROWSE, PATH);
    }

    @Produces
    @Singleton
    static CachedRoute categoryRoute() {
        return ROUTE;
    }

    @GET
    @Operation(
            operationId = "getCategories",
            summary = "Get the category tree",
            description = "Returns 304 if If-None-Match has the current ETag.")
    @APIResponse(
            responseCode = "200",
            description = "The tree.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = CategoryTreeView.class)))
    @APIResponse(responseCode = "304", description = "Not modified: the ETag in If-None-Match is current.")
    public Response tree() {
        return cache.getOrLoad(cache.lookUp(ROUTE), this::renderTree).orElseThrow();
    }

    private CacheableResponse renderTree() {
        CategoryTreeView categoryTreeView = new CategoryTreeView(nodes(catalog.categoryTree(), null, ""));
        return CacheableResponse.of(categoryTreeView, Set.of(CatalogCacheTags.CATEGORIES));
    }

    private static List<CategoryNode> nodes(CategoryTree tree, @Nullable UUID parent, String parentPath) {
        return tree.children(parent).stream()
                .map(categoryEntry -> {
                    String path = parentPath.isEmpty() ? categoryEntry.slug() : parentPath + "/" + categoryEntry.slug();
                    return new CategoryNode(
                            new CategoryId(categoryEntry.id()),
                            categoryEntry.slug(),
                            categoryEntry.name(),
                            path,
                            nodes(tree, categoryEntry.id(), path));
                })
                .toList();
    }
}
