package io.fondaco.webhook;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The log entry of one attempt. {@link WebhookStatements} writes it in the statement that ends the attempt. */
@Entity
@Table(schema = "webhook", name = "attempt")
class WebhookAttempt {
    @Id
    long id;

    UUID delivery;

    Instant at;

    @Column(name = "duration_ms")
    int durationMs;

    /** The status of the response; null if there was none. */
    @Nullable
    Integer status;

    String error;

    String response;
}
