package io.fondaco.inventory;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fondaco.access.Scopes;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.platform.postal.CountryCode;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.IfMatch;
import io.fondaco.platform.web.UnicodeText;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
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
    private static final int DEFAULT_PRIORITY = 100;

    private final Locations locations;

    LocationResource(Locations locations) {
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

        static View of(Location row) {
            return new View(
                    row.code,
                    row.name,
                    row.country,
                    row.priority,
                    row.active,
                    row.shipsOnline,
                    row.createdAt,
                    row.updatedAt);
        }
    }

    /** The fields of a new location. */
    @Schema(name = "NewStockLocation")
    record NewLocation(
            @Schema(description = "Identifies the location and never changes.", examples = "leeds")
            @NotNull
            @Pattern(regexp = StockKey.LOCATION_CODE)
            String code,

            @Size(min = 1, max = 200) @Pattern(regexp = PostalAddress.PRINTABLE) @Nullable
            String name,

            @CountryCode @Nullable String country,

            @Schema(description = "Locations with a lower number are used first; absent: 100.")
            @Min(0)
            @Max(10_000)
            @Nullable
            Integer priority,

            @Schema(description = "Whether its stock can be sold; absent: yes.") @Nullable
            Boolean active,

            @Schema(description = "Whether it ships online orders; absent: yes.") @Nullable
            Boolean shipsOnline) {}

    /** The fields to change; absent ones stay as they are. */
    @Schema(name = "StockLocationChange")
    record LocationPatch(
            @Size(min = 1, max = 200) @Pattern(regexp = PostalAddress.PRINTABLE) @Nullable
            String name,

            @CountryCode @Nullable String country,
            @Min(0) @Max(10_000) @Nullable Integer priority,
            @Nullable Boolean active,
            @Nullable Boolean shipsOnline) {}

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
        List<Location> rows =
                Location.find("code > ?1 order by code", after).range(0, limit).list();
        return Page.fromRows(rows, limit, row -> PageCursor.of(SORT, row.code)).map(View::of);
    }

    @POST
    @Transactional
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
        int inserted = Location.getEntityManager()
                .createNativeQuery("""
                        INSERT INTO inventory.location (code, name, country, priority, active, ships_online)
                        SELECT :code, :name, cast(:country AS text), :priority, :active, :ships
                         WHERE NOT EXISTS (SELECT FROM inventory.location WHERE lower(code) = lower(:code))
                        ON CONFLICT (code) DO NOTHING
                        """)
                .setParameter("code", newLocation.code())
                .setParameter("name", newLocation.name() == null ? newLocation.code() : newLocation.name())
                .setParameter("country", newLocation.country())
                .setParameter("priority", newLocation.priority() == null ? DEFAULT_PRIORITY : newLocation.priority())
                .setParameter("active", !Boolean.FALSE.equals(newLocation.active()))
                .setParameter("ships", !Boolean.FALSE.equals(newLocation.shipsOnline()))
                .executeUpdate();
        if (inserted == 0) {
            throw ApiException.conflict(
                    "location_exists", "The location '%s' already exists.".formatted(newLocation.code()));
        }
        Location location = find(newLocation.code(), LockModeType.NONE);
        return Response.status(201)
                .entity(View.of(location))
                .tag(IfMatch.etag(location.version))
                .build();
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
        Location location = find(code, LockModeType.NONE);
        return Response.ok(View.of(location))
                .tag(IfMatch.etag(location.version))
                .build();
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
        boolean[] sellingChanged = new boolean[1];
        Location location = QuarkusTransaction.requiringNew().call(() -> {
            Location found = find(code, LockModeType.PESSIMISTIC_WRITE);
            IfMatch.require(ifMatch, found.version);
            boolean sellableBefore = found.active && found.shipsOnline;
            apply(found, locationPatch);
            found.updatedAt = Instant.now().truncatedTo(ChronoUnit.MICROS);
            found.persistAndFlush();
            sellingChanged[0] = sellableBefore != (found.active && found.shipsOnline);
            return found;
        });
        if (sellingChanged[0]) {
            locations.publishAvailability(location.code);
        }
        return Response.ok(View.of(location))
                .tag(IfMatch.etag(location.version))
                .build();
    }

    private static void apply(Location location, LocationPatch locationPatch) {
        location.name = locationPatch.name() == null ? location.name : locationPatch.name();
        location.country = locationPatch.country() == null ? location.country : locationPatch.country();
        location.priority = locationPatch.priority() == null ? location.priority : locationPatch.priority();
        location.active = locationPatch.active() == null ? location.active : locationPatch.active();
        location.shipsOnline = locationPatch.shipsOnline() == null ? location.shipsOnline : locationPatch.shipsOnline();
    }

    private static Location find(String code, LockModeType lock) {
        return Location.<Location>findByIdOptional(code, lock)
                .orElseThrow(() -> ApiException.notFound("stock location", code));
    }
}
