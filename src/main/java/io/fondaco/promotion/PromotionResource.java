package io.fondaco.promotion;

import io.fondaco.access.Scopes;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.IfMatch;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.transaction.Transactional;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
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
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
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
    private static final int MAX_CURRENCIES = 200;
    private static final int MAX_TITLE = 200;
    private static final long MAX_USES = 1_000_000_000_000L;
    private static final String MAX_USES_TEXT = "1000000000000";

    private final PromotionRepository repository;
    private final PromotionValidator validator;

    PromotionResource(PromotionRepository repository, PromotionValidator validator) {
        this.repository = repository;
        this.validator = validator;
    }

    /**
     * @param combinable absent: false
     * @param active absent: true
     * @param skus absent: all SKUs
     */
    record NewPromotion(
            @NotBlank
            @Pattern(regexp = "[A-Za-z0-9][A-Za-z0-9._-]{0,49}")
            @Schema(
                    description = "The code that the customer enters: letters, digits, dot, hyphen, underscore. "
                            + "Case does not matter.",
                    examples = "SPRING10")
            String code,

            @NotBlank @Size(max = MAX_TITLE) @Pattern(regexp = PostalAddress.PRINTABLE)
            String title,

            @NotNull PromotionKind kind,

            @Schema(description = "For the kind `percentage`: the discount in hundredths of a percent, 1 to 10000.")
            @Nullable
            Integer basisPoints,

            @Size(max = MAX_CURRENCIES) @Nullable List<@NotNull Money> amounts,
            @Size(max = MAX_CURRENCIES) @Nullable List<@NotNull Money> minimumSubtotals,
            @Size(max = MAX_CURRENCIES) @Nullable List<@NotNull Money> maximumDiscounts,
            @Nullable Instant startsAt,
            @Nullable Instant endsAt,

            @Min(1)
            @Max(MAX_USES)
            @Schema(description = "Maximum number of uses in total. Absent: no limit.", maximum = MAX_USES_TEXT)
            @Nullable
            Long usageLimit,

            @Min(1) @Schema(description = "Maximum number of uses per e-mail address.") @Nullable
            Integer usageLimitPerCustomer,

            @Nullable Boolean combinable,
            @Nullable Boolean active,

            @Nullable
            List<@NotNull @Size(min = 1, max = 255) @Pattern(regexp = PostalAddress.PRINTABLE) String> skus) {}

    /**
     * Absent fields keep their values. The code and the kind cannot be changed.
     *
     * @param clear the fields whose value is removed
     */
    record PromotionChange(
            @Size(min = 1, max = MAX_TITLE) @Pattern(regexp = PostalAddress.PRINTABLE) @Nullable
            String title,

            @Nullable Integer basisPoints,
            @Size(max = MAX_CURRENCIES) @Nullable List<@NotNull Money> amounts,
            @Size(max = MAX_CURRENCIES) @Nullable List<@NotNull Money> minimumSubtotals,
            @Size(max = MAX_CURRENCIES) @Nullable List<@NotNull Money> maximumDiscounts,
            @Nullable Instant startsAt,
            @Nullable Instant endsAt,

            @Min(1) @Max(MAX_USES) @Schema(maximum = MAX_USES_TEXT) @Nullable
            Long usageLimit,

            @Min(1) @Nullable Integer usageLimitPerCustomer,
            @Nullable Boolean combinable,
            @Nullable Boolean active,
            @Nullable List<@NotNull @Size(min = 1, max = 255) @Pattern(regexp = PostalAddress.PRINTABLE) String> skus,

            @Size(max = 3)
            @Schema(
                    description =
                            "The fields whose value is removed: `starts_at`, `ends_at`, `usage_limit_per_customer`.")
            @Nullable
            List<@NotNull @Pattern(regexp = "starts_at|ends_at|usage_limit_per_customer") String> clear) {}

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
        String normalizedCode = code == null ? null : Promotions.normalizeCode(code);
        if (normalizedCode != null && !Promotions.isValidCode(normalizedCode)) {
            return new Page<>(List.of(), null);
        }
        return Page.fromRows(
                repository.listPage(after, normalizedCode, limit + 1),
                limit,
                row -> PageCursor.of(SORT, row.id().toString()));
    }

    @POST
    @Transactional
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
        Promotion promotion = new Promotion(
                new PromotionId(TypeId.newUuid()),
                Promotions.normalizeCode(request.code()),
                request.title(),
                request.kind(),
                request.basisPoints(),
                orEmpty(request.amounts()),
                orEmpty(request.minimumSubtotals()),
                orEmpty(request.maximumDiscounts()),
                toDatabasePrecision(request.startsAt()),
                toDatabasePrecision(request.endsAt()),
                request.usageLimit(),
                request.usageLimitPerCustomer(),
                Boolean.TRUE.equals(request.combinable()),
                !Boolean.FALSE.equals(request.active()),
                distinctSkus(orEmpty(request.skus())),
                0,
                1,
                Instant.EPOCH,
                Instant.EPOCH);
        validator.validate(promotion);
        Promotion created = repository.insert(promotion);
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
        Promotion promotion =
                repository.find(PromotionId.parse(id)).orElseThrow(() -> ApiException.notFound("promotion", id));
        return Response.ok(promotion).tag(IfMatch.etag(promotion.version())).build();
    }

    @PATCH
    @Path("/{id}")
    @Transactional
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
        Promotion before = repository.findForUpdate(PromotionId.parse(id));
        IfMatch.require(ifMatch, before.version());
        Promotion after = applyChange(before, change);
        validator.validate(after);
        validator.validateChange(before, after);
        Promotion changed = repository.update(after);
        return Response.ok(changed).tag(IfMatch.etag(changed.version())).build();
    }

    private static Promotion applyChange(Promotion before, PromotionChange change) {
        Set<String> cleared = Set.copyOf(orEmpty(change.clear()));
        if (change.title() != null && change.title().isBlank()) {
            throw ApiException.invalid("/title", "required", "A promotion needs a title.");
        }
        return new Promotion(
                before.id(),
                before.code(),
                Optional.ofNullable(change.title()).orElse(before.title()),
                before.kind(),
                change.basisPoints() == null ? before.basisPoints() : change.basisPoints(),
                Optional.ofNullable(change.amounts()).orElse(before.amounts()),
                Optional.ofNullable(change.minimumSubtotals()).orElse(before.minimumSubtotals()),
                Optional.ofNullable(change.maximumDiscounts()).orElse(before.maximumDiscounts()),
                cleared.contains("starts_at")
                        ? null
                        : change.startsAt() == null ? before.startsAt() : toDatabasePrecision(change.startsAt()),
                cleared.contains("ends_at")
                        ? null
                        : change.endsAt() == null ? before.endsAt() : toDatabasePrecision(change.endsAt()),
                change.usageLimit() == null ? before.usageLimit() : change.usageLimit(),
                cleared.contains("usage_limit_per_customer")
                        ? null
                        : change.usageLimitPerCustomer() == null
                                ? before.usageLimitPerCustomer()
                                : change.usageLimitPerCustomer(),
                Optional.ofNullable(change.combinable()).orElse(before.combinable()),
                Optional.ofNullable(change.active()).orElse(before.active()),
                Optional.ofNullable(change.skus())
                        .map(PromotionResource::distinctSkus)
                        .orElse(before.skus()),
                before.used(),
                before.version(),
                before.createdAt(),
                before.updatedAt());
    }

    @DELETE
    @Path("/{id}")
    @Transactional
    @RolesAllowed(Scopes.PROMOTIONS_WRITE)
    @Operation(
            operationId = "deletePromotion",
            summary = "Delete a promotion",
            description = "Its code is no longer valid. Orders keep their discounts.")
    @APIResponse(responseCode = "204", description = "Deleted.")
    @APIResponse(responseCode = "412", description = "`version_mismatch`: the promotion has changed since you read it.")
    @APIResponse(responseCode = "428", description = "`precondition_required`: send If-Match.")
    public void delete(@RestPath String id, @HeaderParam("If-Match") @Nullable String ifMatch) {
        Promotion promotion = repository.findForUpdate(PromotionId.parse(id));
        IfMatch.require(ifMatch, promotion.version());
        repository.delete(promotion.id());
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    private static List<String> distinctSkus(List<String> skus) {
        return skus.stream().distinct().collect(Collectors.toList());
    }

    private static @Nullable Instant toDatabasePrecision(@Nullable Instant instant) {
        return instant == null ? null : instant.truncatedTo(ChronoUnit.MICROS);
    }
}
