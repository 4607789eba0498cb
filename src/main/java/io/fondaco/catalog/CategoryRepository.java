package io.fondaco.catalog;

import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.LockModeType;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.annotations.Generated;
import org.jspecify.annotations.Nullable;

/**
 * The categories in Postgres. Every read is a projection and every change a statement: a managed entity would hide what
 * another statement of the transaction has written.
 */
@ApplicationScoped
class CategoryRepository implements PanacheRepositoryBase<CategoryRepository.CategoryEntity, UUID> {
    private static final String SELECT =
            "select id, parentId, slug, name, position, version, createdAt, updatedAt from CategoryEntity where ";

    /** A stored node of the category tree; it is only inserted and queried. */
    @Entity(name = "CategoryEntity")
    @Table(schema = "catalog", name = "category")
    static class CategoryEntity {
        @Id
        UUID id;

        @Column(name = "parent_id")
        @Nullable
        UUID parentId;

        String slug;

        String name;

        int position;

        @Version
        long version;

        @Generated
        @Column(name = "created_at")
        Instant createdAt;

        @Generated
        @Column(name = "updated_at")
        Instant updatedAt;

        static CategoryEntity create(UUID id, CategoryContent content) {
            CategoryEntity category = new CategoryEntity();
            category.id = id;
            category.parentId = content.parentId();
            category.slug = content.slug();
            category.name = content.name();
            category.position = content.position();
            category.version = 1;
            return category;
        }

        CategoryRow toRow() {
            return new CategoryRow(id, parentId, slug, name, position, version, createdAt, updatedAt);
        }
    }

    /** The columns of a category, in the order of the queries. */
    record CategoryRow(
            UUID id,
            @Nullable UUID parentId,
            String slug,
            String name,
            int position,
            long version,
            Instant createdAt,
            Instant updatedAt) {}

    /** What a client can change in a category. */
    record CategoryContent(@Nullable UUID parentId, String slug, String name, int position) {}

    /** Up to {@code limit} categories after this one, oldest first. */
    List<CategoryRow> listAfter(UUID id, int limit) {
        return select("id > :after order by id", Map.of("after", id))
                .range(0, limit - 1)
                .list();
    }

    Optional<CategoryRow> find(UUID id) {
        return select("id = :id", Map.of("id", id)).singleResultOptional();
    }

    /** The category, locked until the transaction ends. */
    Optional<CategoryRow> lock(UUID id) {
        return select("id = :id", Map.of("id", id))
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .singleResultOptional();
    }

    Optional<CategoryRow> findBySlug(String slug) {
        return select("slug = :slug", Map.of("slug", slug)).singleResultOptional();
    }

    CategoryTree loadTree() {
        return new CategoryTree(find("select id, parentId, slug, name, position from CategoryEntity")
                .project(CategoryTree.CategoryEntry.class)
                .list());
    }

    /** Whether a category other than this one has the slug. */
    boolean isSlugTaken(String slug, UUID id) {
        return count("from CategoryEntity where slug = :slug and id <> :id", Map.of("slug", slug, "id", id)) > 0;
    }

    /**
     * Whether a child of the parent, other than this category, has the name.
     *
     * @param parentId null for the root
     */
    boolean isNameTaken(@Nullable UUID parentId, String name, UUID id) {
        long siblings = parentId == null
                ? count(
                        "from CategoryEntity where name = :name and parentId is null and id <> :id",
                        Map.of("name", name, "id", id))
                : count(
                        "from CategoryEntity where name = :name and parentId = :parentId and id <> :id",
                        Map.of("name", name, "parentId", parentId, "id", id));
        return siblings > 0;
    }

    CategoryRow insert(UUID id, CategoryContent content) {
        CategoryEntity category = CategoryEntity.create(id, content);
        persistAndFlush(category);
        return category.toRow();
    }

    /** Changes a category and increments its version. */
    CategoryRow change(UUID id, CategoryContent content) {
        Map<String, @Nullable Object> parameters = new HashMap<>();
        parameters.put("id", id);
        parameters.put("parentId", content.parentId());
        parameters.put("slug", content.slug());
        parameters.put("name", content.name());
        parameters.put("position", content.position());
        update("""
                update versioned CategoryEntity
                   set parentId = :parentId, slug = :slug, name = :name, position = :position, updatedAt = instant
                 where id = :id
                """, parameters);
        return find(id).orElseThrow();
    }

    void remove(UUID id) {
        delete("delete from CategoryEntity where id = :id", Map.of("id", id));
    }

    private PanacheQuery<CategoryRow> select(String condition, Map<String, Object> parameters) {
        return find(SELECT + condition, parameters).project(CategoryRow.class);
    }
}
