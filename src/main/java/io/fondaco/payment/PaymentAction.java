package io.fondaco.payment;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What the shopper has to do before a pending payment can go through, for the shop's front end: 3-D Secure, a redirect.
 *
 * @param type as the provider names it
 * @param clientSecret opens this one payment to the provider's script in the shopper's browser; never to be logged
 * @param redirectUrl where to send the shopper, if that is what is to be done
 */
public record PaymentAction(
        @Schema(examples = "use_stripe_sdk", description = "As the provider names it.")
        String type,

        @Nullable @Schema(description = "Opens this one payment to the provider's script in the shopper's browser.")
        String clientSecret,

        @Nullable @Schema(description = "Where to send the shopper.")
        String redirectUrl) {

    /** Without its secret: it may end up in a log. */
    @Override
    public String toString() {
        return "PaymentAction[" + type + "]";
    }
}
