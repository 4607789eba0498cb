package io.fondaco.catalog;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A stored node of the category tree. */
@Entity
@Table(schema = "catalog", name = "category")
class Category extends PanacheEntityBase {
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

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "updated_at")
    Instant updatedAt;
}
