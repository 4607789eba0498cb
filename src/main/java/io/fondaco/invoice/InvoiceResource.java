package io.fondaco.invoice;

import io.fondaco.access.Scopes;
import io.fondaco.invoice.Invoice.InvoiceSummary;
import io.fondaco.invoice.InvoiceEntity.InvoiceSummaryRow;
import io.fondaco.invoice.InvoiceRepository.InvoiceFilter;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.DateTimeParser;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/** Invoices and credit notes in the admin API; {@link OrderInvoiceResource} writes them. */
@Path("/admin/v1/invoices")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Invoices")
@ReadsFrom(Route.REPLICA_WITH_TOKEN)
@RetriedReads
@RunOnVirtualThread
class InvoiceResource {
    private final InvoiceRepository repository;

    InvoiceResource(InvoiceRepository repository) {
        this.repository = repository;
    }

    @GET
    @RolesAllowed(Scopes.ORDERS_READ)
    @Operation(
            operationId = "listInvoices",
            summary = "List invoices and credit notes, newest first",
            description = "Without what the documents state. All filters must match. An unknown parameter gets 400.")
    public Page<InvoiceSummary> list(
            @QueryParam("series") @Size(max = 40) @Nullable String series,
            @QueryParam("full_number") @Size(max = 40) @Nullable String fullNumber,
            @QueryParam("issued_at[gte]") @Nullable String issuedFrom,
            @QueryParam("issued_at[lt]") @Nullable String issuedBefore,
            @QueryParam("limit") @DefaultValue("20") @Min(1) @Max(100) int limit,
            @QueryParam("cursor") @Nullable String cursor) {
        InvoiceFilter filter = new InvoiceFilter(
                Optional.ofNullable(series),
                Optional.ofNullable(fullNumber),
                ApiException.parseParameter("issued_at[gte]", issuedFrom, DateTimeParser::parseInstant),
                ApiException.parseParameter("issued_at[lt]", issuedBefore, DateTimeParser::parseInstant),
                InvoiceFilter.cursor(cursor),
                limit);
        return Page.fromRows(repository.list(filter), limit, InvoiceFilter::cursorAfter)
                .map(InvoiceSummaryRow::toSummary);
    }

    @GET
    @Path("/{id}")
    @RolesAllowed(Scopes.ORDERS_READ)
    @Operation(
            operationId = "getInvoice",
            summary = "Get an invoice or a credit note",
            description = "The document as it was written; it never changes.")
    public Invoice get(@RestPath String id) {
        InvoiceId invoiceId = InvoiceId.parse(id);
        return repository.find(invoiceId).orElseThrow(() -> ApiException.notFound("invoice", invoiceId.toString()));
    }
}
