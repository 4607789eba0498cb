package io.fondaco.webhook;

import io.fondaco.platform.identity.TypeId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.hibernate.annotations.DynamicUpdate;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint that events are sent to. {@link WebhookStatements} counts its failures by SQL, without a new version, so
 * an update through this entity writes only the changed columns.
 */
@Entity
@Table(schema = "webhook", name = "endpoint")
@DynamicUpdate
class WebhookEndpoint {
    static final String ENABLED = "enabled";
    static final String DISABLED = "disabled";

    @Id
    UUID id;

    String url;

    String description;

    @Column(name = "event_types")
    List<String> eventTypes;

    String status;

    /** Why it was disabled automatically; otherwise empty. */
    @Column(name = "disabled_reason")
    String disabledReason;

    /** The generation of the current secret. */
    @Column(name = "secret_generation")
    int secretGeneration;

    /** Until this time, the secret of the previous generation is valid too. */
    @Column(name = "previous_until")
    Instant previousUntil;

    @Column(name = "consecutive_failures")
    int consecutiveFailures;

    /** Time of the first failed attempt since the last accepted one. */
    @Column(name = "failing_since")
    @Nullable
    Instant failingSince;

    @Version
    long version;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "deleted_at")
    @Nullable
    Instant deletedAt;

    /** A new, enabled endpoint with the first generation of its secret. */
    static WebhookEndpoint create(String url, List<String> eventTypes, String description) {
        WebhookEndpoint endpoint = new WebhookEndpoint();
        endpoint.id = TypeId.newUuid();
        endpoint.url = url;
        endpoint.description = description;
        endpoint.subscribe(eventTypes);
        endpoint.status = ENABLED;
        endpoint.disabledReason = "";
        endpoint.secretGeneration = 1;
        endpoint.previousUntil = Instant.EPOCH;
        endpoint.createdAt = now();
        return endpoint;
    }

    boolean isEnabled() {
        return status.equals(ENABLED);
    }

    /** Replaces the event types, which may contain wildcards. */
    void subscribe(List<String> types) {
        eventTypes = types.stream().distinct().sorted().toList();
    }

    /** Enables or disables the endpoint. A change resets its failure count. */
    void changeStatus(String newStatus) {
        if (!newStatus.equals(status)) {
            status = newStatus;
            disabledReason = "";
            consecutiveFailures = 0;
            failingSince = null;
        }
    }

    /** Starts the next generation of the secret. */
    void rotateSecret(Duration previousSecretValidity) {
        secretGeneration++;
        previousUntil = now().plus(previousSecretValidity);
    }

    void delete() {
        status = DISABLED;
        deletedAt = now();
    }

    /** The current time in the precision of the database. */
    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MICROS);
    }
}
