package io.fondaco.platform.idempotency;

/** The request was answered before; this is the answer. */
final class ReplayedResponseException extends RuntimeException {
    private final transient IdempotentResponse response;

    ReplayedResponseException(IdempotentResponse answer) {
        super("Answered before", null, false, false);
        this.response = answer;
    }

    IdempotentResponse response() {
        return response;
    }
}
