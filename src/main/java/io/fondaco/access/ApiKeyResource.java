package io.fondaco.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fondaco.access.ApiKeyService.CreatedKey;
import io.fondaco.platform.ApiConventions;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.identity.TypeId;
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
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** API keys in the admin API. */
@Path("/admin/v1/api-keys")
@Tag(name = "API keys")
@SecurityScheme(
        securitySchemeName = ApiConventions.ADMIN_SECURITY_SCHEME,
        type = SecuritySchemeType.HTTP,
        scheme = "bearer",
        description = "A secret key with scopes; see /admin/v1/api-keys.")
@RetriedReads
@RunOnVirtualThread
class ApiKeyResource {
    private static final String SORT = "id";

    private final ApiKeyService service;

    ApiKeyResource(ApiKeyService service) {
        this.service = service;
    }

    /**
     * @param secret returned only once, when the key is created
     * @param hint the last characters of the secret, to tell keys apart
     */
    record Key(
            ApiKeyId id,
            String name,

            @JsonInclude(JsonInclude.Include.NON_NULL)
            @Schema(description = "Returned only once, when the key is created.")
            @Nullable
            String secret,

            String hint,
            List<String> scopes,
            @Nullable Instant expiresAt,
            @Nullable Instant revokedAt,
            Instant createdAt,

            @Schema(
                    description = "`bootstrap` or the id of the key that created it; null for keys "
                            + "created before this was recorded.")
            @Nullable
            String createdBy,

            @Schema(
                    description = "When the key was last used, up to two minutes late; null if it was never used. "
                            + "Does not change the ETag.")
            @Nullable
            Instant lastUsedAt) {}

    @GET
    @RolesAllowed(Scopes.KEYS_READ)
    @Operation(
            operationId = "listApiKeys",
            summary = "List API keys",
            description = "Includes revoked keys; oldest first.")
    public Page<Key> list(
            @RestQuery @DefaultValue("20") @Min(1) @Max(100) int limit, @RestQuery @Nullable String cursor) {
        UUID after = PageCursor.decode(cursor, SORT, 1)
                .map(place -> TypeId.parse(ApiKeyId.PREFIX, place.keys().getFirst()))
                .orElse(new UUID(0, 0));
        return Page.fromRows(
                        service.listPage(after, limit + 1),
                        limit,
                        key -> PageCursor.of(SORT, new ApiKeyId(key.id).toString()))
                .map(key -> toView(key, null));
    }

    @POST
    @RolesAllowed(Scopes.KEYS_WRITE)
    @Operation(
            operationId = "createApiKey",
            summary = "Create an API key",
            description = "The secret is in this response only. A key can grant only scopes that the caller holds, and "
                    + "cannot expire later than the caller's key (403 `scope_not_held`, `expires_after_caller`).")
    @APIResponse(
            responseCode = "201",
            description = "The key, with its secret.",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Key.class)))
    public Response create(@NotNull @Valid NewKey request) {
        CreatedKey created = service.create(request);
        return IfMatch.created(toView(created.key(), created.secret()), created.key().version);
    }

    @GET
    @Path("/{id}")
    @RolesAllowed(Scopes.KEYS_READ)
    @Operation(
            operationId = "getApiKey",
            summary = "Get an API key",
            description =
                    "Includes its scopes and the last characters of its secret. The whole secret is returned only "
                            + "when the key is created.")
    @APIResponse(
            responseCode = "200",
            description = "The key, without its secret.",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Key.class)))
    public Response get(@RestPath String id) {
        ApiKey key = service.get(ApiKeyId.parse(id));
        return IfMatch.ok(toView(key, null), key.version);
    }

    @PATCH
    @Path("/{id}")
    @RolesAllowed(Scopes.KEYS_WRITE)
    @Operation(
            operationId = "changeApiKey",
            summary = "Change an API key",
            description = "Absent fields keep their values; `expires_at: null` removes the expiry. The caller must hold"
                    + " every scope that the key has or gets (403 `scope_not_held`), and cannot extend the expiry"
                    + " beyond that of its own key (403 `expires_after_caller`). The change takes effect in other"
                    + " pods within 5 seconds.")
    @APIResponse(
            responseCode = "200",
            description = "The changed key.",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Key.class)))
    public Response change(
            @RestPath String id, @HeaderParam("If-Match") @Nullable String ifMatch, @NotNull @Valid KeyChange change) {
        ApiKey key = service.change(ApiKeyId.parse(id), ifMatch, change);
        return IfMatch.ok(toView(key, null), key.version);
    }

    @DELETE
    @Path("/{id}")
    @RolesAllowed(Scopes.KEYS_WRITE)
    @Operation(
            operationId = "revokeApiKey",
            summary = "Revoke an API key",
            description =
                    "The key is refused immediately by this pod, and within 5 seconds by the others. The keys that it "
                            + "created stay valid, unless `cascade` is true. The caller must hold every scope of every "
                            + "key that is revoked (403 `scope_not_held`; then none is revoked).")
    @APIResponse(responseCode = "204", description = "Revoked.")
    public void revoke(
            @RestPath String id,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @Parameter(description = "Also revokes the keys that it created, the keys that those created, and so on.")
                    @RestQuery
                    @DefaultValue("false")
                    boolean cascade) {
        service.revoke(ApiKeyId.parse(id), ifMatch, cascade);
    }

    private static Key toView(ApiKey key, @Nullable String secret) {
        return new Key(
                new ApiKeyId(key.id),
                key.name,
                secret,
                key.hint,
                List.of(key.scopes),
                key.expiresAt,
                key.revokedAt,
                key.createdAt,
                key.createdBy,
                key.lastUsedAt);
    }
}
