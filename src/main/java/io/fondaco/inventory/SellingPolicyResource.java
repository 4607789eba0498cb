package io.fondaco.inventory;

import io.fondaco.access.Scopes;
import io.fondaco.inventory.SellingPolicyRepository.VersionedPolicy;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.transactions.RetriedWrites;
import io.fondaco.platform.web.IfMatch;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
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

/**
 * The selling policy of a SKU, for the admin API. It has no effect for variants that are not tracked or whose
 * inventory_policy is continue.
 */
@Path("/admin/v1/stock/{sku}/selling-policy")
@Tag(name = "Stock")
@RetriedReads
@RunOnVirtualThread
class SellingPolicyResource {
    private final SellingPolicies policies;

    SellingPolicyResource(SellingPolicies policies) {
        this.policies = policies;
    }

    @GET
    @RolesAllowed(Scopes.STOCK_READ)
    @Operation(
            operationId = "getSellingPolicy",
            summary = "Get the selling policy of a SKU",
            description = "Whether the SKU is sold beyond its stock. The policy is deny if none was set.")
    @APIResponse(
            responseCode = "200",
            description = "The policy.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = SellingPolicy.class)))
    public Response get(@RestPath String sku) {
        return toResponse(policies.get(sku));
    }

    @PUT
    @RetriedWrites
    @RolesAllowed(Scopes.STOCK_WRITE)
    @Operation(
            operationId = "setSellingPolicy",
            summary = "Set the selling policy of a SKU",
            description = "Up to `limit` units may be backordered at a time. Arriving units fill the oldest backorders"
                    + " first. A lower limit does not affect existing backorders. The policy has no effect for"
                    + " variants that are not tracked or whose inventory_policy is continue: they are sold without"
                    + " counting.")
    @APIResponse(
            responseCode = "200",
            description = "The saved policy.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = SellingPolicy.class)))
    @APIResponse(responseCode = "412", description = "`version_mismatch`: it has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public Response set(
            @RestPath String sku,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @NotNull @Valid SellingPolicy input) {
        return toResponse(policies.set(sku, ifMatch, input));
    }

    private static Response toResponse(VersionedPolicy found) {
        return IfMatch.ok(found.policy(), found.version());
    }
}
