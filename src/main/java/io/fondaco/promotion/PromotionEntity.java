package io.fondaco.promotion;

import io.fondaco.platform.money.Money;
import io.fondaco.promotion.Promotion.Rules;
import io.fondaco.promotion.Promotion.Stacking;
import io.fondaco.promotion.Promotion.Trigger;
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

    @Nullable
    String code;

    String title;

    @Column(name = "trigger_type")
    String triggerType;

    String kind;

    @Column(name = "basis_points")
    @Nullable
    Integer basisPoints;

    @JdbcTypeCode(SqlTypes.JSON)
    @Mutability(Immutability.class)
    List<Money> amounts;

    @JdbcTypeCode(SqlTypes.JSON)
    @Mutability(Immutability.class)
    Rules rules;

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
        entity.triggerType = promotion.trigger().column();
        entity.kind = promotion.kind().column();
        entity.basisPoints = promotion.basisPoints();
        entity.amounts = promotion.amounts();
        entity.rules = promotion.toRules();
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
            @Nullable String code,
            String title,
            String triggerType,
            String kind,
            @Nullable Integer basisPoints,
            List<Money> amounts,
            Rules rules,
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

        /** @param budgetsUsed what orders have used of each budget */
        Promotion toPromotion(List<Money> budgetsUsed) {
            PromotionKind promotionKind = PromotionKind.ofColumn(kind);
            return new Promotion(
                    new PromotionId(id),
                    code,
                    title,
                    title,
                    Trigger.ofColumn(triggerType),
                    promotionKind,
                    basisPoints,
                    amounts,
                    rules.action() == null
                            ? PromotionAction.simple(promotionKind, basisPoints, amounts)
                            : rules.action(),
                    rules.conditions(),
                    minimumSubtotals,
                    maximumDiscounts,
                    startsAt,
                    endsAt,
                    usageLimit,
                    usageLimitPerCustomer,
                    rules.usageLimitPerOrder(),
                    rules.budgets(),
                    budgetsUsed,
                    rules.priority(),
                    Stacking.of(combinable),
                    rules.group(),
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
