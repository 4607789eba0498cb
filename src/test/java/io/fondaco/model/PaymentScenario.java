package io.fondaco.model;

/** How somebody pays. */
enum PaymentScenario {
    OK("test", "tok_ok"),
    FLAKY("test", "tok_flaky"),
    DECLINED("test", "tok_declined"),
    /** The money is taken and nobody is told. */
    UNKNOWN("test", "tok_unknown"),
    /** The provider decides later, and tells by its webhook. */
    ASYNC("test", "tok_async"),
    /** Authorised at once, captured by staff. */
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

    /** Whether the order has to wait for it. */
    boolean isPending() {
        return this == UNKNOWN || this == ASYNC;
    }
}
