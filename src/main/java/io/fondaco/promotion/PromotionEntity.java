package io.fondaco.promotion;

import io.fondaco.platform.money.Money;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.annotations.Mutability;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.descriptor.java.Immutability;
import org.jspecify.annotations.Nullable;

/**
 * The stored {@link Promotion}. {@link PromotionRepository} changes it by statements that increment its version, so
 * this entity is only inserted and queried, and never updated. A deleted promotion stays for the orders that used it.
 */
@Entity
@Table(schema = "promotion", name = "promotion")
class PromotionEntity {
    @Id
    UUID id;

    String code;

    String title;

    String kind;

    @Column(name = "basis_points")
    @Nullable
    Integer basisPoints;

    @JdbcTypeCode(SqlTypes.JSON)
    @Mutability(Immutability.class)
    List<Money> amounts;

    @Column(name = "minimum_subtotals")
    @JdbcTypeCode(SqlTypes.JSON)
    @Mutability(Immutability.class)
    List<Money> minimumSubtotals;

    @Column(name = "maximum_discounts")
    @JdbcTypeCode(SqlTypes.JSON)
    @Mutability(Immutability.class)
    List<Money> maximumDiscounts;

    @Column(name = "starts_at")
    @Nullable
    Instant startsAt;

    @Column(name = "ends_at")
    @Nullable
    Instant endsAt;

    @Column(name = "usage_limit")
    @Nullable
    Long usageLimit;

    @Column(name = "usage_limit_per_customer")
    @Nullable
    Integer usageLimitPerCustomer;

    boolean combinable;

    boolean active;

    List<String> skus;

    /** {@link PromotionStatements} counts the redemptions, only if there is a usage limit. */
    @Column(insertable = false)
    long used;

    @Version
    long version;

    @Column(name = "created_at", insertable = false)
    Instant createdAt;

    @Column(name = "updated_at", insertable = false)
    Instant updatedAt;

    @Column(name = "deleted_at", insertable = false)
    @Nullable
    Instant deletedAt;

    /** A new promotion, which is not used yet. */
    static PromotionEntity create(Promotion promotion) {
        PromotionEntity entity = new PromotionEntity();
        entity.id = promotion.id().value();
        entity.code = promotion.code();
        entity.title = promotion.title();
        entity.kind = promotion.kind().column();
        entity.basisPoints = promotion.basisPoints();
        entity.amounts = promotion.amounts();
        entity.minimumSubtotals = promotion.minimumSubtotals();
        entity.maximumDiscounts = promotion.maximumDiscounts();
        entity.startsAt = promotion.startsAt();
        entity.endsAt = promotion.endsAt();
        entity.usageLimit = promotion.usageLimit();
        entity.usageLimitPerCustomer = promotion.usageLimitPerCustomer();
        entity.combinable = promotion.combinable();
        entity.active = promotion.active();
        entity.skus = promotion.skus();
        entity.version = promotion.version();
        return entity;
    }

    /** The columns of a {@link Promotion}, in the order of {@link PromotionRepository}. */
    record PromotionRow(
            UUID id,
            String code,
            String title,
            String kind,
            @Nullable Integer basisPoints,
            List<Money> amounts,
            List<Money> minimumSubtotals,
            List<Money> maximumDiscounts,
            @Nullable Instant startsAt,
            @Nullable Instant endsAt,
            @Nullable Long usageLimit,
            @Nullable Integer usageLimitPerCustomer,
            boolean combinable,
            boolean active,
            List<String> skus,
            long used,
            long version,
            Instant createdAt,
            Instant updatedAt) {

        Promotion toPromotion() {
            return new Promotion(
                    new PromotionId(id),
                    code,
                    title,
                    PromotionKind.ofColumn(kind),
                    basisPoints,
                    amounts,
                    minimumSubtotals,
                    maximumDiscounts,
                    startsAt,
                    endsAt,
                    usageLimit,
                    usageLimitPerCustomer,
                    combinable,
                    active,
                    skus,
                    used,
                    version,
                    createdAt,
                    updatedAt);
        }
    }
}
