package io.fondaco.access;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A stored API key; of the secret only the hash is stored. */
@Entity
@Table(schema = "access", name = "api_key")
class ApiKey {
    @Id
    UUID id;

    String name;

    byte[] hash;

    String hint;

    String[] scopes;

    @Column(name = "expires_at")
    @Nullable
    Instant expiresAt;

    @Column(name = "revoked_at")
    @Nullable
    Instant revokedAt;

    @Version
    long version;

    @Column(name = "created_at")
    Instant createdAt;

    /** {@code bootstrap} or the id of a key; null for keys that were created before this was recorded. */
    @Column(name = "created_by", updatable = false)
    @Nullable
    String createdBy;

    /** Written only by {@link ApiKeyLastUsedRecorder}, which does not change the version. */
    @Column(name = "last_used_at", insertable = false, updatable = false)
    @Nullable
    Instant lastUsedAt;
}
