package io.fondaco.promotion;

import io.fondaco.platform.web.ApiException;
import java.util.List;

/**
 * A promotion is not what the discounts were calculated from: the staff changed or deleted it, or its period ended.
 * Nothing was redeemed, and the transaction goes on: the caller may calculate the discounts again from the database and
 * redeem those. To a client it is the same conflict as another change of the total.
 */
public final class PromotionsChanged extends ApiException {
    PromotionsChanged(List<String> codes) {
        super(
                409,
                "price_changed",
                "The promotion of %s has changed. Show the new total and repeat the request."
                        .formatted(String.join(", ", codes)));
    }
}
