package io.fondaco.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.fondaco.platform.database.RetriedReads;
import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.paging.Page;
import io.fondaco.platform.paging.PageCursor;
import io.fondaco.platform.transactions.AfterCommit;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.DateTimeParser;
import io.fondaco.platform.web.IfMatch;
import io.fondaco.platform.web.UnicodeText;
import io.fondaco.platform.web.Violation;
import io.quarkus.security.UnauthorizedException;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
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
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** API keys in the admin API. */
@Path("/admin/v1/api-keys")
@Tag(name = "API keys")
@RetriedReads
@RunOnVirtualThread
class ApiKeyResource {
    private static final String SORT = "id";
    private static final int HINT_LENGTH = 4;

    private final SecurityIdentity caller;
    private final ApiKeyAuthenticator authenticator;
    private final AfterCommit afterCommit;

    ApiKeyResource(SecurityIdentity caller, ApiKeyAuthenticator authenticator, AfterCommit afterCommit) {
        this.caller = caller;
        this.authenticator = authenticator;
        this.afterCommit = afterCommit;
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

    record NewKey(
            @NotBlank @Size(max = 200) String name,
            @NotEmpty @Size(max = 50) List<@NotNull @Size(max = 50) String> scopes,
            @Nullable Instant expiresAt) {}

    record KeyChange(
            @Size(min = 1, max = 200) @Nullable String name,
            @Size(min = 1, max = 50) @Nullable List<@NotNull @Size(max = 50) String> scopes,

            @Schema(
                    implementation = Instant.class,
                    nullable = true,
                    description = "null: the key does not expire. Not later than the expiry of the caller's key.")
            @Nullable
            JsonNode expiresAt) {}

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
        List<ApiKey> rows =
                ApiKey.find("id > ?1 order by id", after).range(0, limit).list();
        return Page.fromRows(rows, limit, key -> PageCursor.of(SORT, new ApiKeyId(key.id).toString()))
                .map(key -> toView(key, null));
    }

    @POST
    @Transactional
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
        checkScopes(request.scopes());
        requireCallerStillValid();
        checkExpiry(request.expiresAt());
        UnicodeText.rejectNul("/name", request.name());
        String secret = Secret.generate(ApiKeyAuthenticator.SECRET_PREFIX);
        ApiKey key = new ApiKey();
        key.id = TypeId.newUuid();
        key.name = request.name();
        key.hash = Secret.hash(secret);
        key.hint = secret.substring(secret.length() - HINT_LENGTH);
        key.scopes = request.scopes().stream().distinct().sorted().toArray(String[]::new);
        key.expiresAt = request.expiresAt();
        key.createdAt = Instant.now().truncatedTo(ChronoUnit.MICROS);
        key.createdBy = caller.getPrincipal().getName();
        key.persistAndFlush();
        afterCommit.run(authenticator::invalidateCache);
        return Response.status(201)
                .entity(toView(key, secret))
                .tag(IfMatch.etag(key.version))
                .build();
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
        ApiKey key = ApiKey.<ApiKey>findByIdOptional(ApiKeyId.parse(id).value())
                .orElseThrow(() -> ApiException.notFound("API key", id));
        return Response.ok(toView(key, null)).tag(IfMatch.etag(key.version)).build();
    }

    @PATCH
    @Path("/{id}")
    @Transactional
    @RolesAllowed(Scopes.KEYS_WRITE)
    @Operation(
            operationId = "changeApiKey",
            summary = "Change an API key",
            description =
                    "Absent fields keep their values; `expires_at: null` removes the expiry. The caller must hold "
                            + "every scope that the key has or gets (403 `scope_not_held`), and cannot extend the "
                            + "expiry beyond that of its own key (403 `expires_after_caller`). The change takes effect in other pods "
                            + "within 5 seconds.")
    @APIResponse(
            responseCode = "200",
            description = "The changed key.",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Key.class)))
    public Response change(
            @RestPath String id, @HeaderParam("If-Match") @Nullable String ifMatch, @NotNull @Valid KeyChange change) {
        ApiKey key = findForUpdate(id, ifMatch);
        requireScopesHeld(List.of(key.scopes));
        Optional.ofNullable(change.name()).ifPresent(name -> {
            UnicodeText.rejectNul("/name", name);
            key.name = name;
        });
        Optional.ofNullable(change.scopes()).ifPresent(scopes -> {
            checkScopes(scopes);
            key.scopes = scopes.stream().distinct().sorted().toArray(String[]::new);
        });
        Optional.ofNullable(change.expiresAt()).ifPresent(node -> {
            Instant expiry = node.isNull() ? null : parseInstant(node);
            if (isLater(expiry, key.expiresAt)) {
                checkExpiry(expiry);
            }
            key.expiresAt = expiry;
        });
        key.persistAndFlush();
        afterCommit.run(authenticator::invalidateCache);
        return Response.ok(toView(key, null)).tag(IfMatch.etag(key.version)).build();
    }

    @DELETE
    @Path("/{id}")
    @Transactional
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
        ApiKey key = findForUpdate(id, ifMatch);
        List<ApiKey> keys = cascade ? withDescendants(key) : List.of(key);
        keys.forEach(each -> requireScopesHeld(List.of(each.scopes)));
        Instant now = Instant.now();
        keys.stream().filter(each -> each.revokedAt == null).forEach(each -> each.revokedAt = now);
        ApiKey.flush();
        afterCommit.run(authenticator::invalidateCache);
    }

    /** The key, the keys that it created, the keys that those created, and so on: one statement for each generation. */
    private static List<ApiKey> withDescendants(ApiKey key) {
        List<ApiKey> all = new ArrayList<>(List.of(key));
        List<ApiKey> generation = List.of(key);
        while (!generation.isEmpty()) {
            generation = ApiKey.findByCreatorsForUpdate(generation.stream()
                    .map(creator -> new ApiKeyId(creator.id).toString())
                    .toList());
            all.addAll(generation);
        }
        return all;
    }

    /**
     * Locks the caller's own key until the new key is committed. Otherwise a key that is being revoked with
     * {@code cascade} could create one more key, which the cascade would not find.
     */
    private void requireCallerStillValid() {
        String principal = caller.getPrincipal().getName();
        if (principal.equals(ApiKeyAuthenticator.BOOTSTRAP_PRINCIPAL)) {
            return;
        }
        boolean valid = ApiKey.<ApiKey>findByIdOptional(
                        ApiKeyId.parse(principal).value(), LockModeType.PESSIMISTIC_READ)
                .filter(key -> key.revokedAt == null)
                .isPresent();
        if (!valid) {
            throw new UnauthorizedException();
        }
    }

    private static Instant parseInstant(JsonNode node) {
        if (node.isTextual()) {
            try {
                return DateTimeParser.parseInstant(node.asText());
            } catch (DateTimeException _) {
                // Falls through to the error for values that are not text.
            }
        }
        String detail = "'%s' is not a time; expected a value like 2026-11-24T12:00:00Z."
                .formatted(Violation.abbreviate(node.asText()));
        throw new ApiException(400, "wrong_type", detail, List.of(new Violation("/expires_at", "wrong_type", detail)));
    }

    /** Whether the first expiry is later than the second; null means that the key does not expire. */
    private static boolean isLater(@Nullable Instant one, @Nullable Instant other) {
        return other != null && (one == null || one.isAfter(other));
    }

    /**
     * A key that the caller creates or extends must not expire later than the caller's own key. The bootstrap key does
     * not expire.
     */
    private void checkExpiry(@Nullable Instant expiry) {
        String principal = caller.getPrincipal().getName();
        if (principal.equals(ApiKeyAuthenticator.BOOTSTRAP_PRINCIPAL)) {
            return;
        }
        ApiKey own = ApiKey.<ApiKey>findByIdOptional(ApiKeyId.parse(principal).value())
                .orElseThrow(() -> ApiException.notFound("API key", principal));
        if (isLater(expiry, own.expiresAt)) {
            throw new ApiException(
                    403,
                    "expires_after_caller",
                    "A key cannot expire later than the key that creates or changes it, which expires at "
                            + own.expiresAt);
        }
    }

    private static ApiKey findForUpdate(String id, @Nullable String ifMatch) {
        ApiKey key = ApiKey.<ApiKey>findByIdOptional(ApiKeyId.parse(id).value(), LockModeType.PESSIMISTIC_WRITE)
                .orElseThrow(() -> ApiException.notFound("API key", id));
        IfMatch.require(ifMatch, key.version);
        return key;
    }

    private void checkScopes(List<String> scopes) {
        for (int index = 0; index < scopes.size(); index++) {
            String scope = scopes.get(index);
            if (!Scopes.ALL.contains(scope)) {
                throw ApiException.invalid(
                        "/scopes/" + index,
                        "unknown_scope",
                        "Unknown scope '%s'. Available: ".formatted(Violation.abbreviate(scope))
                                + String.join(
                                        ", ",
                                        new ArrayList<>(Scopes.ALL)
                                                .stream().sorted().toList()));
            }
        }
        requireScopesHeld(scopes);
    }

    /** Prevents that a key grants, or is used to change, more than its holder may do. */
    private void requireScopesHeld(List<String> scopes) {
        for (String scope : scopes) {
            if (!caller.hasRole(scope)) {
                throw new ApiException(
                        403,
                        "scope_not_held",
                        "A key can grant and change only scopes that it holds; it does not hold " + scope);
            }
        }
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
