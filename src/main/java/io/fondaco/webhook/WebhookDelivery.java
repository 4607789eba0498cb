package io.fondaco.webhook;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The delivery of one event to one endpoint. Only {@link WebhookStatements} writes it, because deliveries are created,
 * leased and replayed in sets.
 */
@Entity
@Table(schema = "webhook", name = "delivery")
class WebhookDelivery {
    @Id
    UUID id;

    UUID endpoint;

    @ManyToOne(fetch = FetchType.LAZY)
    @JoinColumn(name = "event")
    WebhookMessage message;

    String subject;

    long sequence;

    String status;

    @Column(name = "next_attempt_at")
    Instant nextAttemptAt;

    @Column(name = "leased_until")
    Instant leasedUntil;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "delivered_at")
    @Nullable
    Instant deliveredAt;
}
