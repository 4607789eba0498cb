package io.fondaco.model;

import java.util.EnumMap;
import java.util.Map;

/** A cart with the shipping method pickup, which is free. */
final class ModelCart {
    enum Status {
        OPEN,
        COMPLETING,
        COMPLETED
    }

    private final Map<Sku, Integer> lines = new EnumMap<>(Sku.class);
    private boolean coupon;
    private Status status = Status.OPEN;

    /** The part of the API's cart that the model compares. */
    record CartSnapshot(Map<Sku, Integer> lines, int total, Map<Sku, Shortage> shortages) {}

    /** Fewer units of a SKU are available than the cart requests. */
    record Shortage(int requested, int available) {}

    String add(Sku sku, int units) {
        return applyIfOpen(() -> lines.merge(sku, units, Integer::sum));
    }

    /** @param units 0 is rejected */
    String setQuantity(Sku sku, int units) {
        return status == Status.OPEN && units == 0
                ? "422 quantity_out_of_range"
                : applyIfOpen(() -> lines.put(sku, units));
    }

    String remove(Sku sku) {
        return applyIfOpen(() -> lines.remove(sku));
    }

    String setCoupon(boolean on) {
        return applyIfOpen(() -> coupon = on);
    }

    private String applyIfOpen(Runnable change) {
        return switch (status) {
            case OPEN -> {
                change.run();
                yield "200";
            }
            case COMPLETING -> "409 completion_in_progress";
            case COMPLETED -> "409 cart_completed";
        };
    }

    Map<Sku, Integer> lines() {
        return lines;
    }

    boolean hasCoupon() {
        return coupon;
    }

    Status status() {
        return status;
    }

    void setStatus(Status next) {
        status = next;
    }
}
