package io.fondaco.promotion;

import io.fondaco.access.Scopes;
import io.fondaco.platform.admission.Bulk;
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
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
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

    private static final String CODE_SORT = "code";

    private final PromotionService service;
    private final PromotionCodes codes;

    PromotionResource(PromotionService service, PromotionCodes codes) {
        this.service = service;
        this.codes = codes;
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
            description = "The `action` says what it does. Short form: a `kind` and its members: a `percentage` needs "
                    + "`basis_points`, an `amount` needs `amounts`, `free_shipping` neither. A promotion is "
                    + "applied by its `code`, by generated codes, or with the trigger `automatic` to every "
                    + "cart. A `usage_limit` or a budget can be changed later, but neither added nor removed. "
                    + "Products and categories of conditions must exist.")
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
        return IfMatch.created(created, created.version());
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
        return IfMatch.ok(promotion, promotion.version());
    }

    @PATCH
    @Path("/{id}")
    @RolesAllowed(Scopes.PROMOTIONS_WRITE)
    @Operation(
            operationId = "changePromotion",
            summary = "Change a promotion",
            description = "Absent fields keep their values; `clear` removes the value of a field. Orders keep their "
                    + "discounts. 422: usage_limit_below_used, usage_limit_fixed, budget_below_used, "
                    + "budget_currencies_fixed, kind_fixed.")
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
        return IfMatch.ok(changed, changed.version());
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

    /**
     * The request to generate codes.
     *
     * @param prefix absent: none
     */
    record NewCodesRequest(
            @Min(1) @Max(PromotionCodes.MAX_BATCH) @Schema(examples = "1000")
            int count,

            @Pattern(regexp = "[A-Za-z0-9][A-Za-z0-9._-]{0,29}") @Schema(examples = "SPRING-") @Nullable
            String prefix) {}

    /** @param deleted number of codes */
    @Schema(name = "DeletedPromotionCodes")
    record DeletedCodes(int deleted) {}

    @POST
    @Path("/{id}/codes")
    @RolesAllowed(Scopes.PROMOTIONS_WRITE)
    @Operation(
            operationId = "generatePromotionCodes",
            summary = "Generate codes for one order each",
            description = "The codes are random and unique in the shop: `prefix` and 12 letters and digits. They are "
                    + "usable when the response arrives; list or export them.")
    @APIResponse(
            responseCode = "202",
            description = "The codes are generated.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = PromotionCodes.CodeBatch.class)))
    @APIResponse(responseCode = "409", description = "`automatic_promotion`: an automatic promotion has no codes.")
    public Response generateCodes(@RestPath String id, @NotNull @Valid NewCodesRequest request) {
        return Response.accepted(codes.generate(PromotionId.parse(id), request.count(), request.prefix()))
                .build();
    }

    @GET
    @Path("/{id}/codes")
    @RolesAllowed(Scopes.PROMOTIONS_READ)
    @Operation(
            operationId = "listPromotionCodes",
            summary = "List generated codes",
            description = "In alphabetical order; `used` selects those that an order has used, or has not.")
    public Page<PromotionCodes.GeneratedCode> listCodes(
            @RestPath String id,
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit,
            @RestQuery @Nullable String cursor,
            @RestQuery @Pattern(regexp = "true|false") @Nullable String used) {
        String after = PageCursor.decode(cursor, CODE_SORT, 1)
                .map(place -> place.keys().getFirst())
                .orElse("");
        Boolean onlyUsed = used == null ? null : Boolean.valueOf(used);
        return Page.fromRows(
                codes.listPage(PromotionId.parse(id), after, onlyUsed, limit + 1),
                limit,
                row -> PageCursor.of(CODE_SORT, row.code()));
    }

    @GET
    @Path("/{id}/codes.csv")
    @Bulk
    @Produces("text/csv;charset=UTF-8")
    @RolesAllowed(Scopes.PROMOTIONS_READ)
    @Operation(
            operationId = "exportPromotionCodes",
            summary = "Export generated codes as CSV",
            description = "All codes in alphabetical order, with the order that used them; streamed.")
    @APIResponse(
            responseCode = "200",
            description = "The file, streamed",
            content = @Content(mediaType = "text/csv", schema = @Schema(type = SchemaType.STRING, format = "binary")))
    public Response exportCodes(@RestPath String id) {
        PromotionId promotion = PromotionId.parse(id);
        codes.requireExisting(promotion);
        StreamingOutput file = output -> codes.export(promotion, output);
        return Response.ok(file)
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"%s.csv\"".formatted(promotion))
                .build();
    }

    @DELETE
    @Path("/{id}/codes")
    @RolesAllowed(Scopes.PROMOTIONS_WRITE)
    @Operation(
            operationId = "deletePromotionCodes",
            summary = "Delete unused codes",
            description = "Deletes the generated codes that no order has used. Carts that have one of them get the "
                    + "problem `unknown_coupon`.")
    @APIResponse(
            responseCode = "200",
            description = "How many codes were deleted.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = DeletedCodes.class)))
    public DeletedCodes deleteCodes(@RestPath String id) {
        return new DeletedCodes(codes.deleteUnused(PromotionId.parse(id)));
    }
}
