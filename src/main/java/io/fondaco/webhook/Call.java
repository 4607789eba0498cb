package io.fondaco.webhook;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to make: what to send where.
 *
 * @param lease tells this attempt from a later one, should this pod be given up meanwhile
 * @param generations of the secrets that sign, the newest first
 * @param attempts that were made before
 * @param body as it is sent and signed
 * @param trace that the event was told in, if any
 */
record Call(
        UUID delivery,
        UUID lease,
        UUID endpoint,
        String url,
        List<Integer> generations,
        int attempts,
        String messageId,
        String body,
        @Nullable String trace) {

    Call {
        generations = List.copyOf(generations);
    }

    /**
     * What became of it.
     *
     * @param status of the answer; 0 if there was none
     * @param error why there was no answer, or none that counts; empty when it was taken
     * @param response the beginning of the answer's body
     * @param retryAfterSeconds what the endpoint asked for; 0 if it did not
     */
    record Result(Instant at, long millis, int status, String error, String response, long retryAfterSeconds) {
        boolean taken() {
            return error.isEmpty();
        }

        boolean gone() {
            return status == 410;
        }
    }
}
