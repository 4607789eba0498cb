package io.fondaco.inventory;

import io.fondaco.access.Scopes;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.paging.PageCursor;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** The stock ledger of a SKU, for the admin API. */
@Path("/admin/v1/stock/{sku}/history")
@Tag(name = "Stock")
@RetriedReads
@RunOnVirtualThread
class StockHistoryResource {
    private static final String NEWEST = "-id";

    private final StockHistory history;

    StockHistoryResource(StockHistory history) {
        this.history = history;
    }

    @GET
    @RolesAllowed(Scopes.STOCK_READ)
    @Operation(
            operationId = "listStockHistory",
            summary = "List the changes of a SKU's stock, newest first",
            description = "Each with its cause, its actor and its request id. The history is append-only: the database"
                    + " rejects changes and deletions.")
    public Page<StockHistory.LedgerEntry> history(
            @RestPath String sku,
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit,
            @RestQuery @Nullable String cursor) {
        long before = PageCursor.decode(cursor, NEWEST, 1)
                .map(place -> number(place.keys().getFirst()))
                .orElse(Long.MAX_VALUE);
        return Page.fromRows(
                history.listBefore(sku, before, limit + 1),
                limit,
                ledgerEntry -> PageCursor.of(NEWEST, Long.toString(ledgerEntry.id())));
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException _) {
            throw PageCursor.invalidCursor();
        }
    }
}
