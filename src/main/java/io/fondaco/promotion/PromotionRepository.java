package io.fondaco.promotion;

import io.fondaco.platform.web.ApiException;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.exception.ConstraintViolationException;
import org.jspecify.annotations.Nullable;

/** Promotions that are not deleted, for the admin API. */
@ApplicationScoped
class PromotionRepository implements PanacheRepositoryBase<PromotionEntity, UUID> {
    /** The redemptions of a promotion without a usage limit are counted: ADR 9. */
    private static final String SELECT = """
            select p, (select count(*) from Redemption r where r.id.promotionId = p.id and p.usageLimit is null)
              from PromotionEntity p where p.deletedAt is null\
            """;

    record CountedPromotion(PromotionEntity promotion, long redemptions) {
        Promotion toPromotion() {
            return promotion.toPromotion(promotion.usageLimit == null ? redemptions : promotion.used);
        }
    }

    Optional<Promotion> find(PromotionId id) {
        return find(SELECT + " and p.id = :id", Map.of("id", id.value()))
                .project(CountedPromotion.class)
                .firstResultOptional()
                .map(CountedPromotion::toPromotion);
    }

    /** The next promotions of all, or of those with the given code; oldest first. */
    List<Promotion> listPage(UUID after, @Nullable String code, int limit) {
        PanacheQuery<PromotionEntity> query = code == null
                ? find(SELECT + " and p.id > :after order by p.id", Map.of("after", after))
                : find(
                        SELECT + " and p.id > :after and p.code = :code order by p.id",
                        Map.of("after", after, "code", code));
        return query.project(CountedPromotion.class).page(0, limit).stream()
                .map(CountedPromotion::toPromotion)
                .toList();
    }

    /**
     * Locks the promotion until the transaction ends.
     *
     * @throws ApiException 404 if there is none
     */
    PromotionEntity lock(PromotionId id) {
        return findByIdOptional(id.value(), LockModeType.PESSIMISTIC_WRITE)
                .filter(promotion -> promotion.deletedAt == null)
                .orElseThrow(() -> ApiException.notFound("promotion", id.toString()));
    }

    long countUses(PromotionEntity promotion) {
        return promotion.usageLimit == null
                ? count("from Redemption r where r.id.promotionId = :promotion", Map.of("promotion", promotion.id))
                : promotion.used;
    }

    /**
     * Writes a new or changed promotion.
     *
     * @throws ApiException 409 {@code code_taken}
     */
    void save(PromotionEntity promotion) {
        try {
            persistAndFlush(promotion);
        } catch (ConstraintViolationException e) {
            if ("promotion_code".equals(e.getConstraintName())) {
                throw ApiException.conflict("code_taken", "Another active promotion has this code.");
            }
            throw e;
        }
    }

    /** Marks the promotion as deleted, by the time of the database. */
    void markDeleted(PromotionEntity promotion) {
        update("update versioned PromotionEntity set deletedAt = instant where id = :id", Map.of("id", promotion.id));
    }
}
