package io.fondaco.platform.idempotency;

/** The request was answered before; this is the answer. */
final class AnsweredBefore extends RuntimeException {
    private final transient StoredAnswer answer;

    AnsweredBefore(StoredAnswer answer) {
        super("Answered before", null, false, false);
        this.answer = answer;
    }

    StoredAnswer answer() {
        return answer;
    }
}
