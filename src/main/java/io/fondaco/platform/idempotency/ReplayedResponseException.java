package io.fondaco.platform.idempotency;

/** Ends a repeated request with its stored response. */
final class ReplayedResponseException extends RuntimeException {
    private final transient IdempotentResponse response;

    ReplayedResponseException(IdempotentResponse response) {
        super("Replayed response", null, false, false);
        this.response = response;
    }

    IdempotentResponse response() {
        return response;
    }
}
