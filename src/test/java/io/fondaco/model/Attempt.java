package io.fondaco.model;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** A completion of a cart: refused at once, or under way until its provider has answered. */
final class Attempt {
    private final Cart cart;
    private final Payment payment;
    private final int expectedTotal;
    private final int pencePerUnit;
    private final Map<Sku, Stock.Units> units = new EnumMap<>(Sku.class);
    private Map<Sku, Cart.Shortage> shortages = Map.of();
    private boolean expired;
    private Optional<String> verdict = Optional.empty();
    private Optional<Order> order = Optional.empty();

    /** @param expectedTotal what the shopper was shown */
    Attempt(Cart cart, Payment payment, int expectedTotal, int pencePerUnit) {
        this.cart = cart;
        this.payment = payment;
        this.expectedTotal = expectedTotal;
        this.pencePerUnit = pencePerUnit;
    }

    Cart cart() {
        return cart;
    }

    Payment payment() {
        return payment;
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
    Map<Sku, Stock.Units> units() {
        return units;
    }

    void expire() {
        expired = true;
    }

    boolean isExpired() {
        return expired;
    }

    /** Status and code of the answer; none while it is under way. */
    Optional<String> verdict() {
        return verdict;
    }

    boolean isUnderWay() {
        return verdict.isEmpty();
    }

    /** Whether the answer is kept, so that its repetition gets the same. */
    boolean isKept() {
        return order.isPresent() || verdict.equals(Optional.of(Model.DECLINED));
    }

    void end(String answer) {
        verdict = Optional.of(answer);
    }

    void end(Map<Sku, Cart.Shortage> outOfStock) {
        shortages = outOfStock;
        end(Model.OUT_OF_STOCK);
    }

    void end(String answer, Order placed) {
        order = Optional.of(placed);
        end(answer);
    }

    Map<Sku, Cart.Shortage> shortages() {
        return shortages;
    }

    Optional<Order> order() {
        return order;
    }
}
