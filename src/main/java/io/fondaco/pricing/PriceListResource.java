package io.fondaco.pricing;

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
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** Price lists in the admin API; {@link ListPriceResource} has their prices. */
@Path(PriceListResource.PATH)
@Tag(name = "Prices")
@ReadsFrom(Route.REPLICA_WITH_TOKEN)
@RetriedReads
@RunOnVirtualThread
class PriceListResource {
    static final String PATH = "/admin/v1/price-lists";
    private static final String SORT = "id";

    private final PriceListService service;

    PriceListResource(PriceListService service) {
        this.service = service;
    }

    @GET
    @RolesAllowed(Scopes.PRICES_READ)
    @Operation(
            operationId = "listPriceLists",
            summary = "List price lists",
            description = "Oldest first, without their prices.")
    public Page<PriceList> list(
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit, @RestQuery @Nullable String cursor) {
        UUID after = PageCursor.decode(cursor, SORT, 1)
                .map(place -> PriceListId.parse(place.keys().getFirst()).value())
                .orElse(new UUID(0, 0));
        return Page.fromRows(
                service.listPage(after, limit + 1),
                limit,
                row -> PageCursor.of(SORT, row.id().toString()));
    }

    @POST
    @RolesAllowed(Scopes.PRICES_WRITE)
    @Operation(
            operationId = "createPriceList",
            summary = "Create a price list",
            description = "It has no prices yet: set them by `PUT …/{id}/prices` or by a file. Of several lists that"
                    + " apply to a line, the one with the highest priority wins. 422: ends_before_start,"
                    + " unknown_currency, invalid_name.")
    @APIResponse(
            responseCode = "201",
            description = "The price list.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = PriceList.class)))
    @APIResponse(
            responseCode = "409",
            description = "`name_taken`: another price list has this name; `too_many_price_lists`: the shop has 1,000.")
    public Response create(@NotNull @Valid NewPriceList request) {
        PriceList created = service.create(request);
        return IfMatch.created(created, created.version());
    }

    @GET
    @Path("/{id}")
    @RolesAllowed(Scopes.PRICES_READ)
    @Operation(
            operationId = "getPriceList",
            summary = "Get a price list",
            description = "Changing or deleting the list needs its ETag.")
    @APIResponse(
            responseCode = "200",
            description = "The price list.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = PriceList.class)))
    public Response get(@RestPath String id) {
        PriceList list = service.get(PriceListId.parse(id));
        return IfMatch.ok(list, list.version());
    }

    @PATCH
    @Path("/{id}")
    @RolesAllowed(Scopes.PRICES_WRITE)
    @Operation(
            operationId = "changePriceList",
            summary = "Change a price list",
            description = "Absent fields keep their values; `clear` removes the value of a field. The currency cannot"
                    + " be changed. Carts and pages show the change immediately. 422: ends_before_start, invalid_name.")
    @APIResponse(
            responseCode = "200",
            description = "The changed price list.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = PriceList.class)))
    @APIResponse(responseCode = "409", description = "`name_taken`: another price list has this name.")
    @APIResponse(responseCode = "412", description = "`version_mismatch`: the list has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public Response change(
            @RestPath String id,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @NotNull @Valid PriceListChange change) {
        PriceList changed = service.change(PriceListId.parse(id), ifMatch, change);
        return IfMatch.ok(changed, changed.version());
    }

    @DELETE
    @Path("/{id}")
    @RolesAllowed(Scopes.PRICES_WRITE)
    @Operation(
            operationId = "deletePriceList",
            summary = "Delete a price list",
            description = "Deletes its prices, too. Orders keep their prices and the name of the list.")
    @APIResponse(responseCode = "204", description = "Deleted.")
    @APIResponse(responseCode = "412", description = "`version_mismatch`: the list has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public void delete(@RestPath String id, @HeaderParam("If-Match") @Nullable String ifMatch) {
        service.delete(PriceListId.parse(id), ifMatch);
    }
}
