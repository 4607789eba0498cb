package io.fondaco.promotion;

import io.fondaco.platform.cache.CacheInvalidation;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.IfMatch;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The staff's actions on promotions. Each change is one transaction that locks the promotion first. */
@ApplicationScoped
class PromotionService {
    private final PromotionRepository repository;
    private final PromotionValidator validator;
    private final CacheInvalidation cacheInvalidation;

    PromotionService(
            PromotionRepository repository, PromotionValidator validator, CacheInvalidation cacheInvalidation) {
        this.repository = repository;
        this.validator = validator;
        this.cacheInvalidation = cacheInvalidation;
    }

    /**
     * The next page of promotions, oldest first.
     *
     * @param code as a customer may enter it; null for all promotions
     */
    List<Promotion> listPage(UUID after, @Nullable String code, int limit) {
        String normalizedCode = code == null ? null : Promotions.normalizeCode(code);
        if (normalizedCode != null && !Promotions.isValidCode(normalizedCode)) {
            return List.of();
        }
        return repository.listPage(after, normalizedCode, limit);
    }

    /** @throws ApiException 404 if there is none */
    Promotion get(PromotionId id) {
        return repository.find(id).orElseThrow(() -> notFound(id));
    }

    /** @throws ApiException 422 with all violations; 409 {@code code_taken} */
    @Transactional
    Promotion create(NewPromotion request) {
        Promotion promotion = new Promotion(
                PromotionId.random(),
                Promotions.normalizeCode(request.code()),
                request.title(),
                request.kind(),
                request.basisPoints(),
                orEmpty(request.amounts()),
                orEmpty(request.minimumSubtotals()),
                orEmpty(request.maximumDiscounts()),
                toDatabasePrecision(request.startsAt()),
                toDatabasePrecision(request.endsAt()),
                request.usageLimit(),
                request.usageLimitPerCustomer(),
                Boolean.TRUE.equals(request.combinable()),
                !Boolean.FALSE.equals(request.active()),
                distinctSkus(orEmpty(request.skus())),
                0,
                1,
                Instant.EPOCH,
                Instant.EPOCH);
        validator.validate(promotion);
        repository.insert(promotion);
        return get(promotion.id());
    }

    /**
     * @param ifMatch as sent
     * @throws ApiException 404 if there is none; 412, 428 as {@link IfMatch#require}; 422 with all violations, or
     *     {@code usage_limit_fixed}, {@code usage_limit_below_used}; 409 {@code code_taken}
     */
    @Transactional
    Promotion change(PromotionId id, @Nullable String ifMatch, PromotionChange change) {
        Promotion before = lock(id, ifMatch);
        Promotion after = applyChange(before, change);
        validator.validate(after);
        validator.validateChange(before, after);
        repository.update(after);
        cacheInvalidation.publish(Set.of(CouponService.tag(after.code())));
        return get(id);
    }

    private static Promotion applyChange(Promotion before, PromotionChange change) {
        Set<String> cleared = Set.copyOf(orEmpty(change.clear()));
        if (change.title() != null && change.title().isBlank()) {
            throw ApiException.invalid("/title", "required", "A promotion needs a title.");
        }
        return new Promotion(
                before.id(),
                before.code(),
                Optional.ofNullable(change.title()).orElse(before.title()),
                before.kind(),
                change.basisPoints() == null ? before.basisPoints() : change.basisPoints(),
                Optional.ofNullable(change.amounts()).orElse(before.amounts()),
                Optional.ofNullable(change.minimumSubtotals()).orElse(before.minimumSubtotals()),
                Optional.ofNullable(change.maximumDiscounts()).orElse(before.maximumDiscounts()),
                cleared.contains("starts_at")
                        ? null
                        : change.startsAt() == null ? before.startsAt() : toDatabasePrecision(change.startsAt()),
                cleared.contains("ends_at")
                        ? null
                        : change.endsAt() == null ? before.endsAt() : toDatabasePrecision(change.endsAt()),
                change.usageLimit() == null ? before.usageLimit() : change.usageLimit(),
                cleared.contains("usage_limit_per_customer")
                        ? null
                        : change.usageLimitPerCustomer() == null
                                ? before.usageLimitPerCustomer()
                                : change.usageLimitPerCustomer(),
                Optional.ofNullable(change.combinable()).orElse(before.combinable()),
                Optional.ofNullable(change.active()).orElse(before.active()),
                Optional.ofNullable(change.skus())
                        .map(PromotionService::distinctSkus)
                        .orElse(before.skus()),
                before.used(),
                before.version(),
                before.createdAt(),
                before.updatedAt());
    }

    /**
     * @param ifMatch as sent
     * @throws ApiException 404 if there is none; 412, 428 as {@link IfMatch#require}
     */
    @Transactional
    void delete(PromotionId id, @Nullable String ifMatch) {
        Promotion deleted = lock(id, ifMatch);
        repository.markDeleted(id);
        cacheInvalidation.publish(Set.of(CouponService.tag(deleted.code())));
    }

    private Promotion lock(PromotionId id, @Nullable String ifMatch) {
        Promotion promotion = repository.lock(id).orElseThrow(() -> notFound(id));
        IfMatch.require(ifMatch, promotion.version());
        return promotion;
    }

    private static ApiException notFound(PromotionId id) {
        return ApiException.notFound("promotion", id.toString());
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    private static List<String> distinctSkus(List<String> skus) {
        return skus.stream().distinct().toList();
    }

    private static @Nullable Instant toDatabasePrecision(@Nullable Instant instant) {
        return instant == null ? null : instant.truncatedTo(ChronoUnit.MICROS);
    }
}
