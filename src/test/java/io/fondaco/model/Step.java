package io.fondaco.model;

/**
 * An action of a shopper, the staff, the payment provider or a job. The index of a cart, order or line is taken modulo
 * the number of them; 0 is the newest active one. If there is none, the step does nothing. So every part of a sequence
 * is a valid sequence, and a failing sequence can be shrunk.
 */
sealed interface Step {
    record Open(Sku sku, int units) implements Step {}

    record Add(int index, Sku sku, int units) implements Step {}

    record SetQuantity(int index, Sku sku, int units) implements Step {}

    record Remove(int index, Sku sku) implements Step {}

    record SetCoupon(int index, boolean on) implements Step {}

    /** @param stalePrice true if the shopper saw another total */
    record Complete(int index, PaymentScenario payment, boolean stalePrice) implements Step {}

    /** A checkout whose payment is paused until {@link ResumePayment}. */
    record StartCheckout(int index, PaymentScenario payment) implements Step {}

    record ResumePayment(int index) implements Step {}

    /** The reservation of a checkout that is in progress expires. */
    record Expire(int index) implements Step {}

    /** A checkout request is sent again with its idempotency key. */
    record RepeatCheckout(int index, boolean differentBody) implements Step {}

    /** The provider's webhook. */
    record SendWebhook(int index, boolean captured) implements Step {}

    /** The recovery job queries the provider. */
    record Recover(int index) implements Step {}

    record Cancel(int index) implements Step {}

    record CancelUnits(int index, int line, int units) implements Step {}

    record RefundAmount(int index, Share share) implements Step {}

    record RefundUnits(int index, int line, int units, boolean restock) implements Step {}

    record CapturePayment(int index) implements Step {}

    record Adjust(StockPlace place, int delta) implements Step {}

    record SetAvailable(StockPlace place, int available) implements Step {}

    /** The last successful request of the staff is sent again with its idempotency key. */
    record RepeatStaffRequest() implements Step {}

    /** How much of the refundable amount is refunded. */
    enum Share {
        SOME,
        ALL,
        TOO_MUCH
    }

    /** A SKU at a location. */
    enum StockPlace {
        PLAIN(Sku.PLAIN, "default"),
        BACKORDERABLE(Sku.BACKORDERABLE, "default"),
        NORTH(Sku.MULTILOCATION, "north"),
        SOUTH(Sku.MULTILOCATION, "south");

        private final Sku sku;
        private final String location;

        StockPlace(Sku sku, String location) {
            this.sku = sku;
            this.location = location;
        }

        Sku sku() {
            return sku;
        }

        String location() {
            return location;
        }
    }
}
