package io.fondaco.inventory;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
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
 * What happens when none of a SKU is left on the shelves.
 *
 * @param limit units that may be owed to orders and checkouts at a time; none with {@code deny}
 * @param expectedOn when they are expected
 * @param location where they are waited for; absent: {@code "default"}. Whatever comes elsewhere serves them too
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record SellingPolicy(
        @NotNull PolicyKind policy,

        @Schema(description = "Units that may be sold beyond what is there; required unless policy is deny.")
        @Min(1)
        @Max(StockAdjustment.MAX_UNITS)
        @Nullable
        Long limit,

        @Schema(description = "When units are expected; not with deny.", examples = "2027-03-01") @Nullable
        LocalDate expectedOn,

        @Schema(description = "Where they are waited for; absent: default.") @Size(min = 1, max = 100) @Nullable
        String location) {

    static final SellingPolicy DENY = new SellingPolicy(PolicyKind.DENY, null, null, null);

    /** Whether and how a SKU is sold beyond what is there. */
    @Schema(name = "SellingPolicyKind")
    enum PolicyKind {
        /** Not at all. */
        @JsonProperty("deny")
        DENY,
        /** It has run out and comes again. */
        @JsonProperty("backorder")
        BACKORDER,
        /** It comes for the first time. */
        @JsonProperty("preorder")
        PREORDER;

        String toColumn() {
            return name().toLowerCase(Locale.ROOT);
        }

        static PolicyKind fromColumn(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    /** The same at another location. */
    SellingPolicy withLocation(String other) {
        return new SellingPolicy(policy, limit, expectedOn, other);
    }

    /**
     * @throws ApiException 422 for a limit or a date that does not go with the policy
     */
    SellingPolicy validated() {
        boolean denies = policy == PolicyKind.DENY;
        if (denies != (limit == null)) {
            throw ApiException.invalid(
                    "/limit",
                    "limit_and_policy",
                    denies ? "With deny there is no limit." : "Say how many units may be sold beyond what is there.");
        }
        if (denies && expectedOn != null) {
            throw ApiException.invalid("/expected_on", "limit_and_policy", "With deny nothing is expected.");
        }
        return new SellingPolicy(policy, limit, expectedOn, location == null ? StockKey.DEFAULT_LOCATION : location);
    }
}
