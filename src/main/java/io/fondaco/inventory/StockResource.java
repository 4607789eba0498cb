package io.fondaco.inventory;

import io.fondaco.access.Scopes;
import io.fondaco.inventory.StockAdjustmentService.StockAdjustment;
import io.fondaco.inventory.StockStatements.LedgerEntry;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.idempotency.Idempotent;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.platform.transactions.RetriedWrites;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** Stock levels, their corrections and their ledger, for the admin API. */
@Path("/admin/v1/stock")
@Tag(name = "Stock")
@RetriedReads
@RunOnVirtualThread
class StockResource {
    private static final String SORT = "sku,location";
    private static final String NEWEST_FIRST = "-id";

    private final Inventory inventory;
    private final StockAdjustmentService adjustments;
    private final StockStatements statements;

    StockResource(Inventory inventory, StockAdjustmentService adjustments, StockStatements statements) {
        this.inventory = inventory;
        this.adjustments = adjustments;
        this.statements = statements;
    }

    @GET
    @RolesAllowed(Scopes.STOCK_READ)
    @Operation(
            operationId = "listStock",
            summary = "List stock levels",
            description = "All levels of the given SKUs, or pages of all levels, in the order of SKU and location.")
    public Page<StockLevel> list(
            @RestQuery @Size(max = 100) List<@Size(max = 255) String> sku,
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit,
            @RestQuery @Nullable String cursor) {
        if (!sku.isEmpty()) {
            return new Page<>(inventory.levels(sku), null);
        }
        StockKey after = PageCursor.decode(cursor, SORT, 2)
                .map(place -> new StockKey(place.keys().get(0), place.keys().get(1)))
                .orElse(new StockKey("", ""));
        return Page.fromRows(
                inventory.levelsAfter(after, limit + 1),
                limit,
                level -> PageCursor.of(SORT, level.sku(), level.location()));
    }

    @POST
    @Path("/adjustments")
    @RetriedWrites
    @Idempotent(required = true)
    @RolesAllowed(Scopes.STOCK_WRITE)
    @Operation(
            operationId = "adjustStock",
            summary = "Correct the stock of a SKU",
            description =
                    "By a difference (`delta`) or to a count (`available`). Takes effect once per Idempotency-Key."
                            + " An unknown location is rejected (`unknown_location`) unless create_location is true.")
    @APIResponse(
            responseCode = "200",
            description = "The changed level.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = StockLevel.class)))
    @APIResponse(responseCode = "409", description = "`out_of_stock`: on_hand would become less than reserved.")
    public StockLevel adjust(@NotNull @Valid StockAdjustment adjustment) {
        return adjustments.apply(adjustment);
    }

    @GET
    @Path("/{sku}/history")
    @RolesAllowed(Scopes.STOCK_READ)
    @Operation(
            operationId = "listStockHistory",
            summary = "List the changes of a SKU's stock, newest first",
            description = "Each with its cause, its actor and its request id. The history is append-only: the database"
                    + " rejects changes and deletions.")
    public Page<LedgerEntry> history(
            @RestPath String sku,
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit,
            @RestQuery @Nullable String cursor) {
        long before = PageCursor.decode(cursor, NEWEST_FIRST, 1)
                .map(place -> parseId(place.keys().getFirst()))
                .orElse(Long.MAX_VALUE);
        return Page.fromRows(
                statements.listLedgerEntriesBefore(sku, before, limit + 1),
                limit,
                ledgerEntry -> PageCursor.of(NEWEST_FIRST, Long.toString(ledgerEntry.id())));
    }

    private static long parseId(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException _) {
            throw PageCursor.invalidCursor();
        }
    }
}
