package io.fondaco.webhook;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to make: what to send where.
 *
 * @param leaseId tells this attempt from a later one, should this pod be given up meanwhile
 * @param secretGenerations of the secrets that sign, the newest first
 * @param previousAttempts that were made before
 * @param body as it is sent and signed
 * @param traceParent that the event was told in, if any
 */
record DeliveryAttempt(
        UUID deliveryId,
        UUID leaseId,
        UUID endpointId,
        String url,
        List<Integer> secretGenerations,
        int previousAttempts,
        String messageId,
        String body,
        @Nullable String traceParent) {

    DeliveryAttempt {
        secretGenerations = List.copyOf(secretGenerations);
    }

    /**
     * What became of it.
     *
     * @param status of the answer; 0 if there was none
     * @param error why there was no answer, or none that counts; empty when it was taken
     * @param response the beginning of the answer's body
     * @param retryAfterSeconds what the endpoint asked for; 0 if it did not
     */
    record AttemptResult(
            Instant at, long durationMillis, int status, String error, String response, long retryAfterSeconds) {
        boolean isAccepted() {
            return error.isEmpty();
        }

        boolean isGone() {
            return status == 410;
        }
    }
}
