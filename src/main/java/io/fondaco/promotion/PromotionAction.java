package io.fondaco.promotion;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What a promotion does, in JSON: in the API and in the database. {@link PromotionValidator} checks that it has the
 * members of its type, then {@link #toDiscountAction} converts it.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "PromotionAction")
record PromotionAction(
        @NotNull PromotionKind type,

        @Schema(description = "Of `percentage`: hundredths of a percent, 1 to 10000.", examples = "1000") @Nullable
        Integer basisPoints,

        @Schema(description = "Of `amount`: the discount, one per currency.")
        @Size(max = NewPromotion.MAX_CURRENCIES)
        @Nullable
        List<@NotNull Money> amounts,

        @Schema(description = "Of `fixed_price`: what each unit costs, one per currency.")
        @Size(max = NewPromotion.MAX_CURRENCIES)
        @Nullable
        List<@NotNull Money> prices,

        @Schema(description = "Of `buy_x_get_y`: the units of a set that cost their price.", examples = "2") @Nullable
        Integer buy,

        @Schema(description = "Of `buy_x_get_y`: the units of a set that are discounted.", examples = "1") @Nullable
        Integer get,

        @Schema(description = "Of `buy_x_get_y`: hundredths of a percent; absent: 10000, which is free.") @Nullable
        Integer discountBasisPoints,

        @Schema(
                description = "Of `buy_x_get_y`: `cheapest` discounts the cheapest of all units. `nth` sorts the units"
                        + " from the most expensive to the cheapest one, and discounts the last of each set."
                        + " Absent: `cheapest`.")
        @Nullable
        Selection select,

        @Schema(description = "Of `tiers`: ascending. The last one that is reached applies.")
        @Size(max = MAX_TIERS)
        @Nullable
        List<@NotNull @Valid Tier> tiers,

        @Schema(description = "Of `gift`: the SKU whose units are free if they are in the cart.")
        @Size(min = 1, max = 255)
        @Pattern(regexp = PostalAddress.PRINTABLE)
        @Nullable
        String sku,

        @Schema(description = "Of `gift`: how many units are free.", examples = "1") @Nullable
        Integer quantity) {
    static final int MAX_TIERS = 100;
    static final int ALL_BASIS_POINTS = 10_000;

    /** Which units of a set are discounted. */
    @Schema(name = "PromotionUnitSelection")
    public enum Selection {
        CHEAPEST,
        NTH;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A step of {@link PromotionKind#TIERS}: a threshold and a discount.
     *
     * @param minimumSubtotals one per currency; or the minimum quantity
     * @param basisPoints of the lines; or the amounts
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(name = "PromotionTierInput")
    record Tier(
            @Size(max = NewPromotion.MAX_CURRENCIES) @Nullable
            List<@NotNull Money> minimumSubtotals,

            @Nullable Integer minimumQuantity,
            @Nullable Integer basisPoints,

            @Size(max = NewPromotion.MAX_CURRENCIES) @Nullable
            List<@NotNull Money> amounts) {

        Optional<Money> minimumSubtotal(String currency) {
            return Promotion.findByCurrency(currency, orEmpty(minimumSubtotals));
        }
    }

    /** The action of a kind that basis points or amounts describe. */
    static PromotionAction simple(PromotionKind kind, @Nullable Integer basisPoints, List<Money> amounts) {
        return new PromotionAction(
                kind, basisPoints, amounts.isEmpty() ? null : amounts, null, null, null, null, null, null, null, null);
    }

    /** Whether {@link #simple} can express it, so that it is stored in columns of its own. */
    boolean hasColumns() {
        return switch (type) {
            case PERCENTAGE, AMOUNT, FREE_SHIPPING -> true;
            case FIXED_PRICE, BUY_X_GET_Y, GIFT, TIERS -> false;
        };
    }

    /** The calculation of a valid action. */
    DiscountAction toDiscountAction(@Nullable Integer maximumSets) {
        return switch (type) {
            case FIXED_PRICE -> new DiscountAction.FixedPrice(orEmpty(prices));
            case BUY_X_GET_Y ->
                new DiscountAction.BuyAndGet(
                        require(buy),
                        require(get),
                        Objects.requireNonNullElse(discountBasisPoints, ALL_BASIS_POINTS),
                        Objects.requireNonNullElse(select, Selection.CHEAPEST),
                        Objects.requireNonNullElse(maximumSets, Integer.MAX_VALUE));
            case GIFT -> new DiscountAction.Gift(require(sku), require(quantity));
            case TIERS -> new DiscountAction.Tiers(orEmpty(tiers));
            case PERCENTAGE -> new DiscountAction.Percentage(require(basisPoints));
            case AMOUNT -> new DiscountAction.FixedAmount(orEmpty(amounts));
            case FREE_SHIPPING -> new DiscountAction.FreeShipping();
        };
    }

    private <T> T require(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("A promotion has not all members of its action: " + this);
        }
        return value;
    }

    /** The list itself, not a copy; callers only read it. */
    static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }
}
