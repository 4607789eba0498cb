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

/** API keys for the back office. */
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

    ApiKeyResource(SecurityIdentity caller, ApiKeyAuthenticator keys, AfterCommit afterCommit) {
        this.caller = caller;
        this.authenticator = keys;
        this.afterCommit = afterCommit;
    }

    /**
     * @param secret shown once, when the key is made
     * @param hint the last characters of the secret, to tell keys apart
     */
    record Key(
            ApiKeyId id,
            String name,

            @JsonInclude(JsonInclude.Include.NON_NULL)
            @Schema(description = "Shown once, when the key is made.")
            @Nullable
            String secret,

            String hint,
            List<String> scopes,
            @Nullable Instant expiresAt,
            @Nullable Instant revokedAt,
            Instant createdAt,

            @Schema(
                    description =
                            "`bootstrap` or the id of the key that made it; null for keys made before this was recorded.")
            @Nullable
            String createdBy,

            @Schema(
                    description =
                            "When the key was last used, to within two minutes; null if it never was. Does not change the ETag.")
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
                    description = "null: the key does not expire. Not later than the calling key expires itself.")
            @Nullable
            JsonNode expiresAt) {}

    @GET
    @RolesAllowed(Scopes.KEYS_READ)
    @Operation(operationId = "listApiKeys", summary = "List API keys", description = "Revoked ones too, oldest first.")
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
            summary = "Make an API key",
            description =
                    "The secret is in this answer and nowhere else. A key can grant only scopes that the caller holds, and "
                            + "for no longer than the caller itself is valid (403 `scope_not_held`, `expires_after_caller`).")
    @APIResponse(
            responseCode = "201",
            description = "The key, with its secret.",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Key.class)))
    public Response create(@NotNull @Valid NewKey wanted) {
        checkScopes(wanted.scopes());
        requireCallerStillValid();
        checkExpiry(wanted.expiresAt());
        UnicodeText.rejectNul("/name", wanted.name());
        String secret = Secret.generate(ApiKeyAuthenticator.SECRET_PREFIX);
        ApiKey key = new ApiKey();
        key.id = TypeId.newUuid();
        key.name = wanted.name();
        key.hash = Secret.hash(secret);
        key.hint = secret.substring(secret.length() - HINT_LENGTH);
        key.scopes = wanted.scopes().stream().distinct().sorted().toArray(String[]::new);
        key.expiresAt = wanted.expiresAt();
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
            summary = "Look at an API key",
            description = "With its scopes and the end of its secret. Only creating a key answers the whole secret.")
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
                    "Absent fields stay as they are; `expires_at: null` removes the expiry. The caller must hold every scope that "
                            + "the key has or gets (403 `scope_not_held`), and cannot have it expire later than its own key does "
                            + "(403 `expires_after_caller`). Other pods follow within 5 seconds.")
    @APIResponse(
            responseCode = "200",
            description = "The key as it is now.",
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
                    "It opens nothing any more: immediately through this pod, within 5 seconds through the others. The keys that "
                            + "it made stay, unless `cascade` says otherwise. The caller must hold every scope of every key that is "
                            + "revoked (403 `scope_not_held`; then none is).")
    @APIResponse(responseCode = "204", description = "Revoked.")
    public void revoke(
            @RestPath String id,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @Parameter(description = "Revokes also the keys that it made, and those that they made, and so on.")
                    @RestQuery
                    @DefaultValue("false")
                    boolean cascade) {
        ApiKey key = findForUpdate(id, ifMatch);
        List<ApiKey> ending = cascade ? withDescendants(key) : List.of(key);
        ending.forEach(each -> requireScopesHeld(List.of(each.scopes)));
        Instant now = Instant.now();
        ending.stream().filter(each -> each.revokedAt == null).forEach(each -> each.revokedAt = now);
        ApiKey.flush();
        afterCommit.run(authenticator::invalidateCache);
    }

    /** The key, the keys that it made, those that they made, and so on: one statement for each generation. */
    private static List<ApiKey> withDescendants(ApiKey key) {
        List<ApiKey> all = new ArrayList<>(List.of(key));
        List<ApiKey> generation = List.of(key);
        while (!generation.isEmpty()) {
            generation = ApiKey.findByCreatorsForUpdate(generation.stream()
                    .map(maker -> new ApiKeyId(maker.id).toString())
                    .toList());
            all.addAll(generation);
        }
        return all;
    }

    /**
     * Holds the caller's own key as it is until the new key is committed. Otherwise a key that is being revoked with
     * all that it made could make one more, which nobody would revoke.
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
                // Answered below, like what is no text.
            }
        }
        String detail = "'%s' does not fit; expected a time like 2026-11-24T12:00:00Z."
                .formatted(Violation.abbreviate(node.asText()));
        throw new ApiException(400, "wrong_type", detail, List.of(new Violation("/expires_at", "wrong_type", detail)));
    }

    /** A key that does not expire ends after all others. */
    private static boolean isLater(@Nullable Instant one, @Nullable Instant other) {
        return other != null && (one == null || one.isAfter(other));
    }

    /** What the caller makes or prolongs ends no later than the caller's own key. The bootstrap key does not expire. */
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
                    "A key can be valid for no longer than the key that it is made or changed with: until "
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
                        "There is no such scope; there are: "
                                + String.join(
                                        ", ",
                                        new ArrayList<>(Scopes.ALL)
                                                .stream().sorted().toList()));
            }
        }
        requireScopesHeld(scopes);
    }

    /** Otherwise a key could be given, or be used to change, more than its holder may do. */
    private void requireScopesHeld(List<String> scopes) {
        for (String scope : scopes) {
            if (!caller.hasRole(scope)) {
                throw new ApiException(
                        403, "scope_not_held", "A key can grant and change only scopes that it holds: not " + scope);
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
