package io.fondaco.model;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Reference model of the shop: an in-memory implementation of docs/selling.md, docs/inventory.md, docs/promotions.md
 * and the API contract, without concurrency or persistence. Each method returns the status and the problem code that
 * the shop must answer.
 */
final class ShopModel {
    static final String DECLINED = "402 payment_declined";
    static final String OUT_OF_STOCK = "409 out_of_stock";
    static final int COUPON_USES = 1;

    /** The default of {@code fondaco.inventory.shortage-disclosure-limit}. */
    private static final int MAX_REPORTED_AVAILABLE = 10;

    private final Map<Sku, ModelStock> stocks = new EnumMap<>(Sku.class);
    private final OutcomeCoverage coverage;
    private int couponsUsed;
    private boolean backorderFilledByJob;

    ShopModel(OutcomeCoverage outcomeCoverage) {
        this.coverage = outcomeCoverage;
        for (Sku sku : Sku.values()) {
            stocks.put(sku, new ModelStock(sku));
        }
    }

    int couponsUsed() {
        return couponsUsed;
    }

    Map<Sku, Map<String, ModelStock.StockLevelSnapshot>> levels() {
        Map<Sku, Map<String, ModelStock.StockLevelSnapshot>> levels = new EnumMap<>(Sku.class);
        stocks.forEach((sku, modelStock) -> levels.put(sku, modelStock.snapshot()));
        return levels;
    }

    /** True if units that were already in stock fill the last sale's backorder, which a job does. Resets the flag. */
    boolean consumeBackorderFilledByJob() {
        boolean filledByJob = backorderFilledByJob;
        backorderFilledByJob = false;
        return filledByJob;
    }

    ModelCart.CartSnapshot snapshot(ModelCart modelCart) {
        return new ModelCart.CartSnapshot(Map.copyOf(modelCart.lines()), total(modelCart), shortages(modelCart));
    }

    int total(ModelCart modelCart) {
        return modelCart.lines().values().stream().mapToInt(units -> units).sum() * pencePerUnit(modelCart);
    }

    private int pencePerUnit(ModelCart modelCart) {
        return modelCart.hasCoupon() && couponsUsed < COUPON_USES ? Sku.DISCOUNTED_PENCE : Sku.PENCE;
    }

    private Map<Sku, ModelCart.Shortage> shortages(ModelCart modelCart) {
        Map<Sku, ModelCart.Shortage> shortages = new EnumMap<>(Sku.class);
        modelCart.lines().forEach((sku, units) -> {
            int sellable = stocks.get(sku).sellable();
            if (sellable < units) {
                shortages.put(sku, new ModelCart.Shortage(units, Math.min(sellable, MAX_REPORTED_AVAILABLE)));
            }
        });
        return shortages;
    }

    /** Reserves all lines, or rejects the attempt. @param expectedTotal the total that the shopper saw */
    ModelCheckoutAttempt startCheckout(ModelCart modelCart, PaymentScenario paymentScenario, int expectedTotal) {
        ModelCheckoutAttempt modelCheckoutAttempt =
                new ModelCheckoutAttempt(modelCart, paymentScenario, expectedTotal, pencePerUnit(modelCart));
        Optional<String> rejection = rejection(modelCart, expectedTotal);
        if (rejection.isPresent()) {
            modelCheckoutAttempt.finish(rejection.get());
        } else if (!shortages(modelCart).isEmpty()) {
            modelCheckoutAttempt.finish(shortages(modelCart));
        } else {
            modelCart.setStatus(ModelCart.Status.COMPLETING);
            reserve(modelCheckoutAttempt);
            couponsUsed += modelCheckoutAttempt.usesCoupon() ? 1 : 0;
            coverage.markIf(modelCheckoutAttempt.usesCoupon(), CoverageEvent.COUPON_USED);
        }
        return modelCheckoutAttempt;
    }

    private Optional<String> rejection(ModelCart modelCart, int expectedTotal) {
        if (modelCart.status() == ModelCart.Status.COMPLETED) {
            return Optional.of("409 cart_completed");
        }
        if (modelCart.status() == ModelCart.Status.COMPLETING) {
            return Optional.of("409 completion_in_progress");
        }
        if (modelCart.lines().isEmpty()) {
            return Optional.of("422 cart_incomplete");
        }
        if (modelCart.hasCoupon() && couponsUsed == COUPON_USES) {
            return Optional.of("409 coupon_used_up");
        }
        return expectedTotal == total(modelCart) ? Optional.empty() : Optional.of("409 price_changed");
    }

    private void reserve(ModelCheckoutAttempt modelCheckoutAttempt) {
        modelCheckoutAttempt.cart().lines().forEach((sku, units) -> modelCheckoutAttempt
                .reservedUnits()
                .put(sku, stocks.get(sku).reserve(units)));
    }

    /** The reservation expires. */
    void expire(ModelCheckoutAttempt modelCheckoutAttempt) {
        release(modelCheckoutAttempt);
        modelCheckoutAttempt.expire();
    }

    private void release(ModelCheckoutAttempt modelCheckoutAttempt) {
        modelCheckoutAttempt
                .reservedUnits()
                .forEach((sku, allocatedUnits) ->
                        markBackorderFilled(stocks.get(sku).release(allocatedUnits)));
        modelCheckoutAttempt.reservedUnits().clear();
    }

    /** Applies the provider's answer. */
    void finalizeCheckout(ModelCheckoutAttempt modelCheckoutAttempt) {
        if (modelCheckoutAttempt.payment() == PaymentScenario.DECLINED) {
            coverage.markIf(modelCheckoutAttempt.isExpired(), CoverageEvent.EXPIRED_THEN_DECLINED);
            release(modelCheckoutAttempt);
            reopen(modelCheckoutAttempt);
            modelCheckoutAttempt.finish(DECLINED);
            return;
        }
        ModelCart modelCart = modelCheckoutAttempt.cart();
        if (modelCheckoutAttempt.isExpired() && !shortages(modelCart).isEmpty()) {
            coverage.mark(CoverageEvent.EXPIRED_THEN_OUT_OF_STOCK);
            modelCheckoutAttempt.finish(shortages(modelCart));
            reopen(modelCheckoutAttempt);
            return;
        }
        if (modelCheckoutAttempt.isExpired()) {
            coverage.mark(CoverageEvent.EXPIRED_THEN_RESERVED_AGAIN);
            reserve(modelCheckoutAttempt);
        }
        modelCart.setStatus(ModelCart.Status.COMPLETED);
        placeOrder(modelCheckoutAttempt);
    }

    private void reopen(ModelCheckoutAttempt modelCheckoutAttempt) {
        modelCheckoutAttempt.cart().setStatus(ModelCart.Status.OPEN);
        releaseCoupon(modelCheckoutAttempt.usesCoupon());
    }

    private void placeOrder(ModelCheckoutAttempt modelCheckoutAttempt) {
        modelCheckoutAttempt.reservedUnits().forEach((sku, allocatedUnits) -> {
            coverage.markIf(allocatedUnits.onBackorder() > 0, CoverageEvent.SOLD_ON_BACKORDER);
            coverage.markIf(allocatedUnits.isSplit(), CoverageEvent.SOLD_FROM_TWO_LOCATIONS);
            boolean filledByJob = stocks.get(sku).commit(allocatedUnits);
            backorderFilledByJob |= filledByJob;
            coverage.markIf(filledByJob, CoverageEvent.BACKORDER_FILLED_BY_JOB);
        });
        ModelOrder modelOrder = new ModelOrder(
                modelCheckoutAttempt.payment(),
                modelCheckoutAttempt.pencePerUnit(),
                modelCheckoutAttempt.cart().lines(),
                modelCheckoutAttempt.reservedUnits());
        modelCheckoutAttempt.finish(modelCheckoutAttempt.payment().isPending() ? "202" : "201", modelOrder);
    }

    private void releaseCoupon(boolean used) {
        couponsUsed -= used ? 1 : 0;
        coverage.markIf(used, CoverageEvent.COUPON_RELEASED);
    }

    /** A webhook makes the shop query the provider. The result counts only for a pending payment. */
    void onPaymentWebhook(ModelOrder modelOrder, boolean captured) {
        if (!modelOrder.isPending()) {
            coverage.mark(CoverageEvent.WEBHOOK_FOR_SETTLED_PAYMENT);
        } else if (modelOrder.payment() == PaymentScenario.UNKNOWN) {
            modelOrder.markCaptured();
            coverage.mark(CoverageEvent.UNKNOWN_PAID_BY_WEBHOOK);
        } else if (captured) {
            modelOrder.markCaptured();
            coverage.mark(CoverageEvent.ASYNC_PAID);
        } else {
            restock(modelOrder.fail());
            releaseCoupon(modelOrder.usedCoupon());
            coverage.mark(CoverageEvent.ASYNC_NOT_PAID);
        }
    }

    void recover(ModelOrder modelOrder) {
        modelOrder.markCaptured();
        coverage.mark(CoverageEvent.UNKNOWN_PAID_BY_RECOVERY);
    }

    String cancel(ModelOrder modelOrder) {
        boolean pending = modelOrder.isPending();
        coverage.markIf(
                pending && modelOrder.payment() == PaymentScenario.ASYNC, CoverageEvent.CANCELLED_BEFORE_ASYNC_PAID);
        coverage.markIf(
                pending && modelOrder.payment() == PaymentScenario.UNKNOWN, CoverageEvent.CANCELLED_WHILE_UNKNOWN);
        return applyCancellation(modelOrder, modelOrder::cancel);
    }

    String cancel(ModelOrder modelOrder, Sku sku, int units) {
        return applyCancellation(modelOrder, () -> modelOrder.cancel(sku, units));
    }

    private String applyCancellation(ModelOrder modelOrder, Supplier<ModelOrder.ModelActionResult> action) {
        boolean wasCancelled = modelOrder.isCancelled();
        boolean wasRefunded = modelOrder.isRefunded();
        ModelOrder.ModelActionResult modelActionResult = action.get();
        restock(modelActionResult.restocked());
        if (!wasCancelled && modelOrder.isCancelled()) {
            releaseCoupon(modelOrder.usedCoupon());
            coverage.markIf(wasRefunded, CoverageEvent.CANCELLED_AFTER_REFUND);
            coverage.markIf(
                    modelOrder.isVoided() && modelOrder.payment() == PaymentScenario.MANUAL,
                    CoverageEvent.CANCELLED_AND_VOIDED);
        }
        return modelActionResult.statusAndCode();
    }

    String refund(ModelOrder modelOrder, Sku sku, int units, boolean restock) {
        return applyCancellation(modelOrder, () -> modelOrder.refund(sku, units, restock));
    }

    private void restock(List<ModelOrder.RestockedUnits> allRestocked) {
        allRestocked.forEach(restockedUnits -> markBackorderFilled(
                stocks.get(restockedUnits.sku()).restock(restockedUnits.units(), restockedUnits.count())));
    }

    String adjust(Step.StockPlace stockPlace, int delta) {
        ModelStock modelStock = stocks.get(stockPlace.sku());
        if (!modelStock.canAdjust(stockPlace.location(), delta)) {
            return OUT_OF_STOCK;
        }
        markBackorderFilled(modelStock.adjust(stockPlace.location(), delta));
        return "200";
    }

    String setAvailable(Step.StockPlace stockPlace, int available) {
        markBackorderFilled(stocks.get(stockPlace.sku()).setAvailable(stockPlace.location(), available));
        return "200";
    }

    private void markBackorderFilled(boolean filled) {
        coverage.markIf(filled, CoverageEvent.BACKORDER_FILLED);
    }
}
