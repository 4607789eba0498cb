package io.fondaco.invoice;

import io.fondaco.access.Scopes;
import io.fondaco.invoice.Invoice.InvoiceSummary;
import io.fondaco.invoice.InvoiceEntity.InvoiceSummaryRow;
import io.fondaco.invoice.InvoiceService.WrittenInvoice;
import io.fondaco.order.OrderId;
import io.fondaco.order.Orders;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.idempotency.Idempotent;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.transactions.RetriedWrites;
import io.fondaco.platform.web.ApiException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
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

/** The invoice and the credit notes of an order in the admin API. */
@Path("/admin/v1/orders/{id}/invoices")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Invoices")
@ReadsFrom(Route.REPLICA_WITH_TOKEN)
@RetriedReads
@RunOnVirtualThread
class OrderInvoiceResource {
    private final InvoiceService service;
    private final InvoiceRepository repository;
    private final Orders orders;

    OrderInvoiceResource(InvoiceService service, InvoiceRepository repository, Orders orders) {
        this.service = service;
        this.repository = repository;
        this.orders = orders;
    }

    @GET
    @RolesAllowed(Scopes.ORDERS_READ)
    @Operation(
            operationId = "listOrderInvoices",
            summary = "List the invoice and the credit notes of an order",
            description = "Oldest first, all of them, without what the documents state.")
    public Page<InvoiceSummary> list(@RestPath String id) {
        OrderId order = OrderId.parse(id);
        if (orders.find(order).isEmpty()) {
            throw ApiException.notFound("order", order.toString());
        }
        return new Page<>(
                repository.listByOrder(order).stream()
                        .map(InvoiceSummaryRow::toSummary)
                        .toList(),
                null);
    }

    @POST
    @RetriedWrites
    @Idempotent(required = true)
    @RolesAllowed(Scopes.ORDERS_WRITE)
    @Operation(
            operationId = "writeInvoice",
            summary = "Write the invoice of an order",
            description = "Takes the next number of the series `invoice`. An order has one invoice: if it was written "
                    + "before, it is returned with 200, whatever became of the order.")
    @APIResponse(
            responseCode = "201",
            description = "The invoice was written.",
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Invoice.class)))
    @APIResponse(
            responseCode = "200",
            description = "The invoice that the order has.",
            content =
                    @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Invoice.class)))
    @APIResponse(
            responseCode = "409",
            description = "`invalid_order_status`: the order is pending or cancelled; `seller_incomplete`: the "
                    + "settings have no name or address of the seller; `taxes_unknown`: units were cancelled after the "
                    + "authorization of the payment was lost.")
    public Response write(@RestPath String id) {
        return response(service.writeInvoice(OrderId.parse(id)));
    }

    static Response response(WrittenInvoice written) {
        return Response.status(written.created() ? Response.Status.CREATED : Response.Status.OK)
                .entity(written.invoice())
                .build();
    }
}
