package io.fondaco.inventory;

import io.fondaco.access.Scopes;
import io.fondaco.inventory.Reconciliation.Discrepancy;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.paging.Cursor;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.web.Text;
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

/** What does not add up. */
@Path("/admin/v1/stock-discrepancies")
@Tag(name = "Stock")
@RetriedReads
@RunOnVirtualThread
class DiscrepancyResource {
    private static final String BY_KEY = "sku,location,figure";

    private final Reconciliation reconciliation;

    DiscrepancyResource(Reconciliation reconciliation) {
        this.reconciliation = reconciliation;
    }

    @GET
    @RolesAllowed(Scopes.STOCK_READ)
    @Operation(
            operationId = "listStockDiscrepancies",
            summary = "Figures of stock that do not add up",
            description = "As the last run of the reconciliation saw them. Nothing repairs them by itself; what adds up"
                    + " again is listed no more.")
    public Page<Discrepancy> discrepancies(
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit, @RestQuery @Nullable String cursor) {
        Discrepancy after = Cursor.decode(cursor, BY_KEY, 3)
                .map(place -> at(
                        place.keys().get(0), place.keys().get(1), place.keys().get(2)))
                .orElse(at("", "", ""));
        if (Text.hasNul(after.sku() + after.location() + after.figure())) {
            throw Cursor.invalid();
        }
        return Page.cut(
                reconciliation.open(after, limit + 1),
                limit,
                found -> Cursor.of(BY_KEY, found.sku(), found.location(), found.figure()));
    }

    private static Discrepancy at(String sku, String location, String figure) {
        return new Discrepancy(sku, location, figure, 0, 0, Instant.EPOCH, Instant.EPOCH);
    }
}
