package io.fondaco.promotion;

import io.fondaco.platform.web.ApiException;
import java.util.List;
import java.util.Set;

/**
 * A promotion is not what the discounts were calculated from: the staff changed or deleted it, its period ended, or of
 * an automatic one nothing is left, in total or for this customer. Nothing was redeemed, and the transaction goes on:
 * the caller may calculate the discounts again from the database, without those that are {@link #withdrawn}, and redeem
 * those. To a client it is the same conflict as another change of the total.
 */
public final class PromotionsChanged extends ApiException {
    private static final String CODE = "price_changed";

    private final transient Set<PromotionId> withdrawn;

    PromotionsChanged(List<String> names, Set<PromotionId> withdrawn) {
        super(
                409,
                CODE,
                "The promotion of %s has changed. Show the new total and repeat the request."
                        .formatted(String.join(", ", names)));
        this.withdrawn = Set.copyOf(withdrawn);
    }

    /** The same conflict, after which the transaction is rolled back. */
    static ApiException rolledBack() {
        return ApiException.conflict(
                CODE, "Another order of the customer has just used a promotion of this cart. Repeat the request.");
    }

    /** The promotions that do not apply to this order, although the database shows them as usable. */
    public Set<PromotionId> withdrawn() {
        return withdrawn;
    }
}
