package io.fondaco.pricing;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The stored {@link PriceList}. {@link PriceListRepository} changes it by statements that increment its version, so
 * this entity is only inserted and queried, and never updated. A deleted list stays, because prices refer
 * to it until a job deletes them.
 */
@Entity
@Table(schema = "pricing", name = "price_list")
class PriceListEntity {
    @Id
    UUID id;

    String name;

    String currency;

    @Column(name = "customer_group")
    @Nullable
    String customerGroup;

    List<String> countries;

    int priority;

    @Column(name = "valid_from")
    @Nullable
    Instant validFrom;

    @Column(name = "valid_until")
    @Nullable
    Instant validUntil;

    @Column(name = "tax_included")
    @Nullable
    Boolean taxIncluded;

    @Version
    long version;

    @Column(name = "created_at", insertable = false)
    Instant createdAt;

    @Column(name = "updated_at", insertable = false)
    Instant updatedAt;

    @Column(name = "deleted_at", insertable = false)
    @Nullable
    Instant deletedAt;

    static PriceListEntity create(PriceList list) {
        PriceListEntity entity = new PriceListEntity();
        entity.id = list.id().value();
        entity.name = list.name();
        entity.currency = list.currency();
        entity.customerGroup = list.customerGroup();
        entity.countries = list.countries();
        entity.priority = list.priority();
        entity.validFrom = list.validFrom();
        entity.validUntil = list.validUntil();
        entity.taxIncluded = list.taxIncluded();
        entity.version = list.version();
        return entity;
    }

    /** The columns of a {@link PriceList}, in the order of {@link PriceListRepository}. */
    record PriceListRow(
            UUID id,
            String name,
            String currency,
            @Nullable String customerGroup,
            List<String> countries,
            int priority,
            @Nullable Instant validFrom,
            @Nullable Instant validUntil,
            @Nullable Boolean taxIncluded,
            long version,
            Instant createdAt,
            Instant updatedAt) {

        PriceList toPriceList() {
            return new PriceList(
                    new PriceListId(id),
                    name,
                    currency,
                    customerGroup,
                    countries,
                    priority,
                    validFrom,
                    validUntil,
                    taxIncluded,
                    version,
                    createdAt,
                    updatedAt);
        }
    }
}
