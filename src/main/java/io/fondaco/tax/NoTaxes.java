package io.fondaco.tax;

import io.fondaco.platform.cache.ObjectCaches.CachedReads;
import io.fondaco.platform.money.Money;
import io.fondaco.tax.TaxCalculation.TaxedAmount;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** Placeholder until the module calculates taxes: every sale is free of tax. */
@ApplicationScoped
class NoTaxes implements Taxes {
    @Override
    public SaleTaxation taxationOf(TaxedSale sale, CachedReads reads) {
        return new NoTaxation(Money.zero(sale.currency()));
    }

    private record NoTaxation(Money zero) implements SaleTaxation {
        @Override
        public boolean pricesIncludeTax() {
            return false;
        }

        @Override
        public Optional<TaxExemption> exemption() {
            return Optional.empty();
        }

        @Override
        public Money effectivePrice(Money price, String category, boolean includesTax) {
            return price;
        }

        @Override
        public Money effectiveShippingPrice(Money price) {
            return price;
        }

        @Override
        public TaxCalculation calculate(List<TaxableLine> lines, Money shipping) {
            TaxedAmount none = new TaxedAmount(List.of(), zero, zero);
            return new TaxCalculation(lines.stream().map(_ -> none).toList(), none, List.of());
        }
    }
}
