package io.fondaco.pricing;

import io.fondaco.access.Scopes;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.transactions.RetriedWrites;
import io.fondaco.platform.web.IfMatch;
import io.fondaco.pricing.CurrencyRoundings.VersionedRounding;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/** The rounding of totals by currency in the admin API. */
@Path("/admin/v1/settings/currency-rounding/{currency}")
@Tag(name = "Prices")
@ReadsFrom(Route.REPLICA_WITH_TOKEN)
@RetriedReads
@RunOnVirtualThread
class CurrencyRoundingResource {
    private final CurrencyRoundings roundings;

    CurrencyRoundingResource(CurrencyRoundings roundings) {
        this.roundings = roundings;
    }

    @GET
    @RolesAllowed(Scopes.PRICES_READ)
    @Operation(
            operationId = "getCurrencyRounding",
            summary = "Get the rounding of totals in a currency",
            description = "404 if totals in the currency are not rounded, as in every currency by default.")
    @APIResponse(
            responseCode = "200",
            description = "The rounding.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = CurrencyRounding.class)))
    public Response get(@RestPath @Size(max = 10) String currency) {
        return toResponse(roundings.get(currency));
    }

    @PUT
    @RetriedWrites
    @RolesAllowed(Scopes.PRICES_WRITE)
    @Operation(
            operationId = "setCurrencyRounding",
            summary = "Set the rounding of totals in a currency",
            description = "Totals of carts and orders are rounded half up to a multiple of the step, 2 to 100000 minor"
                    + " units: 5 for Swiss francs that are paid in cash. Changing a rounding needs its ETag.")
    @APIResponse(
            responseCode = "200",
            description = "The saved rounding.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = CurrencyRounding.class)))
    @APIResponse(responseCode = "412", description = "`version_mismatch`: it has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public Response set(
            @RestPath @Size(max = 10) String currency,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @NotNull @Valid CurrencyRounding rounding) {
        return toResponse(roundings.set(currency, ifMatch, rounding));
    }

    @DELETE
    @RolesAllowed(Scopes.PRICES_WRITE)
    @Operation(
            operationId = "deleteCurrencyRounding",
            summary = "Stop rounding totals in a currency",
            description = "Orders keep their rounding.")
    @APIResponse(responseCode = "204", description = "Deleted.")
    @APIResponse(responseCode = "412", description = "`version_mismatch`: it has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public void delete(@RestPath @Size(max = 10) String currency, @HeaderParam("If-Match") @Nullable String ifMatch) {
        roundings.remove(currency, ifMatch);
    }

    private static Response toResponse(VersionedRounding found) {
        return IfMatch.ok(found.rounding(), found.version());
    }
}
