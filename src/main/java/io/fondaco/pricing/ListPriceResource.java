package io.fondaco.pricing;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.fondaco.access.Scopes;
import io.fondaco.catalog.VariantId;
import io.fondaco.platform.admission.Bulk;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.platform.web.StreamedBody;
import io.fondaco.pricing.ListPriceReceiver.ListPriceInput;
import io.fondaco.pricing.ListPriceService.ListedTier;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** The prices of a price list in the admin API. */
@Path(PriceListResource.PATH + "/{id}/prices")
@Tag(name = "Prices")
@ReadsFrom(Route.REPLICA_WITH_TOKEN)
@RetriedReads
@RunOnVirtualThread
class ListPriceResource {
    private static final String NDJSON = "application/x-ndjson";
    private static final MediaType NDJSON_TYPE = MediaType.valueOf(NDJSON);
    private static final String SORT = "variant";

    private final ListPriceService service;
    private final ListPriceReceiver receiver;

    ListPriceResource(ListPriceService service, ListPriceReceiver receiver) {
        this.service = service;
        this.receiver = receiver;
    }

    /** A price of a list. */
    @Schema(name = "ListPrice")
    record ListPriceView(
            VariantId variantId,

            @Schema(description = "Null if the variant was deleted.") @Nullable
            String sku,

            @Schema(description = "The price applies to lines of at least this many units.")
            int minQuantity,

            @Schema(description = "The price of one unit.") Money price) {}

    @GET
    @RolesAllowed(Scopes.PRICES_READ)
    @Operation(
            operationId = "listListPrices",
            summary = "List the prices of a price list",
            description = "The tiers of a variant are next to each other, the one of the fewest units first.")
    public Page<ListPriceView> list(
            @RestPath String id,
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit,
            @RestQuery @Nullable String cursor) {
        PriceListId list = PriceListId.parse(id);
        Optional<PageCursor> after = PageCursor.decode(cursor, SORT, 2);
        String currency = service.currency(list);
        List<ListPriceView> rows = service
                .listAfter(
                        list,
                        after.map(place -> uuid(place.keys().get(0))).orElse(new UUID(0, 0)),
                        after.map(place -> number(place.keys().get(1))).orElse(0),
                        limit + 1)
                .stream()
                .map(tier -> view(tier, currency))
                .toList();
        return Page.fromRows(
                rows,
                limit,
                last -> PageCursor.of(SORT, last.variantId().value().toString(), Integer.toString(last.minQuantity())));
    }

    private static ListPriceView view(ListedTier listed, String currency) {
        return new ListPriceView(
                new VariantId(listed.tier().variantId()),
                listed.sku().orElse(null),
                listed.tier().minQuantity(),
                Money.of(listed.tier().amount(), currency));
    }

    private static UUID uuid(String key) {
        try {
            return UUID.fromString(key);
        } catch (IllegalArgumentException _) {
            throw PageCursor.invalidCursor();
        }
    }

    private static int number(String key) {
        try {
            return Integer.parseInt(key);
        } catch (NumberFormatException _) {
            throw PageCursor.invalidCursor();
        }
    }

    @PUT
    @Consumes({MediaType.APPLICATION_JSON, NDJSON})
    @StreamedBody
    @Bulk
    @RolesAllowed(Scopes.PRICES_WRITE)
    @Operation(
            operationId = "setListPrices",
            summary = "Set prices of a price list",
            description = "Sets the price of each named tier; a null price deletes the tier; other tiers stay as they"
                    + " are. As `application/json`: an array of at most 10,000 rows, all or none; 422: `unknown_sku`,"
                    + " `invalid_sku`, `wrong_currency`, `quantity_out_of_range`, `out_of_range`, `duplicate_tier`,"
                    + " `too_many_rows`, with pointers to row and field. As `application/x-ndjson`: one row per line,"
                    + " at most 1,000,000; each 1,000 rows are one transaction, a row that breaks a rule is rejected"
                    + " alone, and of several rows for a tier the last one counts. Sending a body again changes"
                    + " nothing.")
    @RequestBody(
            required = true,
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema = @Schema(type = SchemaType.ARRAY, implementation = ListPriceInput.class)),
                @Content(mediaType = NDJSON, schema = @Schema(type = SchemaType.STRING, format = "binary"))
            })
    @APIResponse(
            responseCode = "200",
            description = "What became of the rows.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ListPriceReport.class)))
    @APIResponse(
            responseCode = "413",
            description = "`body_too_large`: JSON of more than 4 MiB; `too_many_rows`: more than 1,000,000 lines, of"
                    + " which the first 1,000,000 are applied.")
    public ListPriceReport set(@RestPath String id, @Context HttpHeaders headers, InputStream body)
            throws JsonProcessingException {
        PriceListId list = PriceListId.parse(id);
        return NDJSON_TYPE.isCompatible(headers.getMediaType())
                ? receiver.receiveLines(list, body)
                : receiver.receiveJson(list, body);
    }
}
