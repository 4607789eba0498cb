package io.fondaco.ordermanagement;

import io.fondaco.payment.Payments;
import io.fondaco.platform.web.Actor;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Receives the webhooks of payment providers. Receiving one twice changes nothing. */
@Path("/store/v1/payment-webhooks")
@Tag(name = "Payment webhooks")
@RunOnVirtualThread
class PaymentWebhookResource {
    private final Payments payments;
    private final OrderPaymentService orderPaymentService;
    private final Actor actor;

    PaymentWebhookResource(Payments payments, OrderPaymentService orderPaymentService, Actor actor) {
        this.payments = payments;
        this.orderPaymentService = orderPaymentService;
        this.actor = actor;
    }

    @POST
    @Path("/{provider}")
    @Consumes(MediaType.WILDCARD)
    @PermitAll
    @Operation(
            operationId = "receivePaymentWebhook",
            summary = "Receives a payment provider's webhook",
            description = "The test provider sends {\"reference\": \"payment_…\", \"type\": \"payment.captured\" |"
                    + " \"payment.declined\"} with 'Fondaco-Signature: sha256=<hex HMAC-SHA256 of the raw body>'."
                    + " Stripe sends its events with a 'Stripe-Signature'. The webhook only triggers a status query"
                    + " at the provider; its content is not trusted. 503: the provider is not available; send it"
                    + " again.")
    @Parameter(name = "Fondaco-Signature", in = ParameterIn.HEADER, schema = @Schema(type = SchemaType.STRING))
    @Parameter(name = "Stripe-Signature", in = ParameterIn.HEADER, schema = @Schema(type = SchemaType.STRING))
    @APIResponse(responseCode = "204", description = "Processed; sending it again changes nothing.")
    public void receive(
            @PathParam("provider") String provider,
            @Context HttpHeaders headers,
            @RequestBody(
                            description = "As the provider sends it.",
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.WILDCARD,
                                            schema = @Schema(type = SchemaType.OBJECT)))
                    byte[] body) {
        actor.actAs("provider:" + provider);
        payments.receiveWebhook(provider, body, headers::getHeaderString)
                .ifPresent(orderPaymentService::onPaymentWebhook);
    }
}
