package io.fondaco.catalog;

import io.fondaco.catalog.CategoryRepository.CategoryContent;
import io.fondaco.catalog.CategoryRepository.CategoryRow;
import io.fondaco.platform.cache.CacheInvalidation;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.IfMatch;
import io.fondaco.platform.web.UnicodeText;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Creates, moves and deletes categories. A change locks the whole tree, so that two moves cannot form a cycle.
 */
@ApplicationScoped
class CategoryService {
    private static final String SLUG = "[\\p{Ll}\\p{Lo}\\p{N}][\\p{Ll}\\p{Lo}\\p{Mn}\\p{N}_-]{0,254}";

    private final CategoryRepository categories;
    private final CatalogStatements statements;
    private final CacheInvalidation cacheInvalidation;

    CategoryService(CategoryRepository categories, CatalogStatements statements, CacheInvalidation cacheInvalidation) {
        this.categories = categories;
        this.statements = statements;
        this.cacheInvalidation = cacheInvalidation;
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

    /** Up to {@code limit} categories after this one, oldest first. */
    List<CategoryRow> listAfter(UUID id, int limit) {
        return categories.listAfter(id, limit);
    }

    /** @throws ApiException 404 */
    CategoryRow get(CategoryId id) {
        return categories.find(id.value()).orElseThrow(() -> notFound(id));
    }

    /** @throws ApiException 409 {@code slug_taken} or {@code name_taken}; 422 for an invalid name, slug or parent */
    @Transactional
    CategoryRow create(CategoryInput input) {
        if (input.name() == null || input.name().isBlank()) {
            throw ApiException.invalid("/name", "required", "A category needs a name.");
        }
        CategoryTree tree = lockTree();
        UUID id = TypeId.newUuid();
        UUID parentId = validateParent(tree, id, input.parentId());
        String slug = UnicodeText.normalizeNfc(
                input.slug() == null ? tree.reserveUniqueSlug(List.of(input.name())) : input.slug());
        int position = input.position() == null ? 0 : input.position();
        CategoryContent content = new CategoryContent(parentId, slug, input.name(), position);
        requireUniqueNames(id, content);
        CategoryRow created = categories.insert(id, content);
        invalidateCache(new CategoryId(id));
        return created;
    }

    /**
     * @throws ApiException 404, 409 {@code category_circle}, {@code slug_taken} or {@code name_taken}, 412 or 428 (see
     *     {@link IfMatch}), 422 for an invalid name, slug or parent
     */
    @Transactional
    CategoryRow change(CategoryId id, @Nullable String ifMatch, CategoryInput input) {
        CategoryTree tree = lockTree();
        CategoryRow category = lock(id, ifMatch);
        UUID parentId = category.parentId();
        if (Boolean.TRUE.equals(input.root())) {
            parentId = null;
        } else if (input.parentId() != null) {
            parentId = validateParent(tree, category.id(), input.parentId());
        }
        CategoryContent content = new CategoryContent(
                parentId,
                input.slug() == null ? category.slug() : UnicodeText.normalizeNfc(input.slug()),
                input.name() == null ? category.name() : input.name(),
                input.position() == null ? category.position() : input.position());
        requireUniqueNames(category.id(), content);
        CategoryRow changed = categories.change(category.id(), content);
        invalidateCache(id);
        return changed;
    }

    /**
     * Deletes a category; its products remain.
     *
     * @throws ApiException 404, 409 {@code category_not_empty}, 412 or 428 (see {@link IfMatch})
     */
    @Transactional
    void delete(CategoryId id, @Nullable String ifMatch) {
        CategoryTree tree = lockTree();
        CategoryRow category = lock(id, ifMatch);
        if (!tree.children(category.id()).isEmpty()) {
            throw ApiException.conflict(
                    "category_not_empty", "The category has subcategories; move or delete them first.");
        }
        statements.deletePlacementsInCategory(category.id());
        categories.remove(category.id());
        invalidateCache(id);
    }

    private CategoryTree lockTree() {
        statements.lockCategories();
        return categories.loadTree();
    }

    private CategoryRow lock(CategoryId id, @Nullable String ifMatch) {
        CategoryRow category = categories.lock(id.value()).orElseThrow(() -> notFound(id));
        IfMatch.require(ifMatch, category.version());
        return category;
    }

    private void invalidateCache(CategoryId category) {
        cacheInvalidation.publish(Set.of(CatalogCacheTags.CATEGORIES, CatalogCacheTags.category(category)));
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
    private void requireUniqueNames(UUID id, CategoryContent content) {
        UnicodeText.rejectNul("/name", content.name());
        if (CategoryId.matches(content.slug())) {
            throw ApiException.invalid("/slug", "invalid_slug", "A slug must not look like a category id.");
        }
        if (categories.isSlugTaken(content.slug(), id)) {
            throw ApiException.conflict("slug_taken", "Another category has this slug.");
        }
        if (categories.isNameTaken(content.parentId(), content.name(), id)) {
            throw ApiException.conflict("name_taken", "A sibling category has this name.");
        }
    }

    private static ApiException notFound(CategoryId id) {
        return ApiException.notFound("category", id.toString());
    }
}
