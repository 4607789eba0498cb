package io.fondaco.promotion;

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
import jakarta.validation.constraints.Size;
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

/**
 * Promotions in the admin API. Without a consistency token they are read from the primary, so that usage counts are
 * current.
 */
@Path("/admin/v1/promotions")
@Tag(name = "Promotions")
@ReadsFrom(Route.REPLICA_WITH_TOKEN)
@RetriedReads
@RunOnVirtualThread
class PromotionResource {
    private static final String SORT = "id";

    private final PromotionService service;

    PromotionResource(PromotionService service) {
        this.service = service;
    }

    @GET
    @RolesAllowed(Scopes.PROMOTIONS_READ)
    @Operation(
            operationId = "listPromotions",
            summary = "List promotions",
            description = "Oldest first; `code` selects the promotions with this code.")
    public Page<Promotion> list(
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit,
            @RestQuery @Nullable String cursor,
            @RestQuery @Size(max = 100) @Nullable String code) {
        UUID after = PageCursor.decode(cursor, SORT, 1)
                .map(place -> PromotionId.parse(place.keys().getFirst()).value())
                .orElse(new UUID(0, 0));
        return Page.fromRows(
                service.listPage(after, code, limit + 1),
                limit,
                row -> PageCursor.of(SORT, row.id().toString()));
    }

    @POST
    @RolesAllowed(Scopes.PROMOTIONS_WRITE)
    @Operation(
            operationId = "createPromotion",
            summary = "Create a promotion",
            description =
                    "A `percentage` needs `basis_points`, an `amount` needs `amounts`, `free_shipping` neither. A "
                            + "`usage_limit` can be changed later, but neither added nor removed.")
    @APIResponse(
            responseCode = "201",
            description = "The promotion.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Promotion.class)))
    @APIResponse(responseCode = "409", description = "`code_taken`: another active promotion has this code.")
    public Response create(@NotNull @Valid NewPromotion request) {
        Promotion created = service.create(request);
        return Response.status(201)
                .entity(created)
                .tag(IfMatch.etag(created.version()))
                .build();
    }

    @GET
    @Path("/{id}")
    @RolesAllowed(Scopes.PROMOTIONS_READ)
    @Operation(
            operationId = "getPromotion",
            summary = "Get a promotion",
            description = "Includes the number of uses. Changing or deleting the promotion needs its ETag.")
    @APIResponse(
            responseCode = "200",
            description = "The promotion, with its number of uses.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Promotion.class)))
    public Response get(@RestPath String id) {
        Promotion promotion = service.get(PromotionId.parse(id));
        return Response.ok(promotion).tag(IfMatch.etag(promotion.version())).build();
    }

    @PATCH
    @Path("/{id}")
    @RolesAllowed(Scopes.PROMOTIONS_WRITE)
    @Operation(
            operationId = "changePromotion",
            summary = "Change a promotion",
            description = "Absent fields keep their values; `clear` removes the value of a field. Orders keep their "
                    + "discounts. 422: usage_limit_below_used, usage_limit_fixed.")
    @APIResponse(
            responseCode = "200",
            description = "The changed promotion.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Promotion.class)))
    @APIResponse(responseCode = "409", description = "`code_taken`: another active promotion has this code.")
    @APIResponse(responseCode = "412", description = "`version_mismatch`: the promotion has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public Response change(
            @RestPath String id,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @NotNull @Valid PromotionChange change) {
        Promotion changed = service.change(PromotionId.parse(id), ifMatch, change);
        return Response.ok(changed).tag(IfMatch.etag(changed.version())).build();
    }

    @DELETE
    @Path("/{id}")
    @RolesAllowed(Scopes.PROMOTIONS_WRITE)
    @Operation(
            operationId = "deletePromotion",
            summary = "Delete a promotion",
            description = "Its code is no longer valid. Orders keep their discounts.")
    @APIResponse(responseCode = "204", description = "Deleted.")
    @APIResponse(responseCode = "412", description = "`version_mismatch`: the promotion has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public void delete(@RestPath String id, @HeaderParam("If-Match") @Nullable String ifMatch) {
        service.delete(PromotionId.parse(id), ifMatch);
    }
}
