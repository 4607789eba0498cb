package io.fondaco.shipping;

import io.fondaco.platform.money.Money;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

@ApplicationScoped
class PostgresShipping implements Shipping {
    private static final Comparator<ShippingQuote> CHEAPEST_FIRST = Comparator.<ShippingQuote>comparingLong(
                    quote -> quote.price().amount())
            .thenComparing(ShippingQuote::code);

    private final EntityManager entities;
    private final ShippingSettings settings;

    PostgresShipping(EntityManager entities, ShippingSettings settings) {
        this.entities = entities;
        this.settings = settings;
    }

    @Override
    public List<ShippingQuote> listQuotes(Optional<String> country, Money subtotal) {
        List<ShippingQuote> quotes = new ArrayList<>();
        for (Object row : entities.createNativeQuery("""
                        SELECT DISTINCT ON (code) code, name, needs_address,
                               CASE WHEN :subtotal >= free_from THEN 0 ELSE amount END AS amount
                          FROM shipping.rate
                         WHERE currency IN (:currency, '*') AND country IN (:country, '*')
                           AND (NOT needs_address OR :country <> '')
                         ORDER BY code, country = '*', currency = '*'
                        """, Tuple.class)
                .setParameter("subtotal", subtotal.amount())
                .setParameter("currency", subtotal.currency())
                .setParameter("country", country.orElse(""))
                .getResultList()) {
            Tuple rate = (Tuple) row;
            long amount = settings.free() ? 0 : rate.get("amount", Number.class).longValue();
            quotes.add(new ShippingQuote(
                    rate.get("code", String.class),
                    rate.get("name", String.class),
                    Money.of(amount, subtotal.currency()),
                    rate.get("needs_address", Boolean.class)));
        }
        quotes.sort(CHEAPEST_FIRST);
        return List.copyOf(quotes);
    }
}
