package io.fondaco.tax;

import io.fondaco.platform.cache.CacheTag;
import io.fondaco.platform.cache.ObjectCache;
import io.fondaco.platform.cache.ObjectCache.Loaded;
import io.fondaco.platform.cache.ObjectCaches.CachedReads;
import io.fondaco.platform.transactions.OutsideTransaction;
import io.fondaco.tax.CountryRates.PlaceRates;
import io.fondaco.tax.CountryRates.RateSet;
import io.fondaco.tax.Taxes.TaxPlace;
import io.fondaco.tax.Taxes.TaxedSale;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The taxes of the rates and settings in the database, which each pod keeps in memory, or those of the provider that is
 * enabled.
 */
@ApplicationScoped
class PostgresTaxes implements Taxes {
    private static final String SETTINGS = "settings";

    /** More than there are countries. */
    private static final int MAX_CACHED = 300;

    private final TaxRateRepository rates;
    private final TaxSettingsService settings;
    private final TaxCategoryService categories;
    private final ObjectCache<String, CountryRates> ratesByCountry = new ObjectCache<>(MAX_CACHED);
    private final ObjectCache<String, TaxSettings> cachedSettings = new ObjectCache<>(1);
    private final Optional<ProviderTaxes> providerTaxes;

    @Inject
    PostgresTaxes(
            TaxRateRepository rates,
            TaxSettingsService settings,
            TaxCategoryService categories,
            Instance<TaxProvider> providers,
            OutsideTransaction outsideTransaction) {
        this(rates, settings, categories, providers.stream().toList(), outsideTransaction);
    }

    /** @throws IllegalStateException if several providers are enabled */
    PostgresTaxes(
            TaxRateRepository rates,
            TaxSettingsService settings,
            TaxCategoryService categories,
            List<TaxProvider> providers,
            OutsideTransaction outsideTransaction) {
        this.rates = rates;
        this.settings = settings;
        this.categories = categories;
        List<TaxProvider> enabled =
                providers.stream().filter(TaxProvider::enabled).toList();
        if (enabled.size() > 1) {
            throw new IllegalStateException("Several tax providers are enabled: "
                    + enabled.stream().map(TaxProvider::name).toList());
        }
        this.providerTaxes =
                enabled.stream().findFirst().map(provider -> new ProviderTaxes(provider, outsideTransaction));
    }

    @PreDestroy
    void stop() {
        providerTaxes.ifPresent(ProviderTaxes::close);
    }

    @Override
    public Set<String> unknownCategories(Set<String> codes) {
        return categories.unknown(codes);
    }

    @Override
    public SaleTaxation taxationOf(TaxedSale sale, CachedReads reads) {
        TaxSettings current = reads.get(
                        cachedSettings, SETTINGS, _ -> new Loaded<>(settings.get(), Set.of(TaxSettingsService.TAG)))
                .orElseThrow();
        Optional<TaxPlace> place = sale.destination().or(current::seller);
        PlaceRates placeRates = place.map(found -> reads.get(ratesByCountry, found.country(), this::load)
                        .orElseThrow()
                        .at(found, sale.at()))
                .orElse(PlaceRates.NONE);
        SaleTaxation builtIn = new SaleTaxCalculator(current, placeRates, exemptionOf(sale, current), sale.currency());
        return providerTaxes
                .flatMap(provider -> place.map(found -> provider.taxationOf(sale, found, current, builtIn)))
                .orElse(builtIn);
    }

    @Override
    public PublicTaxes publicTaxes(String country, Instant at) {
        boolean pricesIncludeTax = settings.get().pricesIncludeTax();
        List<TaxRate> ofCountry = providerTaxes.isPresent() ? List.of() : rates.listWithoutRegion(country);
        CountryRates countryRates = new CountryRates(ofCountry);
        return new CountryTaxes(
                pricesIncludeTax,
                countryRates.at(new TaxPlace(country, Optional.empty(), ""), at),
                nextChange(ofCountry, at),
                Set.of(TaxSettingsService.TAG, TaxRateService.tag(country)));
    }

    private static Optional<Instant> nextChange(List<TaxRate> rates, Instant at) {
        return rates.stream()
                .flatMap(rate ->
                        Stream.concat(Stream.ofNullable(rate.validFrom()), Stream.ofNullable(rate.validUntil())))
                .filter(instant -> instant.isAfter(at))
                .min(Comparator.naturalOrder());
    }

    private record CountryTaxes(
            boolean pricesIncludeTax, PlaceRates rates, Optional<Instant> validUntil, Set<CacheTag> tags)
            implements PublicTaxes {
        @Override
        public Optional<String> rateOf(String category) {
            RateSet applied = rates.of(category);
            return applied.rates().isEmpty()
                    ? Optional.empty()
                    : Optional.of(TaxRateValidator.plain(applied.factor().subtract(BigDecimal.ONE)));
        }
    }

    private Loaded<CountryRates> load(String country) {
        return new Loaded<>(new CountryRates(rates.listByCountry(country)), Set.of(TaxRateService.tag(country)));
    }

    /**
     * Reverse charge, Articles 138 and 196 of Directive 2006/112/EC: goods go from one member state to another, to a
     * business with a VAT identification number of a member state other than that of the seller.
     */
    static Optional<TaxExemption> exemptionOf(TaxedSale sale, TaxSettings settings) {
        if (!settings.reverseCharge() || sale.taxId().isEmpty()) {
            return Optional.empty();
        }
        Instant at = sale.at();
        Optional<String> seller = settings.seller().flatMap(place -> EuVatArea.memberStateOf(place, at));
        Optional<String> destination = sale.destination().flatMap(place -> EuVatArea.memberStateOf(place, at));
        Optional<String> customer = sale.taxId()
                .filter(TaxId::isValid)
                .flatMap(TaxId::countryOf)
                .filter(country -> EuVatArea.isMember(country, at));
        boolean applies = seller.isPresent()
                && destination.isPresent()
                && customer.isPresent()
                && !destination.equals(seller)
                && !customer.equals(seller);
        return applies ? Optional.of(TaxExemption.REVERSE_CHARGE) : Optional.empty();
    }
}
