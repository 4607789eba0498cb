package io.fondaco.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.customer.CustomerId;
import io.fondaco.order.OrderLineEntity.OrderLineRow;
import io.fondaco.order.UnitSelection.LineQuantity;
import io.fondaco.platform.money.Money;
import io.fondaco.tax.TaxLine;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Whatever is cancelled, captured and refunded of an order, and in which order: what goes back or is not collected adds
 * up to the total, and its taxes to the taxes of the order, to the unit.
 */
class RefundTaxesTest {
    private static final List<String> CURRENCIES = List.of("EUR", "JPY", "KWD");
    private static final String ACTOR = "staff";
    private static final int MAX_STEPS = 12;

    @Property(tries = 10_000)
    void creditsOfAnOrderAddUpToItsTaxes(@ForAll Random random) {
        Sale sale = new Sale(RandomOrder.create(random), random);
        sale.cancelBeforeCapture();
        sale.capture();
        for (int step = random.nextInt(MAX_STEPS); step > 0; step--) {
            sale.change();
        }
        sale.refundRest();
        TaxedPrice credited = sale.credited();
        assertThat(credited.amount()).isEqualTo(sale.order.totals().total());
        if (credited.amount().amount() > 0) {
            assertThat(taxes(credited)).isEqualTo(taxes(sale.order.price()));
        }
    }

    /** Unit by unit, with no other refunds: each line gives back its own taxes. */
    @Property
    void unitsOfALineGiveBackTheTaxesOfTheLine(@ForAll Random random) {
        for (OrderLine line : RandomOrder.create(random).lines()) {
            TaxedPrice all = TaxedPrice.zero(line.total().currency());
            OrderLine current = line;
            while (current.refundableQuantity() > 0) {
                int units = 1 + random.nextInt(current.refundableQuantity());
                TaxedPrice part = current.refundPrice(units);
                TaxedPriceTest.assertIsPrice(part);
                all = all.plus(part);
                current = OrderLineTest.applied(current, current.refund(units));
            }
            assertThat(all.amount())
                    .isEqualTo(line.total()
                            .minus(line.discount())
                            .plus(line.tax())
                            .minus(line.includedTax())
                            .plus(line.rounding()));
            if (line.rounding().amount() == 0) {
                assertThat(taxes(all)).isEqualTo(taxes(new TaxedPrice(all.amount(), line.taxLines())));
            }
        }
    }

    /** The prices of lines and shipping add up to the total, with its rounding; free shipping has none of it. */
    @Property
    void linesAndShippingHaveTheRoundingOfTheTotal(@ForAll Random random) {
        Order order = RandomOrder.create(random);
        Money lines = order.lines().stream()
                .map(line -> line.refundAmount(line.quantity()))
                .reduce(Money.zero(order.totals().total().currency()), Money::plus);
        assertThat(order.lines())
                .allSatisfy(line ->
                        assertThat(line.refundAmount(line.quantity()).amount()).isNotNegative());
        assertThat(lines.amount()).isBetween(0L, order.totals().total().amount());
        if (shippingPrice(order).amount() == 0) {
            assertThat(lines).isEqualTo(order.totals().total());
        }
    }

    /** What shipping costs with its discount and its taxes, without rounding. */
    private static Money shippingPrice(Order order) {
        Totals totals = order.totals();
        Money price =
                totals.shipping().minus(totals.discount()).plus(totals.tax()).minus(totals.includedTax());
        for (OrderLine line : order.lines()) {
            price = price.plus(line.discount()).minus(line.tax()).plus(line.includedTax());
        }
        return price;
    }

    /** An order with its payment, and the actions of the staff and of the provider on it. */
    private static final class Sale {
        private final Random random;
        private final Map<UUID, Refund> refunds = new LinkedHashMap<>();
        private TaxedPrice uncollected;
        private Order order;
        private long captured;

        private record Refund(TaxedPrice credit, List<OrderLineChange> units) {}

        private Sale(Order order, Random random) {
            this.order = order;
            this.random = random;
            this.uncollected = TaxedPrice.zero(order.totals().total().currency());
        }

        private TaxedPrice credited() {
            return refunds.values().stream().map(Refund::credit).reduce(uncollected, TaxedPrice::plus);
        }

        private long refundable() {
            return captured
                    - refunds.values().stream()
                            .mapToLong(refund -> refund.credit().amount().amount())
                            .sum();
        }

        private void cancelBeforeCapture() {
            for (int step = random.nextInt(3); step > 0; step--) {
                Optional<OrderLine> line = anyLine(OrderLine::openQuantity);
                if (line.isEmpty()) {
                    return;
                }
                UnitSelection units =
                        order.unitsToCancel(some(line.get(), line.get().openQuantity()));
                if (!units.cancelsWholeOrder()) {
                    apply(order.cancel(units, PaymentStatus.AUTHORIZED, ACTOR), Optional.empty());
                }
            }
        }

        /** Captures the current total, or now and then a part of it. */
        private void capture() {
            long current = order.currentTotal().amount();
            captured = random.nextInt(4) == 0 && current > 0 ? 1 + random.nextLong(current) : current;
            apply(order.capture(money(captured), ACTOR), Optional.empty());
        }

        private void change() {
            switch (random.nextInt(6)) {
                case 0, 1 -> refundUnits();
                case 2 -> cancelUnits();
                case 3 -> sendAndReturn();
                case 4 -> failRefund();
                default -> refundAmount(money(1 + random.nextLong(Math.max(1, refundable()))));
            }
        }

        private void refundUnits() {
            anyLine(OrderLine::refundableQuantity).ifPresent(line -> {
                UnitSelection units = random.nextBoolean()
                        ? order.unitsToRefund(some(line, line.refundableQuantity()))
                        : order.unitsToRefundAndRestock(some(line, line.refundableQuantity()));
                Money amount = order.cancellationRefundAmount(units);
                boolean possible = amount.amount() <= refundable()
                        && (!units.cancelsUnits() || order.status() == OrderStatus.CONFIRMED);
                if (possible) {
                    OrderChange change = order.refund(units, PaymentStatus.CAPTURED, ACTOR);
                    apply(change, Optional.of(amount));
                }
            });
        }

        private void cancelUnits() {
            Optional<OrderLine> line = anyLine(OrderLine::openQuantity);
            if (line.isPresent() && order.status() == OrderStatus.CONFIRMED) {
                UnitSelection units =
                        order.unitsToCancel(some(line.get(), line.get().openQuantity()));
                long amount = Math.min(order.cancellationRefundAmount(units).amount(), refundable());
                OrderChange change = refundable() > amount && units.cancelsWholeOrder()
                        ? order.cancelAndComplete(units, PaymentStatus.CAPTURED, ACTOR)
                        : order.cancel(units, PaymentStatus.CAPTURED, ACTOR);
                apply(change, Optional.of(money(amount)));
            }
        }

        private void sendAndReturn() {
            Optional<OrderLine> line = anyLine(OrderLine::openQuantity);
            if (line.isPresent() && order.status() == OrderStatus.CONFIRMED) {
                List<LineQuantity> one = some(line.get(), 1);
                apply(order.fulfill(order.unitsToFulfill(one), FulfillmentId.random(), ACTOR), Optional.empty());
                UnitSelection units = order.unitsToReturn(one);
                if (units.refundAmount().amount() <= refundable()) {
                    apply(order.returnUnits(units, PaymentStatus.CAPTURED, ACTOR), Optional.of(units.refundAmount()));
                }
            }
        }

        private void refundAmount(Money amount) {
            if (amount.amount() <= refundable()) {
                apply(order.refundedAtProvider(PaymentStatus.CAPTURED), Optional.of(amount));
            }
        }

        private void refundRest() {
            refundAmount(money(refundable()));
        }

        private void failRefund() {
            if (refunds.isEmpty()) {
                return;
            }
            UUID id = List.copyOf(refunds.keySet()).get(random.nextInt(refunds.size()));
            List<OrderLineChange> reverted = refunds.remove(id).units().stream()
                    .filter(change -> change.refunded() > 0)
                    .map(change -> order.line(change.line())
                            .revertRefund(change.refunded(), Math.max(0, change.refundedUnsent())))
                    .toList();
            order = changed(order, order.refundFailed(reverted, PaymentStatus.CAPTURED));
        }

        /** Records the credit of a change, as {@link PostgresOrders} does, and applies the change. */
        private void apply(OrderChange change, Optional<Money> refunded) {
            UUID refund = UUID.randomUUID();
            OrderChange applied = refunded.filter(amount -> amount.amount() > 0)
                    .map(amount -> change.withRefund(refund, amount))
                    .orElse(change);
            if (applied.credit().isPresent()) {
                TaxedPrice credit = applied.taxedCredit(order, credited());
                TaxedPriceTest.assertIsPrice(credit);
                if (applied.credit().get().refund().isPresent()) {
                    refunds.put(refund, new Refund(credit, applied.lines()));
                } else {
                    uncollected = uncollected.plus(credit);
                }
                assertThat(order.price().minus(credited()).taxLines())
                        .as("what is left of each tax")
                        .allSatisfy(line -> assertThat(line.amount().amount()).isNotNegative())
                        .allSatisfy(line -> assertThat(line.taxable().amount()).isNotNegative());
            }
            order = changed(order, applied);
        }

        private Optional<OrderLine> anyLine(java.util.function.ToIntFunction<OrderLine> available) {
            List<OrderLine> lines = order.lines().stream()
                    .filter(line -> available.applyAsInt(line) > 0)
                    .toList();
            return lines.isEmpty() ? Optional.empty() : Optional.of(lines.get(random.nextInt(lines.size())));
        }

        private List<LineQuantity> some(OrderLine line, int available) {
            return List.of(new LineQuantity(line.id(), 1 + random.nextInt(available)));
        }

        private Money money(long amount) {
            return Money.of(amount, order.totals().total().currency());
        }
    }

    /** The tax lines by name and rate, without those of zero. */
    private static Map<String, TaxLine> taxes(TaxedPrice price) {
        Map<String, TaxLine> taxes = new LinkedHashMap<>();
        price.taxLines().stream()
                .filter(line -> line.amount().amount() != 0 || line.taxable().amount() != 0)
                .sorted(Comparator.comparing(TaxLine::name))
                .forEach(line -> taxes.put(line.name(), line));
        return taxes;
    }

    private static Order changed(Order order, OrderChange change) {
        Map<OrderLineId, OrderLineChange> changes = new LinkedHashMap<>();
        change.lines().forEach(line -> changes.put(line.line(), line));
        return new Order(
                order.id(),
                order.number(),
                change.status(),
                change.paymentStatus(),
                change.fulfillmentStatus(),
                order.customerId(),
                order.email(),
                order.lines().stream()
                        .map(line -> changes.containsKey(line.id())
                                ? OrderLineTest.applied(line, changes.get(line.id()))
                                : line)
                        .toList(),
                order.addresses(),
                order.shippingMethod(),
                order.totals(),
                order.discounts(),
                order.taxes(),
                order.cancelledAmount().plus(change.cancelledAmount()),
                order.createdAt(),
                order.updatedAt(),
                order.version());
    }

    /** Orders with several rates, with or without included tax, discounts, shipping and rounding. */
    private static final class RandomOrder {
        private static final int MAX_LINES = 4;
        private static final int MAX_QUANTITY = 7;
        private static final long[] MAX_PRICES = {3, 100, 5_000, 1_000_000_000_000L};
        private static final int[] RATES = {0, 7, 19, 33};

        private final Random random;
        private final String currency;
        private final long maxPrice;
        private TaxedPrice taxes;

        private RandomOrder(Random random) {
            this.random = random;
            this.currency = CURRENCIES.get(random.nextInt(CURRENCIES.size()));
            this.maxPrice = MAX_PRICES[random.nextInt(MAX_PRICES.length)];
            this.taxes = TaxedPrice.zero(currency);
        }

        private static Order create(Random random) {
            return new RandomOrder(random).create();
        }

        private Order create() {
            List<NewOrder.NewOrderLine> lines = IntStream.rangeClosed(0, random.nextInt(MAX_LINES))
                    .mapToObj(_ -> line())
                    .toList();
            long subtotal = 0;
            long discount = 0;
            long includedTax = 0;
            for (NewOrder.NewOrderLine line : lines) {
                subtotal += line.unitPrice().amount() * line.quantity();
                discount += line.discountAmount();
                includedTax += line.includedTaxAmount();
            }
            long shipping = random.nextInt(3) == 0 ? 0 : random.nextLong(1 + maxPrice);
            long shippingDiscount = random.nextInt(3) == 0 ? random.nextLong(1 + shipping) : 0;
            NewOrder.LineTaxes shippingTax = tax(shipping - shippingDiscount, random.nextBoolean());
            long tax = taxes.taxLines().stream()
                    .mapToLong(line -> line.amount().amount())
                    .sum();
            long net = subtotal
                    - discount
                    + shipping
                    - shippingDiscount
                    - includedTax
                    - shippingTax.includedTax().amount();
            long rounding = random.nextInt(4) == 0 ? Math.max(-net, random.nextInt(5) - 2) : 0;
            Totals totals = new Totals(
                    money(subtotal),
                    money(discount + shippingDiscount),
                    money(shipping),
                    money(tax),
                    money(includedTax + shippingTax.includedTax().amount()),
                    money(rounding),
                    money(net + tax + rounding));
            return order(lines, totals, shippingTax.taxLines());
        }

        private NewOrder.NewOrderLine line() {
            int quantity = 1 + random.nextInt(MAX_QUANTITY);
            long price = random.nextLong(1 + maxPrice);
            long discount = random.nextBoolean() ? random.nextLong(1 + price * quantity) : 0;
            return new NewOrder.NewOrderLine(
                    UUID.randomUUID(),
                    "SKU",
                    "Thing",
                    quantity,
                    money(price),
                    true,
                    money(discount),
                    tax(price * quantity - discount, random.nextBoolean()),
                    null,
                    null);
        }

        /** Up to three taxes of an amount, each rounded down. */
        private NewOrder.LineTaxes tax(long amount, boolean included) {
            List<Integer> rates = new ArrayList<>();
            int count = random.nextInt(4);
            int first = random.nextInt(RATES.length);
            for (int index = 0; index < count; index++) {
                rates.add(RATES[(first + index) % RATES.length]);
            }
            int sum = rates.stream().mapToInt(Integer::intValue).sum();
            List<TaxLine> lines = new ArrayList<>();
            long tax = 0;
            for (int rate : rates) {
                tax += amount * rate / (included ? 100 + sum : 100);
            }
            for (int rate : rates) {
                lines.add(new TaxLine(
                        "Tax " + rate,
                        "0." + rate,
                        money(included ? amount - tax : amount),
                        money(amount * rate / (included ? 100 + sum : 100))));
            }
            taxes = taxes.plus(new TaxedPrice(money(0), lines));
            return new NewOrder.LineTaxes(included, lines, money(tax), money(included ? tax : 0));
        }

        private Order order(List<NewOrder.NewOrderLine> lines, Totals totals, List<TaxLine> shippingTaxLines) {
            OrderTaxes orderTaxes = new OrderTaxes(null, null, true, taxes.taxLines(), shippingTaxLines);
            NewOrder placed = new NewOrder(
                    OrderId.random(),
                    UUID.randomUUID(),
                    "",
                    "shopper@example.com",
                    new Addresses(null, null),
                    "standard",
                    totals,
                    lines,
                    List.of(),
                    orderTaxes,
                    Map.of());
            List<Long> rounding = placed.roundingOfLines();
            return new Order(
                    placed.id(),
                    1_001,
                    OrderStatus.CONFIRMED,
                    PaymentStatus.AUTHORIZED,
                    FulfillmentStatus.UNFULFILLED,
                    new CustomerId(UUID.randomUUID()),
                    placed.email(),
                    IntStream.range(0, lines.size())
                            .mapToObj(index -> OrderLineRow.of(lines.get(index), 0, rounding.get(index))
                                    .toLine(currency))
                            .toList(),
                    placed.addresses(),
                    placed.shippingMethod(),
                    totals,
                    List.of(),
                    orderTaxes,
                    money(0),
                    Instant.EPOCH,
                    Instant.EPOCH,
                    1);
        }

        private Money money(long amount) {
            return Money.of(amount, currency);
        }
    }
}
