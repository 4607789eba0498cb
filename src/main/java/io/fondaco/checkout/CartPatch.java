package io.fondaco.checkout;

import io.fondaco.platform.postal.EmailAddress;
import io.fondaco.platform.postal.PostalAddress;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What to change about a cart; what is missing, or null, stays. */
record CartPatch(
        @Nullable @EmailAddress.ValidEmail @Size(min = 3, max = EmailAddress.MAX_LENGTH) @Schema(description = EMAIL)
        String email,

        @Nullable @Valid PostalAddress shippingAddress,
        @Nullable @Valid PostalAddress billingAddress,
        @Nullable @Pattern(regexp = "[a-z0-9_-]{1,40}") String shippingMethod,

        @Nullable @Schema(description = "All that are to be on the cart; an empty list takes them off.") @Size(max = 10)
        // CartService refuses null: thousands of them would be as many violations.
        List<@Size(max = 100) String> couponCodes) {

    static final String EMAIL = "Answered with its domain in ASCII: a@xn--mller-kva.de for a@m\u00fcller.de.";
}
