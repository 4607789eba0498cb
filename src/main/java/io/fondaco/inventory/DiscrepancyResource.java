package io.fondaco.inventory;

import io.fondaco.access.Scopes;
import io.fondaco.inventory.StockReconciliation.Discrepancy;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.platform.web.UnicodeText;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** Open stock discrepancies, for the admin API. */
@Path("/admin/v1/stock-discrepancies")
@Tag(name = "Stock")
@RetriedReads
@RunOnVirtualThread
class DiscrepancyResource {
    private static final String BY_KEY = "sku,location,figure";

    private final StockReconciliation stockReconciliation;

    DiscrepancyResource(StockReconciliation stockReconciliation) {
        this.stockReconciliation = stockReconciliation;
    }

    @GET
    @RolesAllowed(Scopes.STOCK_READ)
    @Operation(
            operationId = "listStockDiscrepancies",
            summary = "List stock discrepancies",
            description = "Quantities of stock levels that differ from the ledger, the open reservations and the"
                    + " backorders, as of the last reconciliation. They are not repaired automatically; a quantity that"
                    + " is correct again leaves the list.")
    public Page<Discrepancy> discrepancies(
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit, @RestQuery @Nullable String cursor) {
        Discrepancy after = PageCursor.decode(cursor, BY_KEY, 3)
                .map(place -> keyOnly(
                        place.keys().get(0), place.keys().get(1), place.keys().get(2)))
                .orElse(keyOnly("", "", ""));
        if (UnicodeText.hasNul(after.sku() + after.location() + after.figure())) {
            throw PageCursor.invalidCursor();
        }
        return Page.fromRows(
                stockReconciliation.listOpen(after, limit + 1),
                limit,
                found -> PageCursor.of(BY_KEY, found.sku(), found.location(), found.figure()));
    }

    private static Discrepancy keyOnly(String sku, String location, String figure) {
        return new Discrepancy(sku, location, figure, 0, 0, Instant.EPOCH, Instant.EPOCH);
    }
}
