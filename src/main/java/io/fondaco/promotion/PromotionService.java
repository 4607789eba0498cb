package io.fondaco.promotion;

import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.IfMatch;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The staff's actions on promotions. Each change is one transaction that locks the promotion first. */
@ApplicationScoped
class PromotionService {
    private final PromotionRepository repository;
    private final PromotionValidator validator;

    PromotionService(PromotionRepository repository, PromotionValidator validator) {
        this.repository = repository;
        this.validator = validator;
    }

    /** @param code as a customer may enter it; null for all promotions */
    List<Promotion> listPage(UUID after, @Nullable String code, int limit) {
        String normalizedCode = code == null ? null : Promotions.normalizeCode(code);
        if (normalizedCode != null && !Promotions.isValidCode(normalizedCode)) {
            return List.of();
        }
        return repository.listPage(after, normalizedCode, limit);
    }

    /** @throws ApiException 404 if there is none */
    Promotion get(PromotionId id) {
        return repository.find(id).orElseThrow(() -> ApiException.notFound("promotion", id.toString()));
    }

    /** @throws ApiException 422 with all violations; 409 {@code code_taken} */
    @Transactional
    Promotion create(NewPromotion request) {
        PromotionEntity promotion = PromotionEntity.create(request);
        validator.validate(promotion.toPromotion(0));
        repository.save(promotion);
        return promotion.toPromotion(0);
    }

    /**
     * @param ifMatch as sent
     * @throws ApiException 404 if there is none; 412, 428 as {@link IfMatch#require}; 422 with all violations, or
     *     {@code usage_limit_fixed}, {@code usage_limit_below_used}; 409 {@code code_taken}
     */
    @Transactional
    Promotion change(PromotionId id, @Nullable String ifMatch, PromotionChange change) {
        PromotionEntity promotion = lock(id, ifMatch);
        if (change.title() != null && change.title().isBlank()) {
            throw ApiException.invalid("/title", "required", "A promotion needs a title.");
        }
        long uses = repository.countUses(promotion);
        Promotion before = promotion.toPromotion(uses);
        promotion.apply(change);
        Promotion after = promotion.toPromotion(uses);
        validator.validate(after);
        validator.validateChange(before, after);
        repository.save(promotion);
        return promotion.toPromotion(uses);
    }

    /** @throws ApiException 404 if there is none; 412, 428 as {@link IfMatch#require} */
    @Transactional
    void delete(PromotionId id, @Nullable String ifMatch) {
        repository.markDeleted(lock(id, ifMatch));
    }

    private PromotionEntity lock(PromotionId id, @Nullable String ifMatch) {
        PromotionEntity promotion = repository.lock(id);
        IfMatch.require(ifMatch, promotion.version);
        return promotion;
    }
}
