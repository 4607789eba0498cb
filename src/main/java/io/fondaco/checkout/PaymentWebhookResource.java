package io.fondaco.checkout;

import io.fondaco.payment.Payments;
import io.fondaco.platform.web.Actor;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Where providers tell how a payment ended. Telling twice changes nothing. */
@Path("/store/v1/payment-webhooks")
@Tag(name = "Payment webhooks")
@RunOnVirtualThread
class PaymentWebhookResource {
    private final Payments payments;
    private final CompleteCart completeCart;
    private final Actor actor;

    PaymentWebhookResource(Payments payments, CompleteCart completeCart, Actor actor) {
        this.payments = payments;
        this.completeCart = completeCart;
        this.actor = actor;
    }

    @POST
    @Path("/{provider}")
    @Consumes(MediaType.WILDCARD)
    @PermitAll
    @Operation(
            operationId = "receivePaymentWebhook",
            summary = "Takes a provider's word on a payment",
            description = "The test provider sends {\"reference\": \"payment_…\", \"type\": \"payment.captured\" |"
                    + " \"payment.declined\"} with 'Fondaco-Signature: sha256=<hex HMAC-SHA256 of the raw body>'.")
    @APIResponse(responseCode = "204", description = "Understood; sending it again changes nothing.")
    public void receive(
            @PathParam("provider") String provider,
            @HeaderParam("Fondaco-Signature") @Nullable String signature,
            byte[] body) {
        actor.is("provider:" + provider);
        payments.receive(provider, body, signature == null ? "" : signature).ifPresent(completeCart::receive);
    }
}
