package io.fondaco.webhook;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;

/** An event that at least one endpoint subscribes to. Only {@link WebhookStatements} writes and renders it. */
@Entity
@Table(schema = "webhook", name = "message")
class WebhookMessage {
    @Id
    UUID event;

    String type;
}
