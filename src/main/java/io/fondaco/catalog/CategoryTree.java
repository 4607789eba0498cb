package io.fondaco.catalog;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A snapshot of all categories, indexed by id and by path of names. */
public final class CategoryTree {
    static final int MAX_DEPTH = 10;

    private final Map<UUID, CategoryEntry> byId = new HashMap<>();
    private final Map<List<String>, UUID> byPath = new HashMap<>();
    private final Set<String> slugs = new HashSet<>();

    /** @param parentId null at the root */
    public record CategoryEntry(UUID id, @Nullable UUID parentId, String slug, String name, int position) {}

    CategoryTree(Collection<CategoryEntry> nodes) {
        nodes.forEach(categoryEntry -> byId.put(categoryEntry.id(), categoryEntry));
        nodes.forEach(categoryEntry -> {
            byPath.put(path(categoryEntry.id()), categoryEntry.id());
            slugs.add(categoryEntry.slug());
        });
    }

    /** Names from the root down to this category; empty if it is not in the tree. */
    List<String> path(UUID id) {
        ArrayDeque<String> path = new ArrayDeque<>();
        CategoryEntry categoryEntry = byId.get(id);
        while (categoryEntry != null && path.size() <= MAX_DEPTH) {
            path.addFirst(categoryEntry.name());
            categoryEntry = categoryEntry.parentId() == null ? null : byId.get(categoryEntry.parentId());
        }
        return List.copyOf(path);
    }

    Optional<UUID> find(List<String> path) {
        return Optional.ofNullable(byPath.get(path));
    }

    Optional<CategoryEntry> node(UUID id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** Each category with itself and its ancestors. */
    public Map<CategoryId, Set<CategoryId>> withAncestors() {
        Map<CategoryId, Set<CategoryId>> result = new HashMap<>();
        for (UUID id : byId.keySet()) {
            Set<CategoryId> path = new HashSet<>();
            CategoryEntry categoryEntry = byId.get(id);
            while (categoryEntry != null && path.size() <= MAX_DEPTH) {
                path.add(new CategoryId(categoryEntry.id()));
                categoryEntry = categoryEntry.parentId() == null ? null : byId.get(categoryEntry.parentId());
            }
            result.put(new CategoryId(id), Set.copyOf(path));
        }
        return result;
    }

    /** The children of a category, or of the root for null, in the order of their positions. */
    public List<CategoryEntry> children(@Nullable UUID parent) {
        return byId.values().stream()
                .filter(categoryEntry -> java.util.Objects.equals(categoryEntry.parentId(), parent))
                .sorted(java.util.Comparator.comparingInt(CategoryEntry::position)
                        .thenComparing(CategoryEntry::name)
                        .thenComparing(CategoryEntry::id))
                .toList();
    }

    /** Number of levels from this category down to its lowest descendant, both included; 1 if it is not in the tree. */
    int height(UUID id) {
        int height = 0;
        List<UUID> level = List.of(id);
        while (!level.isEmpty() && height <= MAX_DEPTH) {
            height++;
            Set<UUID> parents = Set.copyOf(level);
            level = byId.values().stream()
                    .filter(categoryEntry ->
                            categoryEntry.parentId() != null && parents.contains(categoryEntry.parentId()))
                    .map(CategoryEntry::id)
                    .toList();
        }
        return height;
    }

    /** Adds the missing nodes of a path and returns them, from the root down. */
    List<CategoryEntry> addMissing(List<String> path, java.util.function.Supplier<UUID> newId) {
        List<CategoryEntry> added = new ArrayList<>();
        @Nullable UUID parent = null;
        for (int depth = 1; depth <= path.size(); depth++) {
            List<String> prefix = List.copyOf(path.subList(0, depth));
            UUID found = byPath.get(prefix);
            if (found == null) {
                CategoryEntry categoryEntry =
                        new CategoryEntry(newId.get(), parent, reserveUniqueSlug(prefix), prefix.getLast(), 0);
                byId.put(categoryEntry.id(), categoryEntry);
                byPath.put(prefix, categoryEntry.id());
                added.add(categoryEntry);
                found = categoryEntry.id();
            }
            parent = found;
        }
        return added;
    }

    /** A slug from the name alone if it is free, else from the name and its ancestors' names, else with a number. */
    String reserveUniqueSlug(List<String> path) {
        for (int from = path.size() - 1; from >= 0; from--) {
            String slug = slugOf(String.join(" ", path.subList(from, path.size())));
            if (slugs.add(slug)) {
                return slug;
            }
        }
        String base = slugOf(String.join(" ", path));
        int number = 2;
        while (!slugs.add(base + "-" + number)) {
            number++;
        }
        return base + "-" + number;
    }

    static String slugOf(String name) {
        String slug = name.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}]+", "-")
                .replaceAll("^-+|-+$", "");
        return slug.isEmpty() ? "category" : slug;
    }
}
