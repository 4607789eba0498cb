package io.fondaco.model;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An order, its money and its units: what is cancelled, refunded and back on the shelf of each line. */
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

    /** @param units that were taken, by SKU */
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

    /** Units of a SKU that are on their way back into stock. */
    record RestockedUnits(Sku sku, ModelStock.AllocatedUnits units, int count) {}

    /** What a verb comes to: its answer, and what comes back. */
    record ModelActionResult(String statusAndCode, List<RestockedUnits> restocked) {
        private static ModelActionResult refused(String verdict) {
            return new ModelActionResult(verdict, List.of());
        }
    }

    /** An order as the API tells it. @param sentBack the sum of the refunds that succeeded */
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

        /** Open units whose price went back: everything that is cancelled counts as refunded. */
        private int openRefundedQuantity() {
            return refunded - cancelled;
        }

        /** Units whose price went back are cancelled first. @return units whose price is to go back */
        private int cancel(int count) {
            int paidFor = count - Math.min(count, openRefundedQuantity());
            cancelled += count;
            refunded += paidFor;
            return paidFor;
        }

        private RestockedUnits restock(int count) {
            int back = Math.min(count, quantity - restocked);
            restocked += back;
            return new RestockedUnits(sku, allocatedUnits, back);
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

    /** What was captured and has not gone back. */
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

    /** Which line is meant: any number fits. */
    Sku line(int which) {
        return lines.get(which % lines.size()).sku;
    }

    private ModelOrderLine line(Sku sku) {
        return lines.stream()
                .filter(modelOrderLine -> modelOrderLine.sku == sku)
                .findFirst()
                .orElseThrow();
    }

    /** The provider has the money. */
    void markCaptured() {
        paymentState = ModelPaymentState.CAPTURED;
        captured = total() - cancelledAmount;
    }

    /** The provider has not got it, and never will. */
    List<RestockedUnits> fail() {
        return cancelUnpaid(ModelPaymentState.FAILED);
    }

    private List<RestockedUnits> cancelUnpaid(ModelPaymentState end) {
        paymentState = end;
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

    /** An order that waits for its money loses that first; where the provider has it, it is cancelled like any other. */
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

    /** Units that go back into stock are not sent: when all of them are, the order is cancelled. */
    ModelActionResult refund(Sku sku, int units, boolean restock) {
        ModelOrderLine modelOrderLine = line(sku);
        if (units > modelOrderLine.refundableQuantity()) {
            return ModelActionResult.refused(QUANTITY_EXCEEDS_LINE);
        }
        String verdict = refund(units * pencePerUnit);
        if (!verdict.equals("201")) {
            return ModelActionResult.refused(verdict);
        }
        modelOrderLine.refunded += units;
        if (!restock) {
            return new ModelActionResult(verdict, List.of());
        }
        modelOrderLine.cancelled += units;
        cancelledAmount += units * pencePerUnit;
        cancelled = lines.stream().allMatch(each -> each.openQuantity() == 0);
        return new ModelActionResult(verdict, List.of(modelOrderLine.restock(units)));
    }

    String capture() {
        if (paymentState != ModelPaymentState.AUTHORIZED) {
            return "409 not_capturable";
        }
        markCaptured();
        return "200";
    }

    OrderSnapshot snapshot() {
        Map<Sku, OrderLineSnapshot> ofLines = new EnumMap<>(Sku.class);
        lines.forEach(modelOrderLine -> ofLines.put(modelOrderLine.sku, modelOrderLine.snapshot()));
        return new OrderSnapshot(
                cancelled ? "cancelled" : isPending() ? "payment_pending" : "confirmed",
                paymentStatus(),
                total(),
                cancelledAmount,
                captured,
                refunded,
                refunded,
                ofLines);
    }

    private String paymentStatus() {
        if (paymentState != ModelPaymentState.CAPTURED || refunded == 0) {
            return paymentState.toString().toLowerCase(Locale.ROOT);
        }
        return refunded == captured ? "refunded" : "partially_refunded";
    }
}
