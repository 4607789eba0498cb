package io.fondaco.webhook;

import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A delivery as the API shows it.
 *
 * @param nextAttemptAt null unless the delivery is pending
 */
record Delivery(
        DeliveryId id,
        String eventId,
        String eventType,
        String subject,
        long sequence,

        @Schema(enumeration = {"pending", "delivered", "failed"})
        String status,

        @Nullable Instant nextAttemptAt,
        @Nullable Instant deliveredAt,
        Instant createdAt,
        List<Attempt> attempts) {

    Delivery {
        attempts = List.copyOf(attempts);
    }

    /**
     * An attempt as the API shows it.
     *
     * @param status the status of the response; absent if there was none
     * @param error why the attempt failed; empty if it was accepted
     * @param response the beginning of the response body
     */
    record Attempt(Instant at, int durationMs, @Nullable Integer status, String error, String response) {}
}
