package io.fondaco.checkout;

import io.fondaco.platform.postal.EmailAddress;
import io.fondaco.platform.postal.PostalAddress;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Changes to a cart. A missing or null member leaves its value unchanged. */
record CartPatch(
        @Nullable @EmailAddress.ValidEmail @Size(min = 3, max = EmailAddress.MAX_LENGTH) @Schema(description = EMAIL)
        String email,

        @Nullable @Valid PostalAddress shippingAddress,
        @Nullable @Valid PostalAddress billingAddress,
        @Nullable @Pattern(regexp = "[a-z0-9_-]{1,40}") String shippingMethod,

        @Nullable @Schema(description = "All codes of the cart; an empty list removes them.") @Size(max = 10)
        // CartService rejects null codes, because validation here would report each of thousands.
        List<@Size(max = 100) String> couponCodes,

        @Nullable
        @Size(max = MAX_TAX_ID)
        @Schema(
                description = "The tax id of a business customer, for example a VAT identification number. Returned in"
                        + " capitals without spaces, dots and dashes; an empty text removes it.",
                examples = "DE136695976")
        String taxId) {

    /** The longest tax id, with separators. */
    static final int MAX_TAX_ID = 40;

    static final String EMAIL = "Returned with its domain in ASCII: a@xn--mller-kva.de for a@m\u00fcller.de.";
}
