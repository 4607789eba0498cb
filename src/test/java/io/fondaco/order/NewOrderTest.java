package io.fondaco.order;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.fondaco.order.NewOrder.LineTaxes;
import io.fondaco.order.NewOrder.NewOrderLine;
import io.fondaco.platform.money.Money;
import io.fondaco.tax.TaxExemption;
import io.fondaco.tax.TaxLine;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The snapshot of a future order. */
class NewOrderTest {
    private static final TaxLine VAT = new TaxLine("VAT", "0.19", euros(1_000), euros(190));

    private final ObjectMapper json = new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);

    @Test
    void convertsToJsonAndBackWithoutLoss() throws Exception {
        NewOrder order = order(euros(0));
        assertThat(json.readValue(json.writeValueAsString(order), NewOrder.class))
                .isEqualTo(order);
    }

    @Test
    void snapshotThatIsOlderThanTaxesHasNone() throws Exception {
        NewOrder order =
                json.readValue("""
                {"id": "%s", "cart_id": "%s", "token_hash": "00", "email": "ada@example.org",
                 "addresses": {"shipping": null, "billing": null}, "shipping_method": null,
                 "totals": {"subtotal": {"amount": 500, "currency": "EUR"},
                            "discount": {"amount": 0, "currency": "EUR"},
                            "shipping": {"amount": 0, "currency": "EUR"}, "tax": {"amount": 0, "currency": "EUR"},
                            "total": {"amount": 500, "currency": "EUR"}},
                 "lines": [{"variant_id": "%s", "sku": "SOAP", "title": "Soap", "quantity": 1,
                            "unit_price": {"amount": 500, "currency": "EUR"}, "stock_taken": true}]}
                """.formatted(OrderId.random(), UUID.randomUUID(), UUID.randomUUID()), NewOrder.class);
        assertThat(order.totals().includedTax()).isEqualTo(euros(0));
        assertThat(order.totals().rounding()).isEqualTo(euros(0));
        assertThat(order.taxes()).isEqualTo(OrderTaxes.NONE);
        assertThat(order.lines().getFirst().taxes()).isNull();
        assertThat(order.lines().getFirst().priceList()).isNull();
    }

    @Test
    void roundingIsSharedByLinesAndShipping() {
        assertThat(order(euros(0)).roundingOfLines()).containsExactly(0L, 0L);
        assertThat(order(euros(2)).roundingOfLines()).containsExactly(1L, 0L);
        assertThat(order(euros(-3)).roundingOfLines()).containsExactly(-2L, 0L);
    }

    /** Lines of 11.90 and 0.01, and shipping of 4.90. */
    private static NewOrder order(Money rounding) {
        return new NewOrder(
                OrderId.random(),
                UUID.randomUUID(),
                "00",
                "ada@example.org",
                new Addresses(null, null),
                "standard",
                new Totals(
                        euros(1_001),
                        euros(0),
                        euros(490),
                        euros(190),
                        euros(0),
                        rounding,
                        euros(1_681).plus(rounding)),
                List.of(
                        new NewOrderLine(
                                UUID.randomUUID(),
                                "LAMP",
                                "Lamp",
                                1,
                                euros(1_000),
                                true,
                                null,
                                new LineTaxes(false, List.of(VAT), euros(190), euros(0)),
                                "price_list_1",
                                "Business"),
                        new NewOrderLine(UUID.randomUUID(), "PIN", "Pin", 1, euros(1), true, null, null, null, null)),
                List.of(),
                new OrderTaxes("DE123456789", TaxExemption.REVERSE_CHARGE, false, List.of(VAT), List.of()),
                Map.of());
    }

    private static Money euros(long cents) {
        return Money.of(cents, "EUR");
    }
}
