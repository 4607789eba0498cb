package io.fondaco.model;

/**
 * What somebody does. Which cart, order or line is meant is a number that fits whatever there is, 0 the latest
 * that is in use; where there is none
 * nothing is done. So every part of a sequence is a sequence, and a failing one shrinks.
 */
sealed interface Step {
    record Open(Sku sku, int units) implements Step {}

    record Add(int which, Sku sku, int units) implements Step {}

    record SetQuantity(int which, Sku sku, int units) implements Step {}

    record Remove(int which, Sku sku) implements Step {}

    record SetCoupon(int which, boolean on) implements Step {}

    /** @param stalePrice whether the shopper was shown another total */
    record Complete(int which, PaymentScenario payment, boolean stalePrice) implements Step {}

    /** A completion whose provider takes its time, until {@link ResumePayment}. */
    record StartCheckout(int which, PaymentScenario payment) implements Step {}

    record ResumePayment(int which) implements Step {}

    /** The time that stock is set aside for a completion that has begun is over. */
    record Expire(int which) implements Step {}

    /** A completion is sent again, with its key. */
    record RepeatCheckout(int which, boolean differentBody) implements Step {}

    /** The provider's webhook. */
    record SendWebhook(int which, boolean captured) implements Step {}

    /** The recovery job asks the provider. */
    record Recover(int which) implements Step {}

    record Cancel(int which) implements Step {}

    record CancelUnits(int which, int line, int units) implements Step {}

    record RefundAmount(int which, Share share) implements Step {}

    record RefundUnits(int which, int line, int units, boolean restock) implements Step {}

    record CapturePayment(int which) implements Step {}

    record Adjust(StockPlace place, int delta) implements Step {}

    record SetAvailable(StockPlace place, int available) implements Step {}

    /** The last thing that the staff did is sent again, with its key. */
    record RepeatStaffRequest() implements Step {}

    /** How much of what is left goes back. */
    enum Share {
        SOME,
        ALL,
        TOO_MUCH
    }

    /** Where stock is counted. */
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
