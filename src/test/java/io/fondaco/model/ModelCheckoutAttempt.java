package io.fondaco.model;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** A checkout attempt: rejected immediately, or in progress until its payment provider answers. */
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

    /** @param expectedTotal the total that the shopper saw */
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

    /** The units that are reserved for this attempt. */
    Map<Sku, ModelStock.AllocatedUnits> reservedUnits() {
        return reservedUnits;
    }

    void expire() {
        expired = true;
    }

    boolean isExpired() {
        return expired;
    }

    /** Status and problem code of the response; empty while the attempt is in progress. */
    Optional<String> statusAndCode() {
        return statusAndCode;
    }

    boolean isInProgress() {
        return statusAndCode.isEmpty();
    }

    /** True if the response is stored, so that a repeated request gets the same response. */
    boolean isReplayable() {
        return order.isPresent() || statusAndCode.equals(Optional.of(ShopModel.DECLINED));
    }

    void finish(String statusAndCode) {
        this.statusAndCode = Optional.of(statusAndCode);
    }

    void finish(Map<Sku, ModelCart.Shortage> outOfStock) {
        shortages = outOfStock;
        finish(ShopModel.OUT_OF_STOCK);
    }

    void finish(String statusAndCode, ModelOrder modelOrder) {
        order = Optional.of(modelOrder);
        finish(statusAndCode);
    }

    Map<Sku, ModelCart.Shortage> shortages() {
        return shortages;
    }

    Optional<ModelOrder> order() {
        return order;
    }
}
