package io.fondaco.catalog;

import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.database.Route;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The category tree for shoppers: one statement on the replica. */
@Path("/store/v1/categories")
@Tag(name = "Products")
@PermitAll
@ReadsFrom(value = Route.REPLICA, mayBeStale = true)
@RetriedReads
@RunOnVirtualThread
class StoreCategoryResource {
    private final ProductStore store;

    StoreCategoryResource(ProductStore store) {
        this.store = store;
    }

    /**
     * @param path slugs from the root, joined by a slash
     */
    @Schema(name = "CategoryNode")
    record CategoryNode(CategoryId id, String slug, String name, String path, List<CategoryNode> children) {}

    @Schema(name = "CategoryTree")
    record Tree(List<CategoryNode> data) {}

    @GET
    @Operation(operationId = "getCategories", summary = "Look at the category tree")
    public Tree tree() {
        return new Tree(nodes(store.categories(), null, ""));
    }

    private static List<CategoryNode> nodes(CategoryTree tree, @Nullable UUID parent, String above) {
        return tree.children(parent).stream()
                .map(node -> {
                    String path = above.isEmpty() ? node.slug() : above + "/" + node.slug();
                    return new CategoryNode(
                            new CategoryId(node.id()), node.slug(), node.name(), path, nodes(tree, node.id(), path));
                })
                .toList();
    }
}
