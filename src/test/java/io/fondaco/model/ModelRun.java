package io.fondaco.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.faults.ShopCluster;
import io.fondaco.replay.ShopClient.ApiResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Runs a sequence of steps against the model and the shop; both must agree after each step. */
final class ModelRun {
    /** Timeout for the effect of a job. In this test the expiry job runs every second, the recovery job every five. */
    private static final Duration JOB_TIMEOUT = Duration.ofSeconds(30);

    /** The database cancels a charge that is paused for more than 30 s. */
    private static final Duration MAX_PAUSE = Duration.ofSeconds(10);

    private static final int MAX_IN_PROGRESS = 2;

    private final ShopModel shopModel;
    private final ShopDriver shop;
    private final OutcomeCoverage coverage;
    private final List<ModelCart> carts = new ArrayList<>();
    /** The paused checkout attempts, with the time at which each was paused. */
    private final Map<ModelCheckoutAttempt, Instant> inProgress = new LinkedHashMap<>();

    private final List<ModelCheckoutAttempt> replayable = new ArrayList<>();
    private final Map<ModelCheckoutAttempt, ApiResponse> responses = new HashMap<>();
    private final List<ModelOrder> orders = new ArrayList<>();

    ModelRun(ShopDriver shop, OutcomeCoverage outcomeCoverage) {
        this.shopModel = new ShopModel(outcomeCoverage);
        this.shop = shop;
        this.coverage = outcomeCoverage;
    }

    /** @return the number of orders that the sequence placed */
    int run(List<Step> steps) {
        for (Step step : steps) {
            resumeLongPaused();
            apply(step);
        }
        List.copyOf(inProgress.keySet()).forEach(_ -> apply(new Step.ResumePayment(0)));
        orders.forEach(this::assertOrderMatches);
        assertThat(shop.couponsUsed()).as("coupon redemptions").isEqualTo(shopModel.couponsUsed());
        return orders.size();
    }

    private void resumeLongPaused() {
        Instant pausedBefore = Instant.now().minus(MAX_PAUSE);
        Map.copyOf(inProgress).forEach((modelCheckoutAttempt, since) -> {
            if (since.isBefore(pausedBefore)) {
                resumePayment(new Step.ResumePayment(0), modelCheckoutAttempt);
            }
        });
    }

    private void apply(Step step) {
        switch (step) {
            case Step.Open(Sku sku, int units) -> open(step, sku, units);
            case Step.Add(int index, Sku sku, int units) ->
                cart(index)
                        .ifPresent(modelCart -> assertResponse(
                                step, modelCart, modelCart.add(sku, units), shop.add(modelCart, sku, units)));
            case Step.SetQuantity(int index, Sku sku, int units) ->
                cart(index, sku)
                        .ifPresent(modelCart -> assertResponse(
                                step,
                                modelCart,
                                modelCart.setQuantity(sku, units),
                                shop.setQuantity(modelCart, sku, units)));
            case Step.Remove(int index, Sku sku) ->
                cart(index, sku)
                        .ifPresent(modelCart ->
                                assertResponse(step, modelCart, modelCart.remove(sku), shop.remove(modelCart, sku)));
            case Step.SetCoupon(int index, boolean on) ->
                cart(index)
                        .ifPresent(modelCart -> assertResponse(
                                step, modelCart, modelCart.setCoupon(on), shop.setCoupon(modelCart, on)));
            case Step.Complete(int index, PaymentScenario paymentScenario, boolean stalePrice) ->
                cart(index).ifPresent(modelCart -> complete(step, modelCart, paymentScenario, stalePrice ? 1 : 0));
            case Step.StartCheckout(int index, PaymentScenario paymentScenario) ->
                cart(index).ifPresent(modelCart -> startCheckout(step, modelCart, paymentScenario));
            case Step.ResumePayment(int index) ->
                pick(List.copyOf(inProgress.keySet()), index)
                        .ifPresent(modelCheckoutAttempt -> resumePayment(step, modelCheckoutAttempt));
            case Step.Expire(int index) -> expire(index);
            case Step.RepeatCheckout(int index, boolean differentBody) -> repeatCheckout(step, index, differentBody);
            case Step.SendWebhook(int index, boolean captured) -> sendWebhook(step, index, captured);
            case Step.Recover(int index) -> recover(index);
            case Step.Cancel(int index) ->
                order(index)
                        .ifPresent(modelOrder ->
                                orderAction(step, modelOrder, shopModel.cancel(modelOrder), "cancel", Map.of()));
            case Step.CancelUnits(int index, int line, int units) ->
                order(index).ifPresent(modelOrder -> cancel(step, modelOrder, modelOrder.line(line), units));
            case Step.RefundAmount(int index, Step.Share share) ->
                order(index).ifPresent(modelOrder -> refund(step, modelOrder, pence(modelOrder, share)));
            case Step.RefundUnits(int index, int line, int units, boolean restock) ->
                order(index).ifPresent(modelOrder -> refund(step, modelOrder, modelOrder.line(line), units, restock));
            case Step.CapturePayment(int index) ->
                order(index)
                        .ifPresent(
                                modelOrder -> orderAction(step, modelOrder, modelOrder.capture(), "capture", Map.of()));
            case Step.Adjust(Step.StockPlace stockPlace, int delta) ->
                adjust(step, stockPlace, shopModel.adjust(stockPlace, delta), Map.of("delta", delta));
            case Step.SetAvailable(Step.StockPlace stockPlace, int available) ->
                adjust(step, stockPlace, shopModel.setAvailable(stockPlace, available), Map.of("available", available));
            case Step.RepeatStaffRequest() -> repeatStaffRequest(step);
        }
    }

    private static <T> Optional<T> pick(List<T> all, int index) {
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1 - index % all.size()));
    }

    /** Counts backwards from the newest cart, open carts before completed ones. */
    private Optional<ModelCart> cart(int index) {
        return pick(sortDoneFirst(carts, modelCart -> modelCart.status() == ModelCart.Status.COMPLETED), index);
    }

    private Optional<ModelCart> cart(int index, Sku sku) {
        return cart(index).filter(modelCart -> modelCart.lines().containsKey(sku));
    }

    /** Counts backwards from the newest order, active orders before cancelled ones. */
    private Optional<ModelOrder> order(int index) {
        return pick(sortDoneFirst(orders, ModelOrder::isCancelled), index);
    }

    private static <T> List<T> sortDoneFirst(List<T> all, Predicate<T> done) {
        return all.stream()
                .sorted(Comparator.comparing(each -> !done.test(each)))
                .toList();
    }

    private void open(Step step, Sku sku, int units) {
        ModelCart modelCart = new ModelCart();
        carts.add(modelCart);
        assertResponse(step, modelCart, modelCart.add(sku, units), shop.openCart(modelCart, sku, units));
    }

    private void complete(Step step, ModelCart modelCart, PaymentScenario paymentScenario, int priceDifference) {
        ModelCheckoutAttempt modelCheckoutAttempt =
                shopModel.startCheckout(modelCart, paymentScenario, shopModel.total(modelCart) + priceDifference);
        if (modelCheckoutAttempt.isInProgress()) {
            shopModel.finalizeCheckout(modelCheckoutAttempt);
        }
        assertFinished(step, modelCheckoutAttempt, shop.complete(modelCheckoutAttempt));
    }

    private void startCheckout(Step step, ModelCart modelCart, PaymentScenario paymentScenario) {
        if (inProgress.size() == MAX_IN_PROGRESS) {
            return;
        }
        ModelCheckoutAttempt modelCheckoutAttempt =
                shopModel.startCheckout(modelCart, paymentScenario, shopModel.total(modelCart));
        if (!modelCheckoutAttempt.isInProgress()) {
            assertFinished(step, modelCheckoutAttempt, shop.complete(modelCheckoutAttempt));
            return;
        }
        inProgress.put(modelCheckoutAttempt, Instant.now());
        assertThat(shop.startCheckout(modelCheckoutAttempt))
                .as(step + " is in progress")
                .isEmpty();
        assertStockLevelsMatch(step);
    }

    private void resumePayment(Step step, ModelCheckoutAttempt modelCheckoutAttempt) {
        inProgress.remove(modelCheckoutAttempt);
        shopModel.finalizeCheckout(modelCheckoutAttempt);
        assertFinished(step, modelCheckoutAttempt, shop.resumePayment(modelCheckoutAttempt));
    }

    private void assertFinished(Step step, ModelCheckoutAttempt modelCheckoutAttempt, ApiResponse apiResponse) {
        assertResponse(step, modelCheckoutAttempt.statusAndCode().orElseThrow(), apiResponse);
        assertThat(ResponseParser.shortages(apiResponse.body().path("errors")))
                .as(step + ": the shortages")
                .isEqualTo(modelCheckoutAttempt.shortages());
        responses.put(modelCheckoutAttempt, apiResponse);
        if (modelCheckoutAttempt.isReplayable()) {
            replayable.add(modelCheckoutAttempt);
        }
        modelCheckoutAttempt.order().ifPresent(modelOrder -> {
            orders.add(modelOrder);
            assertThat(apiResponse.body().at("/totals/total/amount").asInt())
                    .as(step + ": the total")
                    .isEqualTo(modelCheckoutAttempt.expectedTotal());
        });
        assertStockLevelsMatch(step);
    }

    private void expire(int index) {
        List<ModelCheckoutAttempt> unexpired = inProgress.keySet().stream()
                .filter(modelCheckoutAttempt -> !modelCheckoutAttempt.isExpired())
                .toList();
        pick(unexpired, index).ifPresent(modelCheckoutAttempt -> {
            shopModel.expire(modelCheckoutAttempt);
            shop.expireReservation(modelCheckoutAttempt);
            awaitStockLevelsMatch();
        });
    }

    private void repeatCheckout(Step step, int index, boolean differentBody) {
        List<ModelCheckoutAttempt> known = new ArrayList<>(replayable);
        known.addAll(inProgress.keySet());
        pick(known, index).ifPresent(modelCheckoutAttempt -> {
            if (differentBody) {
                assertResponse(step, "422 idempotency_key_reused", shop.repeatWithDifferentBody(modelCheckoutAttempt));
                return;
            }
            ApiResponse apiResponse = shop.repeat(modelCheckoutAttempt);
            assertResponse(step, modelCheckoutAttempt.statusAndCode().orElse("409 request_in_flight"), apiResponse);
            if (!modelCheckoutAttempt.isInProgress()) {
                assertThat(apiResponse).as(step + ": the same response").isEqualTo(responses.get(modelCheckoutAttempt));
            }
        });
    }

    private void sendWebhook(Step step, int index, boolean captured) {
        List<ModelOrder> pendingPayments = orders.stream()
                .filter(modelOrder -> modelOrder.payment().isPending())
                .toList();
        pick(pendingPayments, index).ifPresent(modelOrder -> {
            shopModel.onPaymentWebhook(modelOrder, captured);
            assertResponse(step, "204", shop.sendPaymentWebhook(modelOrder, captured));
            assertOrderMatches(modelOrder);
            assertStockLevelsMatch(step);
        });
    }

    private void recover(int index) {
        List<ModelOrder> unknown = orders.stream()
                .filter(modelOrder -> modelOrder.isPending() && modelOrder.payment() == PaymentScenario.UNKNOWN)
                .toList();
        pick(unknown, index).ifPresent(modelOrder -> {
            shopModel.recover(modelOrder);
            shop.makeRecoveryDue(modelOrder);
            await().atMost(JOB_TIMEOUT).untilAsserted(() -> assertOrderMatches(modelOrder));
        });
    }

    private void cancel(Step step, ModelOrder modelOrder, Sku sku, int units) {
        String expected = shopModel.cancel(modelOrder, sku, units);
        orderAction(step, modelOrder, expected, "cancel", Map.of("lines", shop.lineQuantities(modelOrder, sku, units)));
    }

    private static int pence(ModelOrder modelOrder, Step.Share share) {
        return switch (share) {
            case SOME -> 100;
            case ALL -> modelOrder.refundableAmount();
            case TOO_MUCH -> modelOrder.refundableAmount() + 1;
        };
    }

    private void refund(Step step, ModelOrder modelOrder, int pence) {
        orderAction(step, modelOrder, modelOrder.refund(pence), "refunds", Map.of("amount", ShopDriver.money(pence)));
    }

    private void refund(Step step, ModelOrder modelOrder, Sku sku, int units, boolean restock) {
        String expected = shopModel.refund(modelOrder, sku, units, restock);
        orderAction(
                step,
                modelOrder,
                expected,
                "refunds",
                Map.of("lines", shop.lineQuantities(modelOrder, sku, units), "restock", restock));
    }

    private void orderAction(Step step, ModelOrder modelOrder, String expected, String verb, Map<String, ?> body) {
        ApiResponse apiResponse = shop.orderAction(modelOrder, verb, body);
        assertResponse(step, expected, apiResponse);
        if (apiResponse.status() < 300) {
            assertThat(ResponseParser.order(apiResponse.body()))
                    .as(step + ": the order")
                    .isEqualTo(modelOrder.snapshot());
        }
        assertStockLevelsMatch(step);
    }

    private void adjust(Step step, Step.StockPlace stockPlace, String expected, Map<String, Integer> change) {
        ApiResponse apiResponse = shop.adjust(stockPlace, change);
        assertResponse(step, expected, apiResponse);
        if (apiResponse.status() == 200) {
            assertThat(ResponseParser.level(apiResponse.body()))
                    .as(step + ": the stock level")
                    .isEqualTo(shopModel.levels().get(stockPlace.sku()).get(stockPlace.location()));
        }
        assertStockLevelsMatch(step);
    }

    private void repeatStaffRequest(Step step) {
        shop.lastStaffResponse().ifPresent(first -> {
            ApiResponse second = shop.repeatStaffRequest();
            assertResponse(step, ShopCluster.statusAndCode(first), second);
            assertThat(second).as(step + ": the same response").isEqualTo(first);
            assertStockLevelsMatch(step);
        });
    }

    private void assertResponse(Step step, String expected, ApiResponse apiResponse) {
        assertThat(ShopCluster.statusAndCode(apiResponse))
                .as(step + " " + apiResponse.body())
                .isEqualTo(expected);
        coverage.mark(step, expected);
    }

    private void assertResponse(Step step, ModelCart modelCart, String expected, ApiResponse apiResponse) {
        assertResponse(step, expected, apiResponse);
        if (apiResponse.status() == 200) {
            assertThat(ResponseParser.cart(apiResponse.body()))
                    .as(step + ": the cart")
                    .isEqualTo(shopModel.snapshot(modelCart));
        }
    }

    private void assertOrderMatches(ModelOrder modelOrder) {
        assertThat(ResponseParser.order(shop.loadOrder(modelOrder)))
                .as("the order")
                .isEqualTo(modelOrder.snapshot());
    }

    private void assertStockLevelsMatch(Step step) {
        if (shopModel.consumeBackorderFilledByJob()) {
            awaitStockLevelsMatch();
        } else {
            assertThat(ResponseParser.levels(shop.levels()))
                    .as(step + ": the stock levels")
                    .isEqualTo(shopModel.levels());
        }
    }

    private void awaitStockLevelsMatch() {
        await().atMost(JOB_TIMEOUT).untilAsserted(() -> assertThat(ResponseParser.levels(shop.levels()))
                .as("the stock levels after the job")
                .isEqualTo(shopModel.levels()));
    }
}
