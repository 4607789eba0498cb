package io.fondaco.tax;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;

/**
 * The stored {@link TaxCategory}. {@link TaxCategoryService} changes it by statements that increment its version, so
 * this entity is only inserted and queried.
 */
@Entity
@Table(schema = "tax", name = "category")
class TaxCategoryEntity {
    @Id
    String code;

    String name;

    @Column(name = "built_in", insertable = false)
    boolean builtIn;

    @Version
    long version;

    @Column(name = "created_at", insertable = false)
    Instant createdAt;

    @Column(name = "updated_at", insertable = false)
    Instant updatedAt;

    static TaxCategoryEntity create(TaxCategory.Draft draft) {
        TaxCategoryEntity entity = new TaxCategoryEntity();
        entity.code = draft.code();
        entity.name = draft.name();
        entity.version = 1;
        return entity;
    }
}
