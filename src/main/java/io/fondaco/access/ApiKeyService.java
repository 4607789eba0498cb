package io.fondaco.access;

import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.transactions.AfterCommit;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.IfMatch;
import io.fondaco.platform.web.UnicodeText;
import io.fondaco.platform.web.Violation;
import io.quarkus.security.UnauthorizedException;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The administrators' actions on API keys. A caller can grant and change only scopes that it holds, and cannot create
 * or extend a key beyond the expiry of its own key. Each change is one transaction; this pod applies it to requests
 * immediately after the commit.
 */
@ApplicationScoped
class ApiKeyService {
    private static final int HINT_LENGTH = 4;

    private final SecurityIdentity caller;
    private final ApiKeyRepository repository;
    private final ApiKeyAuthenticator authenticator;
    private final AfterCommit afterCommit;

    ApiKeyService(
            SecurityIdentity caller,
            ApiKeyRepository repository,
            ApiKeyAuthenticator authenticator,
            AfterCommit afterCommit) {
        this.caller = caller;
        this.repository = repository;
        this.authenticator = authenticator;
        this.afterCommit = afterCommit;
    }

    /** @param secret returned only here and stored only as a hash */
    record CreatedKey(ApiKey key, String secret) {}

    List<ApiKey> listPage(UUID after, int limit) {
        return repository.listPage(after, limit);
    }

    /** @throws ApiException 404 if there is none */
    ApiKey get(ApiKeyId id) {
        return repository
                .findByIdOptional(id.value())
                .orElseThrow(() -> ApiException.notFound("API key", id.toString()));
    }

    /**
     * @throws ApiException 403 {@code scope_not_held}, {@code expires_after_caller}; 422 {@code unknown_scope}
     * @throws UnauthorizedException if the caller's key was revoked
     */
    @Transactional
    CreatedKey create(NewKey request) {
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
        key.scopes = sortedScopes(request.scopes());
        key.expiresAt = request.expiresAt();
        key.createdAt = Instant.now().truncatedTo(ChronoUnit.MICROS);
        key.createdBy = caller.getPrincipal().getName();
        repository.persistAndFlush(key);
        afterCommit.run(authenticator::invalidateCache);
        return new CreatedKey(key, secret);
    }

    /**
     * @param ifMatch as sent
     * @throws ApiException 404 if there is none; 412, 428 as {@link IfMatch#require}; 403 {@code scope_not_held},
     *     {@code expires_after_caller}; 422 {@code unknown_scope}
     */
    @Transactional
    ApiKey change(ApiKeyId id, @Nullable String ifMatch, KeyChange change) {
        ApiKey key = lock(id, ifMatch);
        requireScopesHeld(List.of(key.scopes));
        Optional.ofNullable(change.name()).ifPresent(name -> {
            UnicodeText.rejectNul("/name", name);
            key.name = name;
        });
        Optional.ofNullable(change.scopes()).ifPresent(scopes -> {
            checkScopes(scopes);
            key.scopes = sortedScopes(scopes);
        });
        if (change.expiresAt() != null) {
            Instant expiry = change.parseExpiry();
            if (isLater(expiry, key.expiresAt)) {
                checkExpiry(expiry);
            }
            key.expiresAt = expiry;
        }
        repository.flush();
        afterCommit.run(authenticator::invalidateCache);
        return key;
    }

    /**
     * @param ifMatch as sent
     * @param cascade also revokes the keys that it created, the keys that those created, and so on
     * @throws ApiException 404 if there is none; 412, 428 as {@link IfMatch#require}; 403 {@code scope_not_held}; then
     *     no key is revoked
     */
    @Transactional
    void revoke(ApiKeyId id, @Nullable String ifMatch, boolean cascade) {
        ApiKey key = lock(id, ifMatch);
        List<ApiKey> keys = cascade ? withDescendants(key) : List.of(key);
        keys.forEach(each -> requireScopesHeld(List.of(each.scopes)));
        Instant now = Instant.now();
        keys.stream().filter(each -> each.revokedAt == null).forEach(each -> each.revokedAt = now);
        repository.flush();
        afterCommit.run(authenticator::invalidateCache);
    }

    /** The key, the keys that it created, the keys that those created, and so on: one statement for each generation. */
    private List<ApiKey> withDescendants(ApiKey key) {
        List<ApiKey> all = new ArrayList<>(List.of(key));
        List<ApiKey> generation = List.of(key);
        while (!generation.isEmpty()) {
            generation = repository.listByCreatorsForUpdate(generation.stream()
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
        boolean valid = repository
                .findByIdOptional(ApiKeyId.parse(principal).value(), LockModeType.PESSIMISTIC_READ)
                .filter(key -> key.revokedAt == null)
                .isPresent();
        if (!valid) {
            throw new UnauthorizedException();
        }
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
        ApiKey own = get(ApiKeyId.parse(principal));
        if (isLater(expiry, own.expiresAt)) {
            throw new ApiException(
                    403,
                    "expires_after_caller",
                    "A key cannot expire later than the key that creates or changes it, which expires at "
                            + own.expiresAt);
        }
    }

    private ApiKey lock(ApiKeyId id, @Nullable String ifMatch) {
        ApiKey key = repository
                .findByIdOptional(id.value(), LockModeType.PESSIMISTIC_WRITE)
                .orElseThrow(() -> ApiException.notFound("API key", id.toString()));
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
                                + String.join(", ", Scopes.ALL.stream().sorted().toList()));
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

    private static String[] sortedScopes(List<String> scopes) {
        return scopes.stream().distinct().sorted().toArray(String[]::new);
    }
}
