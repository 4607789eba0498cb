package io.fondaco.inventory;

import io.fondaco.access.Scopes;
import io.fondaco.inventory.DiscrepancyRepository.Discrepancy;
import io.fondaco.inventory.DiscrepancyRepository.DiscrepancyKey;
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

    private final DiscrepancyRepository discrepancies;

    DiscrepancyResource(DiscrepancyRepository discrepancies) {
        this.discrepancies = discrepancies;
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
        DiscrepancyKey after = PageCursor.decode(cursor, BY_KEY, 3)
                .map(place -> new DiscrepancyKey(
                        place.keys().get(0), place.keys().get(1), place.keys().get(2)))
                .orElse(new DiscrepancyKey("", "", ""));
        if (UnicodeText.hasNul(after.sku() + after.location() + after.figure())) {
            throw PageCursor.invalidCursor();
        }
        return Page.fromRows(
                discrepancies.listOpenAfter(after, limit + 1),
                limit,
                found -> PageCursor.of(BY_KEY, found.sku(), found.location(), found.figure()));
    }
}
