package io.fondaco.inventory;

import static java.util.Objects.requireNonNull;

import io.fondaco.access.Scopes;
import io.fondaco.catalog.Catalog;
import io.fondaco.inventory.Inventory.ResolvedLocation;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.idempotency.Idempotent;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.platform.transactions.RetriedWrites;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.UnicodeText;
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
    private final Catalog catalog;
    private final StockQueries queries;

    StockResource(Inventory inventory, Catalog catalog, StockQueries queries) {
        this.inventory = inventory;
        this.queries = queries;
        this.catalog = catalog;
    }

    /**
     * A correction of a stock level: either by a difference or to a count.
     *
     * @param location absent: {@code "default"}
     * @param createLocation whether an unknown location is created
     * @param delta units more, or less if negative
     * @param available the new number of unreserved units on the shelf
     * @param reason for the history
     */
    record StockAdjustment(
            @Schema(examples = "85123A") @NotNull @Size(min = 1, max = 255)
            String sku,

            @Size(min = 1, max = 100) @Nullable String location,

            @Schema(description = "Whether an unknown location is created; absent: no, it is rejected.") @Nullable
            Boolean createLocation,

            @Schema(description = "Units more, or less if negative; either this or available.", examples = "-3")
            @Min(-StockCount.MAX_AVAILABLE)
            @Max(StockCount.MAX_AVAILABLE)
            @Nullable
            Long delta,

            @Schema(
                    description =
                            "Unreserved units on the shelf; either this or delta. Waiting backorders are filled from"
                                    + " them immediately.")
            @Min(0)
            @Max(StockCount.MAX_AVAILABLE)
            @Nullable
            Long available,

            @Size(max = 500) @Nullable String reason) {}

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
        if (UnicodeText.hasNul(after.sku() + after.location())) {
            throw ApiException.badRequest("invalid_parameter", "A SKU must not contain NUL characters.");
        }
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
        return apply(adjustment);
    }

    private String resolveLocation(StockAdjustment adjustment) {
        String requested = adjustment.location() == null ? StockKey.DEFAULT_LOCATION : adjustment.location();
        ResolvedLocation resolved = requireNonNull(inventory
                .resolveLocations(List.of(requested), Boolean.TRUE.equals(adjustment.createLocation()))
                .get(requested));
        return resolved.code()
                .orElseThrow(() -> ApiException.invalid("/location", resolved.errorCode(), resolved.detail()));
    }

    /** The stock of a deleted variant remains, so a SKU without a variant is accepted if it has a level. */
    private StockLevel apply(StockAdjustment adjustment) {
        String sku = adjustment.sku();
        if (sku == null
                || sku.indexOf('\0') >= 0
                || (catalog.variantsBySku(List.of(sku)).isEmpty()
                        && inventory.levels(List.of(sku)).isEmpty())) {
            throw ApiException.invalid("/sku", "unknown_sku", "There is no variant with this SKU.");
        }
        String location = resolveLocation(adjustment);
        String reason = adjustment.reason() == null ? "" : adjustment.reason();
        if (reason.indexOf('\0') >= 0) {
            throw ApiException.invalid("/reason", "invalid_format", "The reason must not contain NUL characters.");
        }
        StockKey stock = new StockKey(sku, location);
        Long delta = adjustment.delta();
        Long available = adjustment.available();
        if (delta != null && available == null) {
            return inventory.adjust(stock, delta, reason);
        }
        if (available != null && delta == null) {
            return inventory.recordCount(new StockCount(stock, available), reason);
        }
        throw ApiException.invalid("/delta", "delta_or_available", "Send either delta or available.");
    }

    @GET
    @Path("/{sku}/history")
    @RolesAllowed(Scopes.STOCK_READ)
    @Operation(
            operationId = "listStockHistory",
            summary = "List the changes of a SKU's stock, newest first",
            description = "Each with its cause, its actor and its request id. The history is append-only: the database"
                    + " rejects changes and deletions.")
    public Page<StockQueries.LedgerEntry> history(
            @RestPath String sku,
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit,
            @RestQuery @Nullable String cursor) {
        long before = PageCursor.decode(cursor, NEWEST_FIRST, 1)
                .map(place -> parseId(place.keys().getFirst()))
                .orElse(Long.MAX_VALUE);
        return Page.fromRows(
                queries.listEntriesBefore(sku, before, limit + 1),
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
