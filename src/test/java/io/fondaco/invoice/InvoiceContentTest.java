package io.fondaco.invoice;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.customer.CustomerId;
import io.fondaco.invoice.InvoiceData.InvoiceLine;
import io.fondaco.invoice.InvoiceData.InvoiceSeller;
import io.fondaco.order.Addresses;
import io.fondaco.order.FulfillmentStatus;
import io.fondaco.order.Order;
import io.fondaco.order.OrderId;
import io.fondaco.order.OrderLine;
import io.fondaco.order.OrderLineId;
import io.fondaco.order.OrderStatus;
import io.fondaco.order.OrderTaxes;
import io.fondaco.order.PaymentStatus;
import io.fondaco.order.TaxedPrice;
import io.fondaco.order.Totals;
import io.fondaco.platform.money.Money;
import io.fondaco.tax.TaxLine;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The amounts of an invoice add up, for orders with and without included tax, discounts, shipping and rounding. */
class InvoiceContentTest {
    private static final String CURRENCY = "EUR";
    private static final InvoiceSeller SELLER =
            new InvoiceSeller("Lumen GmbH", List.of("Hof 2"), null, "Berlin", null, "DE", null, null);

    private static Money money(long amount) {
        return Money.of(amount, CURRENCY);
    }

    @Property
    void amountsAddUp(@ForAll Random random) {
        Order order = order(random);
        Money total = order.totals().total();
        Money tax = order.totals().tax();
        TaxedPrice notCharged = random.nextBoolean()
                ? new TaxedPrice(money(0), List.of())
                : new TaxedPrice(total, order.taxes().taxLines());
        InvoiceData data = InvoiceContent.ofOrder(order, SELLER, notCharged, Optional.empty());

        Money shipping = data.shipping() == null ? money(0) : data.shipping().total();
        Money parts = sum(data.lines().stream().map(InvoiceLine::total).toList())
                .plus(shipping)
                .plus(order.totals().rounding());
        assertThat(parts).isEqualTo(total);
        assertThat(data.totals().total()).isEqualTo(total.minus(notCharged.amount()));
        assertThat(data.totals().total())
                .isEqualTo(data.totals().totalWithoutTax().plus(data.totals().tax()));
        assertThat(sum(data.taxSummary().stream().map(TaxLine::amount).toList()))
                .isEqualTo(data.totals().tax());
        if (notCharged.amount().amount() == 0) {
            Money shippingTax =
                    data.shipping() == null ? money(0) : data.shipping().tax();
            assertThat(sum(data.lines().stream().map(InvoiceLine::tax).toList()).plus(shippingTax))
                    .isEqualTo(tax);
            assertThat(data.totals().tax()).isEqualTo(tax);
        }
    }

    private static Money sum(List<Money> amounts) {
        return amounts.stream().reduce(money(0), Money::plus);
    }

    private static Order order(Random random) {
        List<OrderLine> lines = IntStream.rangeClosed(0, random.nextInt(3))
                .mapToObj(_ -> line(random))
                .toList();
        long shipping = random.nextInt(3) * 100L;
        long shippingDiscount = shipping == 0 ? 0 : random.nextLong(shipping);
        long shippingTax = (shipping - shippingDiscount) / 10;
        long includedShippingTax = random.nextBoolean() ? shippingTax : 0;
        Money subtotal = sum(lines.stream().map(OrderLine::total).toList());
        Money discount = sum(lines.stream().map(OrderLine::discount).toList()).plus(money(shippingDiscount));
        Money tax = sum(lines.stream().map(OrderLine::tax).toList()).plus(money(shippingTax));
        Money included =
                sum(lines.stream().map(OrderLine::includedTax).toList()).plus(money(includedShippingTax));
        Money rounding = money(random.nextInt(5));
        Money total = subtotal.minus(discount)
                .plus(money(shipping))
                .plus(tax)
                .minus(included)
                .plus(rounding);
        return new Order(
                OrderId.random(),
                1_001,
                OrderStatus.CONFIRMED,
                PaymentStatus.CAPTURED,
                FulfillmentStatus.UNFULFILLED,
                new CustomerId(UUID.randomUUID()),
                "ada@example.org",
                lines,
                new Addresses(null, null),
                shipping == 0 ? null : "standard",
                new Totals(subtotal, discount, money(shipping), tax, included, rounding, total),
                List.of(),
                new OrderTaxes(
                        null,
                        null,
                        true,
                        List.of(new TaxLine("VAT", "0.1", total.minus(tax), tax)),
                        List.of(new TaxLine("VAT", "0.1", money(shipping - shippingDiscount), money(shippingTax)))),
                money(0),
                Instant.EPOCH,
                Instant.EPOCH,
                1);
    }

    private static OrderLine line(Random random) {
        int quantity = 1 + random.nextInt(5);
        long price = random.nextLong(10_000);
        long discount = random.nextLong(1 + price);
        long tax = (price * quantity - discount) / 10;
        boolean included = random.nextBoolean();
        return new OrderLine(
                OrderLineId.random(),
                "SKU",
                "variant_00000000000000000000000000",
                "Lamp",
                quantity,
                0,
                money(price),
                included,
                null,
                null,
                money(price * quantity),
                money(discount),
                List.of(new TaxLine("VAT", "0.1", money(price * quantity - discount), money(tax))),
                money(tax),
                money(included ? tax : 0),
                0,
                0,
                0,
                0,
                0,
                true,
                0,
                money(0));
    }
}
