package io.fondaco.inventory;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.fondaco.inventory.Inventory.StockCount;
import io.fondaco.platform.web.ApiException;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.LocalDate;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Whether and up to which limit a SKU is sold beyond its stock.
 *
 * @param limit units that may be backordered at a time, by orders and open checkouts; absent with {@code deny}
 * @param expectedOn when the units are expected
 * @param location whose stock level counts the backorders; absent: {@code "default"}. Units that arrive at other
 *     locations fill them too
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record SellingPolicy(
        @NotNull PolicyKind policy,

        @Schema(description = "Units that may be sold beyond the stock; required unless policy is deny.")
        @Min(1)
        @Max(StockCount.MAX_AVAILABLE)
        @Nullable
        Long limit,

        @Schema(description = "When units are expected; not with deny.", examples = "2027-03-01") @Nullable
        LocalDate expectedOn,

        @Schema(description = "The location that counts the backorders; absent: default.")
        @Size(min = 1, max = 100)
        @Nullable
        String location) {

    static final SellingPolicy DENY = new SellingPolicy(PolicyKind.DENY, null, null, null);

    /** Whether and how a SKU is sold beyond its stock. */
    @Schema(name = "SellingPolicyKind")
    enum PolicyKind {
        /** It is not sold beyond its stock. */
        @JsonProperty("deny")
        DENY,
        /** It ran out and will be available again. */
        @JsonProperty("backorder")
        BACKORDER,
        /** It was never in stock and will be available for the first time. */
        @JsonProperty("preorder")
        PREORDER;

        String toColumn() {
            return name().toLowerCase(Locale.ROOT);
        }

        static PolicyKind fromColumn(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    /** A copy with this location. */
    SellingPolicy withLocation(String other) {
        return new SellingPolicy(policy, limit, expectedOn, other);
    }

    /**
     * @return a copy with the default location if none is set
     * @throws ApiException 422 {@code limit_and_policy} if the limit or the date contradicts the policy
     */
    SellingPolicy validated() {
        boolean denies = policy == PolicyKind.DENY;
        if (denies != (limit == null)) {
            throw ApiException.invalid(
                    "/limit",
                    "limit_and_policy",
                    denies ? "The policy deny takes no limit." : "The limit is required unless the policy is deny.");
        }
        if (denies && expectedOn != null) {
            throw ApiException.invalid("/expected_on", "limit_and_policy", "The policy deny takes no date.");
        }
        return new SellingPolicy(policy, limit, expectedOn, location == null ? StockKey.DEFAULT_LOCATION : location);
    }
}
