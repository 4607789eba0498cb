package io.fondaco.webhook;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A delivery attempt that this pod has claimed.
 *
 * @param leaseId distinguishes this attempt from one that another pod makes after the lease has expired
 * @param secretGenerations the generations of the secrets that sign the request, the newest first
 * @param previousAttempts the number of attempts before this one
 * @param body the body as it is sent and signed
 * @param traceParent the trace in which the event was published, if any
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
     * The result of an attempt.
     *
     * @param status the status of the response; 0 if there was none
     * @param error why the attempt failed; empty if the endpoint accepted it
     * @param response the beginning of the response body
     * @param retryAfterSeconds the delay that the endpoint asked for; 0 if it did not
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
