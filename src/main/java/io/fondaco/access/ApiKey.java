package io.fondaco.access;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A key as it is kept: its secret only as a hash. */
@Entity
@Table(schema = "access", name = "api_key")
class ApiKey extends PanacheEntityBase {
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
}
