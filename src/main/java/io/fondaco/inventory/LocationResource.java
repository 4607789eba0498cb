package io.fondaco.inventory;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fondaco.access.Scopes;
import io.fondaco.inventory.Location.LocationRow;
import io.fondaco.inventory.LocationService.LocationPatch;
import io.fondaco.inventory.LocationService.NewLocation;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.platform.web.IfMatch;
import io.fondaco.platform.web.UnicodeText;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** Stock locations, for the admin API. A location is never deleted, because the ledger refers to it. */
@Path("/admin/v1/stock-locations")
@Tag(name = "Stock")
@RetriedReads
@RunOnVirtualThread
class LocationResource {
    private static final String SORT = "code";

    private final LocationService locations;

    LocationResource(LocationService locations) {
        this.locations = locations;
    }

    /** @param country null if it is not set */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    @Schema(name = "StockLocation")
    record View(
            String code,
            String name,
            @Nullable String country,
            int priority,
            boolean active,
            boolean shipsOnline,
            Instant createdAt,
            Instant updatedAt) {

        static View of(LocationRow row) {
            return new View(
                    row.code(),
                    row.name(),
                    row.country(),
                    row.priority(),
                    row.active(),
                    row.shipsOnline(),
                    row.createdAt(),
                    row.updatedAt());
        }
    }

    @GET
    @RolesAllowed(Scopes.STOCK_READ)
    @Operation(
            operationId = "listStockLocations",
            summary = "List stock locations",
            description = "In the order of their codes.")
    public Page<View> list(
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit, @RestQuery @Nullable String cursor) {
        String after = PageCursor.decode(cursor, SORT, 1)
                .map(place -> place.keys().getFirst())
                .orElse("");
        if (UnicodeText.hasNul(after)) {
            throw PageCursor.invalidCursor();
        }
        return Page.fromRows(locations.listAfter(after, limit + 1), limit, row -> PageCursor.of(SORT, row.code()))
                .map(View::of);
    }

    @POST
    @RolesAllowed(Scopes.STOCK_WRITE)
    @Operation(
            operationId = "createStockLocation",
            summary = "Create a stock location",
            description = "Codes are compared without regard to case. Counting or importing stock creates a location"
                    + " only if the request says so (create_location, create_locations).")
    @APIResponse(
            responseCode = "201",
            description = "The location.",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = View.class)))
    @APIResponse(responseCode = "409", description = "`location_exists`: change the existing one.")
    public Response create(@NotNull @Valid NewLocation newLocation) {
        LocationRow location = locations.create(newLocation);
        return IfMatch.created(View.of(location), location.version());
    }

    @GET
    @Path("/{code}")
    @RolesAllowed(Scopes.STOCK_READ)
    @Operation(
            operationId = "getStockLocation",
            summary = "Get a stock location",
            description = "The response has the ETag that a change needs as If-Match.")
    @APIResponse(
            responseCode = "200",
            description = "The location.",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = View.class)))
    public Response get(@RestPath String code) {
        return toResponse(locations.get(code));
    }

    @PATCH
    @Path("/{code}")
    @RolesAllowed(Scopes.STOCK_WRITE)
    @Operation(
            operationId = "changeStockLocation",
            summary = "Change a stock location",
            description = "Nothing is sold from a location that is not active or does not ship online. Existing"
                    + " reservations are kept.")
    @APIResponse(
            responseCode = "200",
            description = "The changed location.",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = View.class)))
    @APIResponse(responseCode = "412", description = "`version_mismatch`: it has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public Response change(
            @RestPath String code,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @NotNull @Valid LocationPatch locationPatch) {
        return toResponse(locations.change(code, ifMatch, locationPatch));
    }

    private static Response toResponse(LocationRow location) {
        return IfMatch.ok(View.of(location), location.version());
    }
}
