package io.fondaco.promotion;

import io.fondaco.platform.web.ApiException;
import io.fondaco.promotion.PromotionEntity.PromotionRow;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.LockModeType;
import jakarta.persistence.Table;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.hibernate.exception.ConstraintViolationException;
import org.jspecify.annotations.Nullable;

/**
 * Promotions that are not deleted, for the admin API. Each call is one statement. Every read is a projection: a managed
 * entity would hide what {@link PromotionStatements} or another transaction has written meanwhile. The counters of
 * budgets are read by {@link PromotionStatements}.
 */
@ApplicationScoped
class PromotionRepository implements PanacheRepositoryBase<PromotionEntity, UUID> {
    /** The redemptions of a promotion without a usage limit are counted here, not by checkouts: ADR 9. */
    private static final String SELECT = """
            select p.id, p.code, p.title, p.triggerType, p.kind, p.basisPoints, p.amounts, p.rules,
                   p.minimumSubtotals, p.maximumDiscounts, p.startsAt, p.endsAt, p.usageLimit,
                   p.usageLimitPerCustomer, p.combinable, p.active, p.skus,
                   case when p.usageLimit is null
                        then (select count(*) from RedemptionEntity r where r.promotionId = p.id)
                        else p.used end,
                   p.version, p.createdAt, p.updatedAt
              from PromotionEntity p
             where p.deletedAt is null and\s""";

    private static final String UPDATE = """
            update versioned PromotionEntity
               set title = :title, basisPoints = :basisPoints, amounts = :amounts, rules = :rules,
                   minimumSubtotals = :minimumSubtotals, maximumDiscounts = :maximumDiscounts,
                   startsAt = :startsAt, endsAt = :endsAt,
                   usageLimit = :usageLimit, usageLimitPerCustomer = :usageLimitPerCustomer, combinable = :combinable,
                   active = :active, skus = :skus, updatedAt = instant
             where id = :id""";

    /** The use of a promotion by an order. {@link PromotionStatements} writes it together with the counters. */
    @Entity(name = "RedemptionEntity")
    @Immutable
    @IdClass(RedemptionEntity.RedemptionKey.class)
    @Table(schema = "promotion", name = "redemption")
    static class RedemptionEntity {
        @Id
        @Column(name = "order_id")
        UUID orderId;

        @Id
        @Column(name = "promotion_id")
        UUID promotionId;

        record RedemptionKey(UUID orderId, UUID promotionId) {}
    }

    Optional<PromotionRow> find(PromotionId id) {
        return selectById(id).singleResultOptional();
    }

    /** The promotion, locked until the transaction ends. */
    Optional<PromotionRow> lock(PromotionId id) {
        return selectById(id).withLock(LockModeType.PESSIMISTIC_WRITE).singleResultOptional();
    }

    private PanacheQuery<PromotionRow> selectById(PromotionId id) {
        return find(SELECT + "p.id = :id", Map.of("id", id.value())).project(PromotionRow.class);
    }

    /** The next page of all promotions, or of those with the given code; oldest first. */
    List<PromotionRow> listPage(UUID after, @Nullable String code, int limit) {
        PanacheQuery<PromotionEntity> query = code == null
                ? find(SELECT + "p.id > :after order by p.id", Map.of("after", after))
                : find(SELECT + "p.id > :after and p.code = :code order by p.id", Map.of("after", after, "code", code));
        return query.project(PromotionRow.class).page(0, limit).list();
    }

    /** @throws ApiException 409 {@code code_taken} */
    void insert(Promotion promotion) {
        try {
            persistAndFlush(PromotionEntity.create(promotion));
        } catch (ConstraintViolationException e) {
            throw toCodeTaken(e);
        }
    }

    /**
     * Writes what can be changed of a locked promotion and increments its version.
     *
     * @throws ApiException 409 {@code code_taken}
     */
    void update(Promotion promotion) {
        try {
            getSession()
                    .createMutationQuery(UPDATE)
                    .setParameter("id", promotion.id().value())
                    .setParameter("title", promotion.title())
                    .setParameter("basisPoints", promotion.basisPoints())
                    .setParameter("amounts", promotion.amounts())
                    .setParameter("rules", promotion.toRules())
                    .setParameter("minimumSubtotals", promotion.minimumSubtotals())
                    .setParameter("maximumDiscounts", promotion.maximumDiscounts())
                    .setParameter("startsAt", promotion.startsAt())
                    .setParameter("endsAt", promotion.endsAt())
                    .setParameter("usageLimit", promotion.usageLimit())
                    .setParameter("usageLimitPerCustomer", promotion.usageLimitPerCustomer())
                    .setParameter("combinable", promotion.combinable())
                    .setParameter("active", promotion.active())
                    .setParameter("skus", promotion.skus())
                    .executeUpdate();
        } catch (ConstraintViolationException e) {
            throw toCodeTaken(e);
        }
    }

    private static RuntimeException toCodeTaken(ConstraintViolationException violation) {
        return "promotion_code".equals(violation.getConstraintName())
                ? ApiException.conflict("code_taken", "Another active promotion has this code.")
                : violation;
    }

    /** Number of automatic promotions that are active. */
    long countActiveAutomatic() {
        return count("triggerType = 'automatic' and active = true and deletedAt is null");
    }

    /** Marks a locked promotion as deleted. */
    void markDeleted(PromotionId id) {
        update("update versioned PromotionEntity set deletedAt = instant where id = :id", Map.of("id", id.value()));
    }
}
