package io.fondaco.checkout;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.postal.PostalAddress;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * How to pay for a cart.
 *
 * @param expectedTotal the total that the customer saw; if the current total differs, no order is placed
 */
record CompleteRequest(
        @NotNull @Valid PaymentRequest payment,

        @Nullable
        @Schema(
                description = "The total that the customer saw; if the current total differs, the"
                        + " response is 409 price_changed.")
        Money expectedTotal) {

    record PaymentRequest(
            @NotNull @Size(max = 40) @Pattern(regexp = PostalAddress.PRINTABLE) @Schema(examples = "test")
            String provider,

            @Nullable @Size(max = 500) @Pattern(regexp = PostalAddress.PRINTABLE) @Schema(examples = "tok_ok")
            String token) {}
}
