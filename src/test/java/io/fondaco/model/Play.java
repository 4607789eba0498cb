package io.fondaco.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.faults.SellingShop;
import io.fondaco.replay.ShopClient.Answer;
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

/** A sequence of steps, done to the model and to the shop side by side; after each they must agree. */
final class Play {
    /** What a job does: the expiry runs every second here, the recovery every five. */
    private static final Duration BY_A_JOB = Duration.ofSeconds(30);

    /** The database ends a charge that is held longer than 30 s. */
    private static final Duration LONGEST_HOLD = Duration.ofSeconds(10);

    private static final int MOST_UNDER_WAY = 2;

    private final Model model;
    private final ShopFront shop;
    private final Reached reached;
    private final List<Cart> carts = new ArrayList<>();
    /** Since when they are held. */
    private final Map<Attempt, Instant> underWay = new LinkedHashMap<>();

    private final List<Attempt> kept = new ArrayList<>();
    private final Map<Attempt, Answer> answers = new HashMap<>();
    private final List<Order> orders = new ArrayList<>();

    Play(ShopFront shop, Reached reached) {
        this.model = new Model(reached);
        this.shop = shop;
        this.reached = reached;
    }

    /** @return how many orders there are */
    int run(List<Step> steps) {
        for (Step step : steps) {
            answerWhoWaitsTooLong();
            take(step);
        }
        List.copyOf(underWay.keySet()).forEach(_ -> take(new Step.Answer(0)));
        orders.forEach(this::agree);
        assertThat(shop.couponsUsed()).as("uses of the coupon").isEqualTo(model.couponsUsed());
        return orders.size();
    }

    private void answerWhoWaitsTooLong() {
        Instant latest = Instant.now().minus(LONGEST_HOLD);
        Map.copyOf(underWay).forEach((attempt, since) -> {
            if (since.isBefore(latest)) {
                answer(new Step.Answer(0), attempt);
            }
        });
    }

    private void take(Step step) {
        switch (step) {
            case Step.Open(Sku sku, int units) -> open(step, sku, units);
            case Step.Add(int which, Sku sku, int units) ->
                cart(which).ifPresent(cart -> see(step, cart, cart.add(sku, units), shop.add(cart, sku, units)));
            case Step.Change(int which, Sku sku, int units) ->
                cart(which, sku).ifPresent(cart -> see(step, cart, cart.set(sku, units), shop.set(cart, sku, units)));
            case Step.Remove(int which, Sku sku) ->
                cart(which, sku).ifPresent(cart -> see(step, cart, cart.remove(sku), shop.remove(cart, sku)));
            case Step.Coupon(int which, boolean on) ->
                cart(which).ifPresent(cart -> see(step, cart, cart.coupon(on), shop.coupon(cart, on)));
            case Step.Complete(int which, Payment payment, boolean oldPrice) ->
                cart(which).ifPresent(cart -> complete(step, cart, payment, oldPrice ? 1 : 0));
            case Step.Begin(int which, Payment payment) -> cart(which).ifPresent(cart -> begin(step, cart, payment));
            case Step.Answer(int which) ->
                pick(List.copyOf(underWay.keySet()), which).ifPresent(attempt -> answer(step, attempt));
            case Step.Expire(int which) -> expire(which);
            case Step.Repeat(int which, boolean otherContent) -> repeat(step, which, otherContent);
            case Step.Tell(int which, boolean captured) -> tell(step, which, captured);
            case Step.Recover(int which) -> recover(which);
            case Step.Cancel(int which) ->
                order(which).ifPresent(order -> verb(step, order, model.cancel(order), "cancel", Map.of()));
            case Step.CancelUnits(int which, int line, int units) ->
                order(which).ifPresent(order -> cancel(step, order, order.line(line), units));
            case Step.Refund(int which, Step.Share share) ->
                order(which).ifPresent(order -> refund(step, order, pence(order, share)));
            case Step.RefundUnits(int which, int line, int units, boolean restock) ->
                order(which).ifPresent(order -> refund(step, order, order.line(line), units, restock));
            case Step.Capture(int which) ->
                order(which).ifPresent(order -> verb(step, order, order.capture(), "capture", Map.of()));
            case Step.Adjust(Step.Place place, int delta) ->
                adjust(step, place, model.adjust(place, delta), Map.of("delta", delta));
            case Step.Count(Step.Place place, int available) ->
                adjust(step, place, model.count(place, available), Map.of("available", available));
            case Step.Again() -> again(step);
        }
    }

    private static <T> Optional<T> pick(List<T> all, int which) {
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1 - which % all.size()));
    }

    /** The latest that are no orders yet first. */
    private Optional<Cart> cart(int which) {
        return pick(last(carts, cart -> cart.status() == Cart.Status.COMPLETED), which);
    }

    private Optional<Cart> cart(int which, Sku sku) {
        return cart(which).filter(cart -> cart.lines().containsKey(sku));
    }

    /** The latest that stand first. */
    private Optional<Order> order(int which) {
        return pick(last(orders, Order::isCancelled), which);
    }

    private static <T> List<T> last(List<T> all, Predicate<T> done) {
        return all.stream()
                .sorted(Comparator.comparing(each -> !done.test(each)))
                .toList();
    }

    private void open(Step step, Sku sku, int units) {
        Cart cart = new Cart();
        carts.add(cart);
        see(step, cart, cart.add(sku, units), shop.open(cart, sku, units));
    }

    private void complete(Step step, Cart cart, Payment payment, int more) {
        Attempt attempt = model.begin(cart, payment, model.total(cart) + more);
        if (attempt.isUnderWay()) {
            model.conclude(attempt);
        }
        end(step, attempt, shop.complete(attempt));
    }

    private void begin(Step step, Cart cart, Payment payment) {
        if (underWay.size() == MOST_UNDER_WAY) {
            return;
        }
        Attempt attempt = model.begin(cart, payment, model.total(cart));
        if (!attempt.isUnderWay()) {
            end(step, attempt, shop.complete(attempt));
            return;
        }
        underWay.put(attempt, Instant.now());
        assertThat(shop.begin(attempt)).as(step + " is under way").isEmpty();
        levelsAgree(step);
    }

    private void answer(Step step, Attempt attempt) {
        underWay.remove(attempt);
        model.conclude(attempt);
        end(step, attempt, shop.letGo(attempt));
    }

    private void end(Step step, Attempt attempt, Answer answer) {
        see(step, attempt.verdict().orElseThrow(), answer);
        assertThat(Told.shortages(answer.body().path("errors")))
                .as(step + ": what is short")
                .isEqualTo(attempt.shortages());
        answers.put(attempt, answer);
        if (attempt.isKept()) {
            kept.add(attempt);
        }
        attempt.order().ifPresent(order -> {
            orders.add(order);
            assertThat(answer.body().at("/totals/total/amount").asInt())
                    .as(step + ": the total")
                    .isEqualTo(attempt.expectedTotal());
        });
        levelsAgree(step);
    }

    private void expire(int which) {
        List<Attempt> living = underWay.keySet().stream()
                .filter(attempt -> !attempt.isExpired())
                .toList();
        pick(living, which).ifPresent(attempt -> {
            model.expire(attempt);
            shop.expire(attempt);
            levelsComeToAgree();
        });
    }

    private void repeat(Step step, int which, boolean otherContent) {
        List<Attempt> known = new ArrayList<>(kept);
        known.addAll(underWay.keySet());
        pick(known, which).ifPresent(attempt -> {
            if (otherContent) {
                see(step, "422 idempotency_key_reused", shop.repeatWithOtherContent(attempt));
                return;
            }
            Answer answer = shop.repeat(attempt);
            see(step, attempt.verdict().orElse("409 request_in_flight"), answer);
            if (!attempt.isUnderWay()) {
                assertThat(answer).as(step + ": the same answer").isEqualTo(answers.get(attempt));
            }
        });
    }

    private void tell(Step step, int which, boolean captured) {
        List<Order> told =
                orders.stream().filter(order -> order.payment().isPending()).toList();
        pick(told, which).ifPresent(order -> {
            model.tell(order, captured);
            see(step, "204", shop.tell(order, captured));
            agree(order);
            levelsAgree(step);
        });
    }

    private void recover(int which) {
        List<Order> unknown = orders.stream()
                .filter(order -> order.isPending() && order.payment() == Payment.UNKNOWN)
                .toList();
        pick(unknown, which).ifPresent(order -> {
            model.recover(order);
            shop.recover(order);
            await().atMost(BY_A_JOB).untilAsserted(() -> agree(order));
        });
    }

    private void cancel(Step step, Order order, Sku sku, int units) {
        String verdict = model.cancel(order, sku, units);
        verb(step, order, verdict, "cancel", Map.of("lines", shop.units(order, sku, units)));
    }

    private static int pence(Order order, Step.Share share) {
        return switch (share) {
            case SOME -> 100;
            case ALL -> order.left();
            case TOO_MUCH -> order.left() + 1;
        };
    }

    private void refund(Step step, Order order, int pence) {
        verb(step, order, order.refund(pence), "refunds", Map.of("amount", ShopFront.money(pence)));
    }

    private void refund(Step step, Order order, Sku sku, int units, boolean restock) {
        String verdict = model.refund(order, sku, units, restock);
        verb(step, order, verdict, "refunds", Map.of("lines", shop.units(order, sku, units), "restock", restock));
    }

    private void verb(Step step, Order order, String verdict, String verb, Map<String, ?> body) {
        Answer answer = shop.verb(order, verb, body);
        see(step, verdict, answer);
        if (answer.status() < 300) {
            assertThat(Told.order(answer.body())).as(step + ": the order").isEqualTo(order.facts());
        }
        levelsAgree(step);
    }

    private void adjust(Step step, Step.Place place, String verdict, Map<String, Integer> change) {
        Answer answer = shop.adjust(place, change);
        see(step, verdict, answer);
        if (answer.status() == 200) {
            assertThat(Told.level(answer.body()))
                    .as(step + ": the level")
                    .isEqualTo(model.levels().get(place.sku()).get(place.location()));
        }
        levelsAgree(step);
    }

    private void again(Step step) {
        shop.lastAnswer().ifPresent(first -> {
            Answer second = shop.again();
            see(step, SellingShop.code(first), second);
            assertThat(second).as(step + ": the same answer").isEqualTo(first);
            levelsAgree(step);
        });
    }

    private void see(Step step, String verdict, Answer answer) {
        assertThat(SellingShop.code(answer)).as(step + " " + answer.body()).isEqualTo(verdict);
        reached.mark(step, verdict);
    }

    private void see(Step step, Cart cart, String verdict, Answer answer) {
        see(step, verdict, answer);
        if (answer.status() == 200) {
            assertThat(Told.cart(answer.body())).as(step + ": the cart").isEqualTo(model.facts(cart));
        }
    }

    private void agree(Order order) {
        assertThat(Told.order(shop.view(order))).as("the order").isEqualTo(order.facts());
    }

    private void levelsAgree(Step step) {
        if (model.isServedLater()) {
            levelsComeToAgree();
        } else {
            assertThat(Told.levels(shop.levels())).as(step + ": levels").isEqualTo(model.levels());
        }
    }

    private void levelsComeToAgree() {
        await().atMost(BY_A_JOB).untilAsserted(() -> assertThat(Told.levels(shop.levels()))
                .as("levels in the end")
                .isEqualTo(model.levels()));
    }
}
