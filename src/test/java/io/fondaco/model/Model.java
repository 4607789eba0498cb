package io.fondaco.model;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The shop in memory, one act at a time: what docs/selling.md, docs/inventory.md, docs/promotions.md and the API's contract promise,
 * and nothing of how it is kept. Each act answers the status and the code that the shop is to answer.
 */
final class Model {
    static final String DECLINED = "402 payment_declined";
    static final String OUT_OF_STOCK = "409 out_of_stock";
    static final int COUPON_USES = 1;

    /** As fondaco.inventory.told-at-most has it by default. */
    private static final int TOLD_AT_MOST = 10;

    private final Map<Sku, Stock> stocks = new EnumMap<>(Sku.class);
    private final Reached reached;
    private int couponsUsed;
    private boolean servedLater;

    Model(Reached reached) {
        this.reached = reached;
        for (Sku sku : Sku.values()) {
            stocks.put(sku, new Stock(sku));
        }
    }

    int couponsUsed() {
        return couponsUsed;
    }

    Map<Sku, Map<String, Stock.Figures>> levels() {
        Map<Sku, Map<String, Stock.Figures>> levels = new EnumMap<>(Sku.class);
        stocks.forEach((sku, stock) -> levels.put(sku, stock.figures()));
        return levels;
    }

    /** Whether units that were there already serve a sale just made, as the job does within its period. Tells it once. */
    boolean isServedLater() {
        boolean later = servedLater;
        servedLater = false;
        return later;
    }

    Cart.Facts facts(Cart cart) {
        return new Cart.Facts(Map.copyOf(cart.lines()), total(cart), shortages(cart));
    }

    int total(Cart cart) {
        return cart.lines().values().stream().mapToInt(units -> units).sum() * pencePerUnit(cart);
    }

    private int pencePerUnit(Cart cart) {
        return cart.hasCoupon() && couponsUsed < COUPON_USES ? Sku.REDUCED_PENCE : Sku.PENCE;
    }

    private Map<Sku, Cart.Shortage> shortages(Cart cart) {
        Map<Sku, Cart.Shortage> shortages = new EnumMap<>(Sku.class);
        cart.lines().forEach((sku, units) -> {
            int sellable = stocks.get(sku).sellable();
            if (sellable < units) {
                shortages.put(sku, new Cart.Shortage(units, Math.min(sellable, TOLD_AT_MOST)));
            }
        });
        return shortages;
    }

    /** Sets everything aside, or refuses. @param expectedTotal what the shopper was shown */
    Attempt begin(Cart cart, Payment payment, int expectedTotal) {
        Attempt attempt = new Attempt(cart, payment, expectedTotal, pencePerUnit(cart));
        Optional<String> obstacle = obstacle(cart, expectedTotal);
        if (obstacle.isPresent()) {
            attempt.end(obstacle.get());
        } else if (!shortages(cart).isEmpty()) {
            attempt.end(shortages(cart));
        } else {
            cart.become(Cart.Status.COMPLETING);
            setAside(attempt);
            couponsUsed += attempt.usesCoupon() ? 1 : 0;
            reached.markIf(attempt.usesCoupon(), Event.COUPON_USED);
        }
        return attempt;
    }

    private Optional<String> obstacle(Cart cart, int expectedTotal) {
        if (cart.status() == Cart.Status.COMPLETED) {
            return Optional.of("409 cart_completed");
        }
        if (cart.status() == Cart.Status.COMPLETING) {
            return Optional.of("409 completion_in_progress");
        }
        if (cart.lines().isEmpty()) {
            return Optional.of("422 cart_incomplete");
        }
        if (cart.hasCoupon() && couponsUsed == COUPON_USES) {
            return Optional.of("409 coupon_used_up");
        }
        return expectedTotal == total(cart) ? Optional.empty() : Optional.of("409 price_changed");
    }

    private void setAside(Attempt attempt) {
        attempt.cart().lines().forEach((sku, units) -> attempt.units()
                .put(sku, stocks.get(sku).reserve(units)));
    }

    /** The time for which its stock is set aside is over. */
    void expire(Attempt attempt) {
        release(attempt);
        attempt.expire();
    }

    private void release(Attempt attempt) {
        attempt.units().forEach((sku, units) -> served(stocks.get(sku).release(units)));
        attempt.units().clear();
    }

    /** The provider has answered. */
    void conclude(Attempt attempt) {
        if (attempt.payment() == Payment.DECLINED) {
            reached.markIf(attempt.isExpired(), Event.EXPIRED_AND_DECLINED);
            release(attempt);
            reopen(attempt);
            attempt.end(DECLINED);
            return;
        }
        Cart cart = attempt.cart();
        if (attempt.isExpired() && !shortages(cart).isEmpty()) {
            reached.mark(Event.EXPIRED_AND_GONE);
            attempt.end(shortages(cart));
            reopen(attempt);
            return;
        }
        if (attempt.isExpired()) {
            reached.mark(Event.EXPIRED_AND_SOLD_ANEW);
            setAside(attempt);
        }
        cart.become(Cart.Status.COMPLETED);
        sell(attempt);
    }

    private void reopen(Attempt attempt) {
        attempt.cart().become(Cart.Status.OPEN);
        giveCouponBack(attempt.usesCoupon());
    }

    private void sell(Attempt attempt) {
        attempt.units().forEach((sku, units) -> {
            reached.markIf(units.promised() > 0, Event.SOLD_AHEAD);
            reached.markIf(units.fromSeveral(), Event.SOLD_FROM_TWO_PLACES);
            boolean later = stocks.get(sku).claim(units);
            servedLater |= later;
            reached.markIf(later, Event.WAITING_SERVED_LATER);
        });
        Order order = new Order(
                attempt.payment(), attempt.pencePerUnit(), attempt.cart().lines(), attempt.units());
        attempt.end(attempt.payment().isPending() ? "202" : "201", order);
    }

    private void giveCouponBack(boolean used) {
        couponsUsed -= used ? 1 : 0;
        reached.markIf(used, Event.COUPON_GIVEN_BACK);
    }

    /** What the provider tells makes it be asked; what it says of a pending payment counts. */
    void tell(Order order, boolean captured) {
        if (!order.isPending()) {
            reached.mark(Event.TOLD_OF_WHAT_IS_SETTLED);
        } else if (order.payment() == Payment.UNKNOWN) {
            order.pay();
            reached.mark(Event.UNKNOWN_PAID_BY_WEBHOOK);
        } else if (captured) {
            order.pay();
            reached.mark(Event.ASYNC_PAID);
        } else {
            takeBack(order.fail());
            giveCouponBack(order.usedCoupon());
            reached.mark(Event.ASYNC_NOT_PAID);
        }
    }

    void recover(Order order) {
        order.pay();
        reached.mark(Event.UNKNOWN_PAID_BY_RECOVERY);
    }

    String cancel(Order order) {
        boolean pending = order.isPending();
        reached.markIf(pending && order.payment() == Payment.ASYNC, Event.CANCELLED_BEFORE_ASYNC_PAID);
        reached.markIf(pending && order.payment() == Payment.UNKNOWN, Event.CANCELLED_WHILE_UNKNOWN);
        return cancelling(order, order::cancel);
    }

    String cancel(Order order, Sku sku, int units) {
        return cancelling(order, () -> order.cancel(sku, units));
    }

    private String cancelling(Order order, Supplier<Order.Done> verb) {
        boolean before = order.isCancelled();
        boolean refunded = order.isRefunded();
        Order.Done done = verb.get();
        takeBack(done.back());
        if (!before && order.isCancelled()) {
            giveCouponBack(order.usedCoupon());
            reached.markIf(refunded, Event.CANCELLED_AFTER_REFUND);
            reached.markIf(order.isVoided() && order.payment() == Payment.MANUAL, Event.CANCELLED_AND_VOIDED);
        }
        return done.verdict();
    }

    String refund(Order order, Sku sku, int units, boolean restock) {
        return cancelling(order, () -> order.refund(sku, units, restock));
    }

    private void takeBack(List<Order.Back> all) {
        all.forEach(back -> served(stocks.get(back.sku()).takeBack(back.units(), back.count())));
    }

    String adjust(Step.Place place, int delta) {
        Stock stock = stocks.get(place.sku());
        if (!stock.canAdjust(place.location(), delta)) {
            return OUT_OF_STOCK;
        }
        served(stock.adjust(place.location(), delta));
        return "200";
    }

    String count(Step.Place place, int available) {
        served(stocks.get(place.sku()).count(place.location(), available));
        return "200";
    }

    private void served(boolean somebody) {
        reached.markIf(somebody, Event.WAITING_SERVED);
    }
}
