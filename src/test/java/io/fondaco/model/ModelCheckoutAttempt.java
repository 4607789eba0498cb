package io.fondaco.model;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** A completion of a cart: refused at once, or under way until its provider has answered. */
final class ModelCheckoutAttempt {
    private final ModelCart modelCart;
    private final PaymentScenario paymentScenario;
    private final int expectedTotal;
    private final int pencePerUnit;
    private final Map<Sku, ModelStock.AllocatedUnits> reservedUnits = new EnumMap<>(Sku.class);
    private Map<Sku, ModelCart.Shortage> shortages = Map.of();
    private boolean expired;
    private Optional<String> statusAndCode = Optional.empty();
    private Optional<ModelOrder> order = Optional.empty();

    /** @param expectedTotal what the shopper was shown */
    ModelCheckoutAttempt(ModelCart modelCart, PaymentScenario paymentScenario, int expectedTotal, int pencePerUnit) {
        this.modelCart = modelCart;
        this.paymentScenario = paymentScenario;
        this.expectedTotal = expectedTotal;
        this.pencePerUnit = pencePerUnit;
    }

    ModelCart cart() {
        return modelCart;
    }

    PaymentScenario payment() {
        return paymentScenario;
    }

    int expectedTotal() {
        return expectedTotal;
    }

    int pencePerUnit() {
        return pencePerUnit;
    }

    boolean usesCoupon() {
        return pencePerUnit < Sku.PENCE;
    }

    /** What is set aside. */
    Map<Sku, ModelStock.AllocatedUnits> reservedUnits() {
        return reservedUnits;
    }

    void expire() {
        expired = true;
    }

    boolean isExpired() {
        return expired;
    }

    /** Status and code of the answer; none while it is under way. */
    Optional<String> statusAndCode() {
        return statusAndCode;
    }

    boolean isInProgress() {
        return statusAndCode.isEmpty();
    }

    /** Whether the answer is kept, so that its repetition gets the same. */
    boolean isReplayable() {
        return order.isPresent() || statusAndCode.equals(Optional.of(ShopModel.DECLINED));
    }

    void finish(String answer) {
        statusAndCode = Optional.of(answer);
    }

    void finish(Map<Sku, ModelCart.Shortage> outOfStock) {
        shortages = outOfStock;
        finish(ShopModel.OUT_OF_STOCK);
    }

    void finish(String answer, ModelOrder placed) {
        order = Optional.of(placed);
        finish(answer);
    }

    Map<Sku, ModelCart.Shortage> shortages() {
        return shortages;
    }

    Optional<ModelOrder> order() {
        return order;
    }
}
