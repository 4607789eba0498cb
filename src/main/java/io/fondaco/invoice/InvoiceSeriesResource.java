package io.fondaco.invoice;

import io.fondaco.access.Scopes;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.platform.web.IfMatch;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** The series of invoice numbers in the admin API. */
@Path("/admin/v1/invoice-series")
@Tag(name = "Invoices")
@ReadsFrom(Route.REPLICA_WITH_TOKEN)
@RetriedReads
@RunOnVirtualThread
class InvoiceSeriesResource {
    private static final String SORT = "code";

    private final InvoiceSeriesRepository repository;
    private final InvoiceSeriesService service;

    InvoiceSeriesResource(InvoiceSeriesRepository repository, InvoiceSeriesService service) {
        this.repository = repository;
        this.service = service;
    }

    @GET
    @RolesAllowed(Scopes.ORDERS_READ)
    @Operation(
            operationId = "listInvoiceSeries",
            summary = "List the series of invoice numbers",
            description = "By code.")
    public Page<InvoiceSeries> list(
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit, @RestQuery @Nullable String cursor) {
        String after = PageCursor.decode(cursor, SORT, 1)
                .map(place -> place.keys().getFirst())
                .orElse("");
        return Page.fromRows(repository.listPage(after, limit + 1), limit, row -> PageCursor.of(SORT, row.code()));
    }

    @GET
    @Path("/{code}")
    @RolesAllowed(Scopes.ORDERS_READ)
    @Operation(
            operationId = "getInvoiceSeries",
            summary = "Get a series of invoice numbers",
            description = "Changing the series needs its ETag, which does not change when a number is taken.")
    @APIResponse(
            responseCode = "200",
            description = "The series.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = InvoiceSeries.class)))
    public Response get(@RestPath @Size(max = 40) String code) {
        InvoiceSeries series = service.get(code);
        return IfMatch.ok(series, series.version());
    }

    @PATCH
    @Path("/{code}")
    @RolesAllowed(Scopes.ORDERS_WRITE)
    @Operation(
            operationId = "changeInvoiceSeries",
            summary = "Change prefix, digits or the first number of a series",
            description = "Absent fields keep their values. Written invoices keep their numbers. The next number can "
                    + "be raised until the first one is taken; then it would leave a gap.")
    @APIResponse(
            responseCode = "200",
            description = "The changed series.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = InvoiceSeries.class)))
    @APIResponse(
            responseCode = "409",
            description = "`series_in_use`: a number has been taken, another next number would leave a gap; "
                    + "`prefix_taken`: another series has or had this prefix.")
    @APIResponse(responseCode = "412", description = "`version_mismatch`: the series has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public Response change(
            @RestPath @Size(max = 40) String code,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @NotNull @Valid InvoiceSeries.Change change) {
        InvoiceSeries changed = service.change(code, ifMatch, change);
        return IfMatch.ok(changed, changed.version());
    }
}
