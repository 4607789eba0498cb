package io.fondaco.invoice;

import io.fondaco.access.Scopes;
import io.fondaco.order.OrderId;
import io.fondaco.payment.RefundId;
import io.fondaco.platform.idempotency.Idempotent;
import io.fondaco.platform.transactions.RetriedWrites;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;

/** The credit note of a refund in the admin API; {@link OrderInvoiceResource} lists it. */
@Path("/admin/v1/orders/{id}/refunds/{refund}/credit-notes")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Invoices")
@RunOnVirtualThread
class CreditNoteResource {
    private final InvoiceService service;

    CreditNoteResource(InvoiceService service) {
        this.service = service;
    }

    @POST
    @RetriedWrites
    @Idempotent(required = true)
    @RolesAllowed(Scopes.ORDERS_WRITE)
    @Operation(
            operationId = "writeCreditNote",
            summary = "Write the credit note of a refund",
            description = "Takes the next number of the series `credit-note` and names the invoice of the order. A "
                    + "refund has one credit note: if it was written before, it is returned with 200.")
    @APIResponse(
            responseCode = "201",
            description = "The credit note was written.",
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Invoice.class)))
    @APIResponse(
            responseCode = "200",
            description = "The credit note that the refund has.",
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Invoice.class)))
    @APIResponse(
            responseCode = "409",
            description = "`refund_not_succeeded`: the refund is pending or failed; `invoice_missing`: the order has "
                    + "no invoice; `seller_incomplete`: the settings have no name or address of the seller.")
    public Response write(@RestPath String id, @RestPath String refund) {
        return OrderInvoiceResource.response(service.writeCreditNote(OrderId.parse(id), RefundId.parse(refund)));
    }
}
