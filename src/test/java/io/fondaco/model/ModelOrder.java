package io.fondaco.model;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An order with its money and, for each line, the cancelled, refunded and restocked units. */
final class ModelOrder {
    private enum ModelPaymentState {
        PENDING,
        AUTHORIZED,
        CAPTURED,
        VOIDED,
        FAILED
    }

    private static final String INVALID_STATUS = "409 invalid_order_status";
    private static final String QUANTITY_EXCEEDS_LINE = "422 quantity_exceeds_line";

    private final PaymentScenario paymentScenario;
    private final int pencePerUnit;
    private final List<ModelOrderLine> lines = new ArrayList<>();
    private ModelPaymentState paymentState;
    private boolean cancelled;
    private int captured;
    private int refunded;
    private int cancelledAmount;

    /** @param units the allocated units, by SKU */
    ModelOrder(
            PaymentScenario paymentScenario,
            int pencePerUnit,
            Map<Sku, Integer> quantities,
            Map<Sku, ModelStock.AllocatedUnits> units) {
        this.paymentScenario = paymentScenario;
        this.pencePerUnit = pencePerUnit;
        quantities.forEach((sku, quantity) -> lines.add(new ModelOrderLine(sku, quantity, units.get(sku))));
        paymentState =
                paymentScenario == PaymentScenario.MANUAL ? ModelPaymentState.AUTHORIZED : ModelPaymentState.PENDING;
        if (!paymentScenario.isPending() && paymentScenario != PaymentScenario.MANUAL) {
            markCaptured();
        }
    }

    /** Units of a SKU that an action returns to stock. */
    record RestockedUnits(Sku sku, ModelStock.AllocatedUnits units, int count) {}

    /** The result of an order action: the response and the units that return to stock. */
    record ModelActionResult(String statusAndCode, List<RestockedUnits> restocked) {
        private static ModelActionResult refused(String statusAndCode) {
            return new ModelActionResult(statusAndCode, List.of());
        }
    }

    /** The part of the API's order that the model compares. @param refundsSucceeded the sum of the succeeded refunds */
    record OrderSnapshot(
            String status,
            String paymentStatus,
            int total,
            int cancelled,
            int captured,
            int refunded,
            int refundsSucceeded,
            Map<Sku, OrderLineSnapshot> lines) {}

    record OrderLineSnapshot(int quantity, int backordered, int waiting, int cancelled, int refunded, int restocked) {}

    private static final class ModelOrderLine {
        private final Sku sku;
        private final int quantity;
        private final ModelStock.AllocatedUnits allocatedUnits;
        private int cancelled;
        private int refunded;
        private int restocked;

        private ModelOrderLine(Sku sku, int quantity, ModelStock.AllocatedUnits allocatedUnits) {
            this.sku = sku;
            this.quantity = quantity;
            this.allocatedUnits = allocatedUnits;
        }

        private int openQuantity() {
            return quantity - cancelled;
        }

        private int refundableQuantity() {
            return quantity - refunded;
        }

        /** Open units whose price is refunded. Every cancelled unit counts as refunded. */
        private int openRefundedQuantity() {
            return refunded - cancelled;
        }

        /** Cancels refunded units first. @return the units whose price must be refunded now */
        private int cancel(int count) {
            int refundedNow = count - Math.min(count, openRefundedQuantity());
            cancelled += count;
            refunded += refundedNow;
            return refundedNow;
        }

        private RestockedUnits restock(int count) {
            int restockable = Math.min(count, quantity - restocked);
            restocked += restockable;
            return new RestockedUnits(sku, allocatedUnits, restockable);
        }

        private OrderLineSnapshot snapshot() {
            return new OrderLineSnapshot(
                    quantity, allocatedUnits.onBackorder(), allocatedUnits.unfilled(), cancelled, refunded, restocked);
        }
    }

    private int total() {
        return lines.stream()
                        .mapToInt(modelOrderLine -> modelOrderLine.quantity)
                        .sum()
                * pencePerUnit;
    }

    /** The captured amount that is not refunded. */
    int refundableAmount() {
        return captured - refunded;
    }

    boolean isCancelled() {
        return cancelled;
    }

    boolean isPending() {
        return paymentState == ModelPaymentState.PENDING;
    }

    boolean isRefunded() {
        return refunded > 0;
    }

    boolean isVoided() {
        return paymentState == ModelPaymentState.VOIDED;
    }

    boolean usedCoupon() {
        return pencePerUnit < Sku.PENCE;
    }

    PaymentScenario payment() {
        return paymentScenario;
    }

    /** @param index any number, taken modulo the number of lines */
    Sku line(int index) {
        return lines.get(index % lines.size()).sku;
    }

    private ModelOrderLine line(Sku sku) {
        return lines.stream()
                .filter(modelOrderLine -> modelOrderLine.sku == sku)
                .findFirst()
                .orElseThrow();
    }

    /** The provider has captured the money. */
    void markCaptured() {
        paymentState = ModelPaymentState.CAPTURED;
        captured = total() - cancelledAmount;
    }

    /** The provider has finally declined the payment. */
    List<RestockedUnits> fail() {
        return cancelUnpaid(ModelPaymentState.FAILED);
    }

    private List<RestockedUnits> cancelUnpaid(ModelPaymentState finalState) {
        paymentState = finalState;
        return cancelEverything();
    }

    private List<RestockedUnits> cancelEverything() {
        cancelled = true;
        cancelledAmount = total();
        return lines.stream()
                .map(modelOrderLine -> {
                    int open = modelOrderLine.openQuantity();
                    modelOrderLine.cancel(open);
                    return modelOrderLine.restock(open);
                })
                .toList();
    }

    /**
     * A pending payment is settled first: an asynchronous one is voided, one with an unknown outcome turns out to be
     * captured, and the order is then cancelled like any other.
     */
    ModelActionResult cancel() {
        if (cancelled) {
            return ModelActionResult.refused(INVALID_STATUS);
        }
        if (isPending() && paymentScenario == PaymentScenario.ASYNC) {
            return new ModelActionResult("200", cancelUnpaid(ModelPaymentState.VOIDED));
        }
        if (isPending()) {
            markCaptured();
        }
        return new ModelActionResult("200", cancelConfirmed());
    }

    private List<RestockedUnits> cancelConfirmed() {
        refunded += Math.min(refundableAmount(), total() - cancelledAmount);
        if (paymentState == ModelPaymentState.AUTHORIZED) {
            paymentState = ModelPaymentState.VOIDED;
        }
        return cancelEverything();
    }

    ModelActionResult cancel(Sku sku, int units) {
        ModelOrderLine modelOrderLine = line(sku);
        if (cancelled || isPending()) {
            return ModelActionResult.refused(INVALID_STATUS);
        }
        if (units > modelOrderLine.openQuantity()) {
            return ModelActionResult.refused(QUANTITY_EXCEEDS_LINE);
        }
        if (lines.stream().mapToInt(ModelOrderLine::openQuantity).sum() == units) {
            return new ModelActionResult("200", cancelConfirmed());
        }
        cancelledAmount += units * pencePerUnit;
        refunded += Math.min(refundableAmount(), modelOrderLine.cancel(units) * pencePerUnit);
        return new ModelActionResult("200", List.of(modelOrderLine.restock(units)));
    }

    String refund(int pence) {
        if (pence == 0) {
            return "422 nothing_to_refund";
        }
        if (pence > refundableAmount()) {
            return "409 refund_exceeds_captured";
        }
        refunded += pence;
        return "201";
    }

    /** Restocked units are not sent. When all units of the order are restocked, the order is cancelled. */
    ModelActionResult refund(Sku sku, int units, boolean restock) {
        ModelOrderLine modelOrderLine = line(sku);
        if (units > modelOrderLine.refundableQuantity()) {
            return ModelActionResult.refused(QUANTITY_EXCEEDS_LINE);
        }
        String statusAndCode = refund(units * pencePerUnit);
        if (!statusAndCode.equals("201")) {
            return ModelActionResult.refused(statusAndCode);
        }
        modelOrderLine.refunded += units;
        if (!restock) {
            return new ModelActionResult(statusAndCode, List.of());
        }
        modelOrderLine.cancelled += units;
        cancelledAmount += units * pencePerUnit;
        cancelled = lines.stream().allMatch(each -> each.openQuantity() == 0);
        return new ModelActionResult(statusAndCode, List.of(modelOrderLine.restock(units)));
    }

    String capture() {
        if (paymentState != ModelPaymentState.AUTHORIZED) {
            return "409 not_capturable";
        }
        markCaptured();
        return "200";
    }

    OrderSnapshot snapshot() {
        Map<Sku, OrderLineSnapshot> lineSnapshots = new EnumMap<>(Sku.class);
        lines.forEach(modelOrderLine -> lineSnapshots.put(modelOrderLine.sku, modelOrderLine.snapshot()));
        return new OrderSnapshot(
                cancelled ? "cancelled" : isPending() ? "payment_pending" : "confirmed",
                paymentStatus(),
                total(),
                cancelledAmount,
                captured,
                refunded,
                refunded,
                lineSnapshots);
    }

    private String paymentStatus() {
        if (paymentState != ModelPaymentState.CAPTURED || refunded == 0) {
            return paymentState.toString().toLowerCase(Locale.ROOT);
        }
        return refunded == captured ? "refunded" : "partially_refunded";
    }
}
