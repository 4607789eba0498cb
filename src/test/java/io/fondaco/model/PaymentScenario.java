package io.fondaco.model;

/** A payment provider with the token that decides the outcome. */
enum PaymentScenario {
    OK("test", "tok_ok"),
    FLAKY("test", "tok_flaky"),
    DECLINED("test", "tok_declined"),
    /** The provider takes the money, but its response is lost. */
    UNKNOWN("test", "tok_unknown"),
    /** The provider decides later and reports it by a webhook. */
    ASYNC("test", "tok_async"),
    /** Authorized immediately, captured by staff. */
    MANUAL("manual", "");

    private final String provider;
    private final String token;

    PaymentScenario(String provider, String token) {
        this.provider = provider;
        this.token = token;
    }

    String provider() {
        return provider;
    }

    String token() {
        return token;
    }

    /** True if the order waits for the payment. */
    boolean isPending() {
        return this == UNKNOWN || this == ASYNC;
    }
}
