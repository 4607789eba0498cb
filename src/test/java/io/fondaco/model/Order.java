package io.fondaco.model;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An order, its money and its units: what is cancelled, refunded and back on the shelf of each line. */
final class Order {
    private enum Money {
        PENDING,
        AUTHORIZED,
        CAPTURED,
        VOIDED,
        FAILED
    }

    private static final String NOT_NOW = "409 invalid_order_status";
    private static final String TOO_MANY = "422 quantity_exceeds_line";

    private final Payment payment;
    private final int pencePerUnit;
    private final List<Line> lines = new ArrayList<>();
    private Money money;
    private boolean cancelled;
    private int captured;
    private int refunded;
    private int cancelledPence;

    /** @param units that were taken, by SKU */
    Order(Payment payment, int pencePerUnit, Map<Sku, Integer> quantities, Map<Sku, Stock.Units> units) {
        this.payment = payment;
        this.pencePerUnit = pencePerUnit;
        quantities.forEach((sku, quantity) -> lines.add(new Line(sku, quantity, units.get(sku))));
        money = payment == Payment.MANUAL ? Money.AUTHORIZED : Money.PENDING;
        if (!payment.isPending() && payment != Payment.MANUAL) {
            pay();
        }
    }

    /** Units of a SKU that are on their way back into stock. */
    record Back(Sku sku, Stock.Units units, int count) {}

    /** What a verb comes to: its answer, and what comes back. */
    record Done(String verdict, List<Back> back) {
        private static Done refused(String verdict) {
            return new Done(verdict, List.of());
        }
    }

    /** An order as the API tells it. @param sentBack the sum of the refunds that succeeded */
    record Facts(
            String status,
            String paymentStatus,
            int total,
            int cancelled,
            int captured,
            int refunded,
            int sentBack,
            Map<Sku, LineFacts> lines) {}

    record LineFacts(int quantity, int backordered, int waiting, int cancelled, int refunded, int restocked) {}

    private static final class Line {
        private final Sku sku;
        private final int quantity;
        private final Stock.Units units;
        private int cancelled;
        private int refunded;
        private int restocked;

        private Line(Sku sku, int quantity, Stock.Units units) {
            this.sku = sku;
            this.quantity = quantity;
            this.units = units;
        }

        private int open() {
            return quantity - cancelled;
        }

        private int refundable() {
            return quantity - refunded;
        }

        /** Open units whose price went back: everything that is cancelled counts as refunded. */
        private int openRefunded() {
            return refunded - cancelled;
        }

        /** Units whose price went back are cancelled first. @return units whose price is to go back */
        private int cancel(int count) {
            int paidFor = count - Math.min(count, openRefunded());
            cancelled += count;
            refunded += paidFor;
            return paidFor;
        }

        private Back restock(int count) {
            int back = Math.min(count, quantity - restocked);
            restocked += back;
            return new Back(sku, units, back);
        }

        private LineFacts facts() {
            return new LineFacts(quantity, units.promised(), units.waiting(), cancelled, refunded, restocked);
        }
    }

    private int total() {
        return lines.stream().mapToInt(line -> line.quantity).sum() * pencePerUnit;
    }

    /** What was captured and has not gone back. */
    int left() {
        return captured - refunded;
    }

    boolean isCancelled() {
        return cancelled;
    }

    boolean isPending() {
        return money == Money.PENDING;
    }

    boolean isRefunded() {
        return refunded > 0;
    }

    boolean isVoided() {
        return money == Money.VOIDED;
    }

    boolean usedCoupon() {
        return pencePerUnit < Sku.PENCE;
    }

    Payment payment() {
        return payment;
    }

    /** Which line is meant: any number fits. */
    Sku line(int which) {
        return lines.get(which % lines.size()).sku;
    }

    private Line line(Sku sku) {
        return lines.stream().filter(line -> line.sku == sku).findFirst().orElseThrow();
    }

    /** The provider has the money. */
    void pay() {
        money = Money.CAPTURED;
        captured = total() - cancelledPence;
    }

    /** The provider has not got it, and never will. */
    List<Back> fail() {
        return giveUp(Money.FAILED);
    }

    private List<Back> giveUp(Money end) {
        money = end;
        return cancelEverything();
    }

    private List<Back> cancelEverything() {
        cancelled = true;
        cancelledPence = total();
        return lines.stream()
                .map(line -> {
                    int open = line.open();
                    line.cancel(open);
                    return line.restock(open);
                })
                .toList();
    }

    /** An order that waits for its money loses that first; where the provider has it, it is cancelled like any other. */
    Done cancel() {
        if (cancelled) {
            return Done.refused(NOT_NOW);
        }
        if (isPending() && payment == Payment.ASYNC) {
            return new Done("200", giveUp(Money.VOIDED));
        }
        if (isPending()) {
            pay();
        }
        return new Done("200", cancelConfirmed());
    }

    private List<Back> cancelConfirmed() {
        refunded += Math.min(left(), total() - cancelledPence);
        if (money == Money.AUTHORIZED) {
            money = Money.VOIDED;
        }
        return cancelEverything();
    }

    Done cancel(Sku sku, int units) {
        Line line = line(sku);
        if (cancelled || isPending()) {
            return Done.refused(NOT_NOW);
        }
        if (units > line.open()) {
            return Done.refused(TOO_MANY);
        }
        if (lines.stream().mapToInt(Line::open).sum() == units) {
            return new Done("200", cancelConfirmed());
        }
        cancelledPence += units * pencePerUnit;
        refunded += Math.min(left(), line.cancel(units) * pencePerUnit);
        return new Done("200", List.of(line.restock(units)));
    }

    String refund(int pence) {
        if (pence == 0) {
            return "422 nothing_to_refund";
        }
        if (pence > left()) {
            return "409 refund_exceeds_captured";
        }
        refunded += pence;
        return "201";
    }

    /** Units that go back into stock are not sent: when all of them are, the order is cancelled. */
    Done refund(Sku sku, int units, boolean restock) {
        Line line = line(sku);
        if (units > line.refundable()) {
            return Done.refused(TOO_MANY);
        }
        String verdict = refund(units * pencePerUnit);
        if (!verdict.equals("201")) {
            return Done.refused(verdict);
        }
        line.refunded += units;
        if (!restock) {
            return new Done(verdict, List.of());
        }
        line.cancelled += units;
        cancelledPence += units * pencePerUnit;
        cancelled = lines.stream().allMatch(each -> each.open() == 0);
        return new Done(verdict, List.of(line.restock(units)));
    }

    String capture() {
        if (money != Money.AUTHORIZED) {
            return "409 not_capturable";
        }
        pay();
        return "200";
    }

    Facts facts() {
        Map<Sku, LineFacts> ofLines = new EnumMap<>(Sku.class);
        lines.forEach(line -> ofLines.put(line.sku, line.facts()));
        return new Facts(
                cancelled ? "cancelled" : isPending() ? "payment_pending" : "confirmed",
                paymentStatus(),
                total(),
                cancelledPence,
                captured,
                refunded,
                refunded,
                ofLines);
    }

    private String paymentStatus() {
        if (money != Money.CAPTURED || refunded == 0) {
            return money.toString().toLowerCase(Locale.ROOT);
        }
        return refunded == captured ? "refunded" : "partially_refunded";
    }
}
