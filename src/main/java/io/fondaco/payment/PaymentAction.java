package io.fondaco.payment;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The step that the shopper must take before a pending payment can go through, for the front end of the shop: 3-D
 * Secure or a redirect.
 *
 * @param type the name that the provider gives the step
 * @param clientSecret gives the provider's script in the shopper's browser access to this one payment; must never be
 *     logged
 * @param redirectUrl the page to send the shopper to, if the step is a redirect
 */
public record PaymentAction(
        @Schema(examples = "use_stripe_sdk", description = "The name that the provider gives the step.")
        String type,

        @Nullable
        @Schema(description = "Gives the provider's script in the shopper's browser access to this one payment.")
        String clientSecret,

        @Nullable @Schema(description = "The page to send the shopper to, if the step is a redirect.")
        String redirectUrl) {

    /** Leaves out the secret, because the text may be logged. */
    @Override
    public String toString() {
        return "PaymentAction[" + type + "]";
    }
}
