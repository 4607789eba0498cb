package io.fondaco.promotion;

import io.fondaco.platform.money.Money;
import io.fondaco.promotion.DiscountCalculator.PromotionCandidate;
import io.fondaco.promotion.Promotion.Stacking;
import io.fondaco.promotion.Promotion.Trigger;
import io.fondaco.promotion.PromotionAction.Selection;
import io.fondaco.promotion.PromotionAction.Tier;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Builds promotions, in euros unless money is given, for tests without an application. Promotions with different names
 * differ.
 */
final class PromotionBuilder {
    static final String EUR = "EUR";

    private final String name;
    private final PromotionAction action;
    private boolean automatic = true;
    private List<PromotionCondition> conditions = List.of();
    private List<Money> maximumDiscounts = List.of();
    private List<Money> budgets = List.of();
    private List<Money> budgetsUsed = List.of();
    private List<String> skus = List.of();
    private int priority;
    private boolean stack = true;

    @Nullable
    private String group;

    @Nullable
    private Integer setsPerOrder;

    @Nullable
    private Instant endsAt;

    private PromotionBuilder(String name, PromotionAction action) {
        this.name = name;
        this.action = action;
    }

    static PromotionBuilder of(String name, PromotionAction action) {
        return new PromotionBuilder(name, action);
    }

    static PromotionBuilder percentage(String name, int basisPoints) {
        return of(name, PromotionAction.simple(PromotionKind.PERCENTAGE, basisPoints, List.of()));
    }

    static PromotionBuilder amount(String name, long cents) {
        return of(name, PromotionAction.simple(PromotionKind.AMOUNT, null, List.of(euros(cents))));
    }

    static PromotionBuilder freeShipping(String name) {
        return of(name, PromotionAction.simple(PromotionKind.FREE_SHIPPING, null, List.of()));
    }

    static PromotionBuilder fixedPrice(String name, long cents) {
        return of(
                name,
                new PromotionAction(
                        PromotionKind.FIXED_PRICE,
                        null,
                        null,
                        List.of(euros(cents)),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null));
    }

    static PromotionBuilder buyAndGet(String name, int buy, int get, int basisPoints, Selection selection) {
        return of(
                name,
                new PromotionAction(
                        PromotionKind.BUY_X_GET_Y,
                        null,
                        null,
                        null,
                        buy,
                        get,
                        basisPoints,
                        selection,
                        null,
                        null,
                        null));
    }

    static PromotionBuilder gift(String name, String sku, int quantity) {
        return of(
                name,
                new PromotionAction(PromotionKind.GIFT, null, null, null, null, null, null, null, null, sku, quantity));
    }

    static PromotionBuilder tiers(String name, Tier... tiers) {
        return of(
                name,
                new PromotionAction(
                        PromotionKind.TIERS, null, null, null, null, null, null, null, List.of(tiers), null, null));
    }

    static Tier fromSubtotal(long cents, int basisPoints) {
        return new Tier(List.of(euros(cents)), null, basisPoints, null);
    }

    static Tier fromQuantity(int units, long cents) {
        return new Tier(null, units, null, List.of(euros(cents)));
    }

    PromotionBuilder withCode() {
        automatic = false;
        return this;
    }

    PromotionBuilder conditions(PromotionCondition... all) {
        conditions = List.of(all);
        return this;
    }

    PromotionBuilder maximumDiscount(long cents) {
        return maximumDiscount(euros(cents));
    }

    PromotionBuilder maximumDiscount(Money amount) {
        maximumDiscounts = List.of(amount);
        return this;
    }

    PromotionBuilder budget(long cents, long used) {
        return budget(euros(cents), euros(used));
    }

    PromotionBuilder budget(Money amount, Money used) {
        budgets = List.of(amount);
        budgetsUsed = List.of(used);
        return this;
    }

    PromotionBuilder skus(String... some) {
        skus = List.of(some);
        return this;
    }

    PromotionBuilder priority(int value) {
        priority = value;
        return this;
    }

    PromotionBuilder exclusive() {
        stack = false;
        return this;
    }

    PromotionBuilder group(String value) {
        group = value;
        return this;
    }

    PromotionBuilder setsPerOrder(int value) {
        setsPerOrder = value;
        return this;
    }

    PromotionBuilder endsAt(Instant value) {
        endsAt = value;
        return this;
    }

    /** A candidate whose code is its name. */
    PromotionCandidate candidate() {
        return PromotionCandidate.of(build(), automatic ? null : name, false, false);
    }

    Promotion build() {
        return new Promotion(
                new PromotionId(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8))),
                automatic ? null : name,
                name,
                name,
                automatic ? Trigger.AUTOMATIC : Trigger.CODE,
                action.type(),
                action.basisPoints(),
                PromotionAction.orEmpty(action.amounts()),
                action,
                conditions,
                List.of(),
                maximumDiscounts,
                null,
                endsAt,
                null,
                null,
                setsPerOrder,
                budgets,
                budgetsUsed,
                priority,
                Stacking.of(stack),
                group,
                stack,
                true,
                skus,
                0,
                1,
                Instant.EPOCH,
                Instant.EPOCH);
    }

    static Money euros(long cents) {
        return Money.of(cents, EUR);
    }
}
