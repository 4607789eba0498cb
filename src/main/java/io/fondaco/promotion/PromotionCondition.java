package io.fondaco.promotion;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import io.fondaco.catalog.CategoryId;
import io.fondaco.catalog.ProductId;
import io.fondaco.catalog.SellableVariant;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A condition of a promotion, in JSON: in the API and in the database. It has the members of its type;
 * {@link RuleValidator} checks them.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "PromotionCondition")
record PromotionCondition(
        @NotNull Type type,

        @Schema(description = "Of `products`.") @Size(max = MAX_VALUES) @Nullable
        List<@NotNull ProductId> products,

        @Schema(description = "Of `skus`.") @Size(max = MAX_VALUES) @Nullable
        List<@NotNull @Size(min = 1, max = 255) @Pattern(regexp = PostalAddress.PRINTABLE) String> skus,

        @Schema(description = "Of `categories`: each includes its descendants.") @Size(max = MAX_VALUES) @Nullable
        List<@NotNull CategoryId> categories,

        @Schema(description = "Of `vendors`.") @Size(max = MAX_VALUES) @Nullable
        List<@NotNull @Size(min = 1, max = 255) @Pattern(regexp = PostalAddress.PRINTABLE) String> vendors,

        @Schema(description = "Of `tags`: the product has one of them.") @Size(max = MAX_VALUES) @Nullable
        List<@NotNull @Size(min = 1, max = 255) @Pattern(regexp = PostalAddress.PRINTABLE) String> tags,

        @Schema(
                description = "Of `attributes`: the variant, or else its product, has each of these attributes with"
                        + " this value.")
        @Size(max = MAX_ATTRIBUTES)
        @Nullable
        Map<
                        @NotNull @Size(min = 1, max = SellableVariant.MAX_ATTRIBUTE_LENGTH)
                        @Pattern(regexp = PostalAddress.PRINTABLE) String,
                        @NotNull @Size(min = 1, max = SellableVariant.MAX_ATTRIBUTE_LENGTH)
                        @Pattern(regexp = PostalAddress.PRINTABLE) String>
                attributes,

        @Schema(description = "Of `price_range`: the lowest price of a unit, one per currency.")
        @Size(max = NewPromotion.MAX_CURRENCIES)
        @Nullable
        List<@NotNull Money> minimums,

        @Schema(description = "Of `price_range`: the highest price of a unit, one per currency.")
        @Size(max = NewPromotion.MAX_CURRENCIES)
        @Nullable
        List<@NotNull Money> maximums,

        @Schema(description = "Of `minimum_subtotal`: one per currency. In other currencies it does not hold.")
        @Size(max = NewPromotion.MAX_CURRENCIES)
        @Nullable
        List<@NotNull Money> amounts,

        @Schema(description = "Of `minimum_quantity`.", examples = "3") @Nullable
        Integer quantity,

        @Schema(description = "Of `customer_group`: the customer is in one of them.") @Size(max = 100) @Nullable
        List<@NotNull @Size(min = 1, max = 100) @Pattern(regexp = PostalAddress.PRINTABLE) String> customerGroups,

        @Schema(description = "Of `countries`: ISO 3166-1 alpha-2 codes of the shipping address.")
        @Size(max = 300)
        @Nullable
        List<@NotNull @Size(min = 2, max = 2) String> countries,

        @Schema(description = "Of `currencies`: ISO 4217 codes.") @Size(max = NewPromotion.MAX_CURRENCIES) @Nullable
        List<@NotNull @Size(max = 3) String> currencies,

        @Schema(description = "Of `time_window`: `monday` to `sunday`; absent: every day.") @Size(max = 7) @Nullable
        List<@NotNull @Pattern(regexp = WEEKDAY) String> weekdays,

        @Schema(
                description = "Of `time_window`: a time of the day in the time zone of the shop; absent: midnight.",
                examples = "17:00")
        @Pattern(regexp = TIME)
        @Nullable
        String from,

        @Schema(
                description = "Of `time_window`: the time at which it ends; absent: midnight. If it is before `from`,"
                        + " the window ends on the next day.",
                examples = "19:30")
        @Pattern(regexp = TIME)
        @Nullable
        String until) {
    static final int MAX_VALUES = 1_000;
    static final int MAX_ATTRIBUTES = 20;
    private static final String WEEKDAY = "monday|tuesday|wednesday|thursday|friday|saturday|sunday";
    private static final String TIME = "([01][0-9]|2[0-3]):[0-5][0-9]";

    /** What a condition is about. Some select lines, the others are about the cart. */
    @Schema(name = "PromotionConditionType")
    public enum Type {
        PRODUCTS,
        SKUS,
        CATEGORIES,
        VENDORS,
        TAGS,
        ATTRIBUTES,
        PRICE_RANGE,
        MINIMUM_SUBTOTAL,
        MINIMUM_QUANTITY,
        CUSTOMER_GROUP,
        FIRST_ORDER,
        COUNTRIES,
        CURRENCIES,
        TIME_WINDOW;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether it selects the lines that the promotion is about. */
        boolean selectsLines() {
            return switch (this) {
                case PRODUCTS, SKUS, CATEGORIES, VENDORS, TAGS, ATTRIBUTES, PRICE_RANGE -> true;
                case MINIMUM_SUBTOTAL,
                        MINIMUM_QUANTITY,
                        CUSTOMER_GROUP,
                        FIRST_ORDER,
                        COUNTRIES,
                        CURRENCIES,
                        TIME_WINDOW -> false;
            };
        }
    }

    boolean selectsLines() {
        return type.selectsLines();
    }
}
