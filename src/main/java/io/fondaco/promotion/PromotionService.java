package io.fondaco.promotion;

import io.fondaco.platform.cache.CacheInvalidation;
import io.fondaco.platform.messaging.NewEvent;
import io.fondaco.platform.messaging.Outbox;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.sql.Timestamps;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.FieldChanges;
import io.fondaco.platform.web.IfMatch;
import io.fondaco.promotion.Promotion.Stacking;
import io.fondaco.promotion.Promotion.Trigger;
import io.fondaco.promotion.PromotionEntity.PromotionRow;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The staff's actions on promotions. Each change is one transaction that locks the promotion first. */
@ApplicationScoped
class PromotionService {
    private static final String ACTION = "/action";

    private final PromotionRepository repository;
    private final PromotionLimitStatements limits;
    private final PromotionValidator validator;
    private final CacheInvalidation cacheInvalidation;
    private final Outbox outbox;

    PromotionService(
            PromotionRepository repository,
            PromotionLimitStatements limits,
            PromotionValidator validator,
            CacheInvalidation cacheInvalidation,
            Outbox outbox) {
        this.repository = repository;
        this.limits = limits;
        this.validator = validator;
        this.cacheInvalidation = cacheInvalidation;
        this.outbox = outbox;
    }

    /**
     * The next page of promotions, oldest first. Two statements.
     *
     * @param code as a customer may enter it; null for all promotions
     */
    List<Promotion> listPage(UUID after, @Nullable String code, int limit) {
        String normalizedCode = code == null ? null : Promotions.normalizeCode(code);
        if (normalizedCode != null && !Promotions.isValidCode(normalizedCode)) {
            return List.of();
        }
        List<PromotionRow> rows = repository.listPage(after, normalizedCode, limit);
        Map<PromotionId, List<Money>> used =
                limits.findBudgetsUsed(rows.stream().map(PromotionRow::id).toList());
        return rows.stream()
                .map(row -> row.toPromotion(used.getOrDefault(new PromotionId(row.id()), List.of())))
                .toList();
    }

    /** @throws ApiException 404 if there is none */
    Promotion get(PromotionId id) {
        PromotionRow row = repository.find(id).orElseThrow(() -> notFound(id));
        return row.toPromotion(limits.findBudgetsUsed(List.of(id.value())).getOrDefault(id, List.of()));
    }

    /** @throws ApiException 422 with all violations; 409 {@code code_taken} */
    @Transactional
    Promotion create(NewPromotion request) {
        boolean shortForm = request.action() == null;
        Trigger trigger = Objects.requireNonNullElse(request.trigger(), Trigger.CODE);
        String title = titleOf(request);
        PromotionAction action = actionOf(request);
        boolean combinable = isCombinable(request, trigger);
        Promotion promotion = new Promotion(
                PromotionId.random(),
                request.code() == null ? null : Promotions.normalizeCode(request.code()),
                title,
                title,
                trigger,
                action.type(),
                action.basisPoints(),
                PromotionAction.orEmpty(action.amounts()),
                action,
                PromotionAction.orEmpty(request.conditions()),
                PromotionAction.orEmpty(request.minimumSubtotals()),
                PromotionAction.orEmpty(request.maximumDiscounts()),
                Timestamps.toDatabasePrecision(request.startsAt()),
                Timestamps.toDatabasePrecision(request.endsAt()),
                request.usageLimit(),
                request.usageLimitPerCustomer(),
                request.usageLimitPerOrder(),
                PromotionAction.orEmpty(request.budgets()),
                List.of(),
                Objects.requireNonNullElse(request.priority(), 0),
                Stacking.of(combinable),
                request.group(),
                combinable,
                !Boolean.FALSE.equals(request.active()),
                distinctSkus(PromotionAction.orEmpty(request.skus())),
                0,
                1,
                Instant.EPOCH,
                Instant.EPOCH);
        validator.validate(promotion, shortForm ? "" : ACTION, true);
        requireFreeCode(promotion);
        requireFewAutomatic(promotion);
        repository.insert(promotion);
        if (!promotion.budgets().isEmpty()) {
            limits.insertBudgets(promotion.id(), promotion.budgets());
        }
        if (promotion.automatic()) {
            cacheInvalidation.publish(CouponService.tags(promotion));
        }
        return published(promotion.id(), PromotionEvent.PromotionCreated::new);
    }

    private static String titleOf(NewPromotion request) {
        String title = request.title() == null ? request.name() : request.title();
        if (title == null) {
            throw ApiException.invalid("/title", "required", "A promotion needs a title.");
        }
        if (request.name() != null && !request.name().equals(title)) {
            throw ApiException.invalid("/name", "differs_from_title", "The name and the title are the same.");
        }
        return title;
    }

    private static PromotionAction actionOf(NewPromotion request) {
        PromotionAction action = request.action();
        if (action == null) {
            if (request.kind() == null) {
                throw ApiException.invalid(ACTION, "required", "A promotion needs an action, or a kind.");
            }
            return PromotionAction.simple(
                    request.kind(), request.basisPoints(), PromotionAction.orEmpty(request.amounts()));
        }
        if (request.kind() != null && request.kind() != action.type()) {
            throw ApiException.invalid("/kind", "differs_from_action", "The kind is the type of the action.");
        }
        requireNoShortForm(request.basisPoints(), request.amounts());
        return action;
    }

    private static void requireNoShortForm(@Nullable Integer basisPoints, @Nullable List<Money> amounts) {
        if (basisPoints != null || amounts != null) {
            throw ApiException.invalid(
                    basisPoints == null ? "/amounts" : "/basis_points",
                    "differs_from_action",
                    "With an action, its members are stated there.");
        }
    }

    private static boolean isCombinable(NewPromotion request, Trigger trigger) {
        if (request.stacking() == null) {
            return request.combinable() == null ? trigger == Trigger.AUTOMATIC : request.combinable();
        }
        boolean stacks = request.stacking() == Stacking.STACK;
        if (request.combinable() != null && request.combinable() != stacks) {
            throw stackingDiffers();
        }
        return stacks;
    }

    private static ApiException stackingDiffers() {
        return ApiException.invalid(
                "/combinable", "differs_from_stacking", "combinable is true if the stacking is stack, else false.");
    }

    /** A code that was generated for another promotion is taken. The database guards codes of promotions. */
    private void requireFreeCode(Promotion promotion) {
        if (promotion.active() && promotion.code() != null && limits.isGenerated(promotion.code())) {
            throw ApiException.conflict("code_taken", "A generated code is the same.");
        }
    }

    private void requireFewAutomatic(Promotion added) {
        if (added.automatic() && added.active() && repository.countActiveAutomatic() >= CouponService.MAX_AUTOMATIC) {
            throw ApiException.invalid(
                    "/trigger",
                    "too_many_automatic_promotions",
                    "At most %d automatic promotions can be active.".formatted(CouponService.MAX_AUTOMATIC));
        }
    }

    /**
     * @param ifMatch as sent
     * @throws ApiException 404 if there is none; 412, 428 as {@link IfMatch#require}; 422 with all violations, or
     *     {@code usage_limit_fixed}, {@code usage_limit_below_used}, {@code budget_currencies_fixed},
     *     {@code budget_below_used}, {@code kind_fixed}; 409 {@code code_taken}
     */
    @Transactional
    Promotion change(PromotionId id, @Nullable String ifMatch, PromotionChange change) {
        Promotion before = lock(id, ifMatch);
        Promotion after = applyChange(before, change);
        validator.validateChange(before, after);
        validator.validate(after, change.action() == null ? "" : ACTION, change.conditions() != null);
        if (!before.active()) {
            requireFreeCode(after);
            requireFewAutomatic(after);
        }
        repository.update(after);
        if (change.budgets() != null) {
            limits.updateBudgets(id, after.budgets());
        }
        cacheInvalidation.publish(CouponService.tags(after));
        return published(id, PromotionEvent.PromotionUpdated::new);
    }

    private static Promotion applyChange(Promotion before, PromotionChange change) {
        FieldChanges fields = new FieldChanges(change.clear());
        String title = changedTitle(before, change);
        PromotionAction action = changedAction(before, change);
        boolean combinable = changedCombinable(before, change);
        return new Promotion(
                before.id(),
                before.code(),
                title,
                title,
                before.trigger(),
                action.type(),
                action.basisPoints(),
                PromotionAction.orEmpty(action.amounts()),
                action,
                Objects.requireNonNullElse(change.conditions(), before.conditions()),
                Objects.requireNonNullElse(change.minimumSubtotals(), before.minimumSubtotals()),
                Objects.requireNonNullElse(change.maximumDiscounts(), before.maximumDiscounts()),
                fields.apply("starts_at", Timestamps.toDatabasePrecision(change.startsAt()), before.startsAt()),
                fields.apply("ends_at", Timestamps.toDatabasePrecision(change.endsAt()), before.endsAt()),
                change.usageLimit() == null ? before.usageLimit() : change.usageLimit(),
                fields.apply(
                        "usage_limit_per_customer", change.usageLimitPerCustomer(), before.usageLimitPerCustomer()),
                fields.apply("usage_limit_per_order", change.usageLimitPerOrder(), before.usageLimitPerOrder()),
                Objects.requireNonNullElse(change.budgets(), before.budgets()),
                before.budgetsUsed(),
                Objects.requireNonNullElse(change.priority(), before.priority()),
                Stacking.of(combinable),
                fields.apply("group", change.group(), before.group()),
                combinable,
                Optional.ofNullable(change.active()).orElse(before.active()),
                Optional.ofNullable(change.skus())
                        .map(PromotionService::distinctSkus)
                        .orElse(before.skus()),
                before.used(),
                before.version(),
                before.createdAt(),
                before.updatedAt());
    }

    private static String changedTitle(Promotion before, PromotionChange change) {
        String title = change.title() == null ? change.name() : change.title();
        if (title == null) {
            return before.title();
        }
        if (title.isBlank()) {
            throw ApiException.invalid("/title", "required", "A promotion needs a title.");
        }
        if (change.name() != null && !change.name().equals(title)) {
            throw ApiException.invalid("/name", "differs_from_title", "The name and the title are the same.");
        }
        return title;
    }

    private static PromotionAction changedAction(Promotion before, PromotionChange change) {
        if (change.action() != null) {
            requireNoShortForm(change.basisPoints(), change.amounts());
            return change.action();
        }
        if (change.basisPoints() == null && change.amounts() == null) {
            return before.action();
        }
        if (!before.action().hasColumns()) {
            throw ApiException.invalid(
                    change.basisPoints() == null ? "/amounts" : "/basis_points",
                    "not_of_this_kind",
                    "The kind %s is changed by its action."
                            .formatted(before.kind().column()));
        }
        return PromotionAction.simple(
                before.kind(),
                change.basisPoints() == null ? before.basisPoints() : change.basisPoints(),
                Objects.requireNonNullElse(change.amounts(), before.amounts()));
    }

    private static boolean changedCombinable(Promotion before, PromotionChange change) {
        if (change.stacking() == null) {
            return change.combinable() == null ? before.combinable() : change.combinable();
        }
        boolean stacks = change.stacking() == Stacking.STACK;
        if (change.combinable() != null && change.combinable() != stacks) {
            throw stackingDiffers();
        }
        return stacks;
    }

    /**
     * @param ifMatch as sent
     * @throws ApiException 404 if there is none; 412, 428 as {@link IfMatch#require}
     */
    @Transactional
    void delete(PromotionId id, @Nullable String ifMatch) {
        Promotion deleted = lock(id, ifMatch);
        repository.markDeleted(id);
        cacheInvalidation.publish(CouponService.tags(deleted));
        outbox.publish(
                List.of(new NewEvent(id.toString(), deleted.version() + 1, new PromotionEvent.PromotionDeleted(id))));
    }

    /** Locks a promotion and its budgets, in this order, as redemptions do. */
    private Promotion lock(PromotionId id, @Nullable String ifMatch) {
        PromotionRow row = repository.lock(id).orElseThrow(() -> notFound(id));
        IfMatch.require(ifMatch, row.version());
        return row.toPromotion(
                row.rules().budgets().isEmpty()
                        ? List.of()
                        : limits.lockBudgets(id).getOrDefault(id, List.of()));
    }

    private Promotion published(PromotionId id, Function<PromotionId, PromotionEvent> event) {
        Promotion stored = get(id);
        outbox.publish(List.of(new NewEvent(id.toString(), stored.version(), event.apply(id))));
        return stored;
    }

    static ApiException notFound(PromotionId id) {
        return ApiException.notFound("promotion", id.toString());
    }

    private static List<String> distinctSkus(List<String> skus) {
        return skus.stream().distinct().toList();
    }
}
