package io.fondaco.webhook;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint that events are sent to. The dispatcher updates its failure columns by SQL and not through this entity.
 */
@Entity
@Table(schema = "webhook", name = "endpoint")
class WebhookEndpoint extends PanacheEntityBase {
    static final String ENABLED = "enabled";
    static final String DISABLED = "disabled";

    @Id
    UUID id;

    String url;

    String description;

    @Column(name = "event_types")
    String[] eventTypes;

    String status;

    @Column(name = "disabled_reason")
    String disabledReason;

    @Column(name = "secret_generation")
    int secretGeneration;

    @Column(name = "previous_until", insertable = false)
    Instant previousUntil;

    @Column(name = "consecutive_failures", insertable = false, updatable = false)
    int consecutiveFailures;

    @Column(name = "failing_since", insertable = false, updatable = false)
    @Nullable
    Instant failingSince;

    @Version
    long version;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "deleted_at")
    @Nullable
    Instant deletedAt;
}
