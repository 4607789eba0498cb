package io.fondaco.tax;

import io.fondaco.platform.cache.CacheInvalidation;
import io.fondaco.platform.cache.CacheTag;
import io.fondaco.platform.messaging.DomainEvent;
import io.fondaco.platform.messaging.EventType;
import io.fondaco.platform.messaging.EventTypeRegistry;
import io.fondaco.platform.messaging.NewEvent;
import io.fondaco.platform.messaging.Outbox;
import io.fondaco.platform.postal.PostalCodePatterns;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.IfMatch;
import io.fondaco.platform.web.Violation;
import io.fondaco.tax.TaxRateService.TaxRateEvent.TaxRateCreated;
import io.fondaco.tax.TaxRateService.TaxRateEvent.TaxRateDeleted;
import io.fondaco.tax.TaxRateService.TaxRateEvent.TaxRateUpdated;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The changes of tax rates, by the staff and by files. Each is one transaction that locks the settings first: so
 * changes are made one after the other, and none of two overlapping rates is overlooked.
 */
@ApplicationScoped
class TaxRateService implements TaxRates, EventTypeRegistry.EventTypeProvider {
    /** Rates of one country, so that pods can keep them in memory. */
    static final int MAX_RATES_PER_COUNTRY = 20_000;

    /** The events of tax rates. One that begins or ends by time has no event then. */
    sealed interface TaxRateEvent extends DomainEvent {
        TaxRateId id();

        @EventType(name = "tax_rate.created", summary = "A tax rate was created.")
        record TaxRateCreated(TaxRateId id, String name, String country) implements TaxRateEvent {}

        @EventType(name = "tax_rate.updated", summary = "A tax rate changed.")
        record TaxRateUpdated(TaxRateId id, String name, String country) implements TaxRateEvent {}

        @EventType(name = "tax_rate.deleted", summary = "A tax rate was deleted.")
        record TaxRateDeleted(TaxRateId id, String name, String country) implements TaxRateEvent {}
    }

    private final TaxRateRepository repository;
    private final TaxCategoryService categories;
    private final TaxSettingsService settings;
    private final CacheInvalidation cacheInvalidation;
    private final Outbox outbox;

    TaxRateService(
            TaxRateRepository repository,
            TaxCategoryService categories,
            TaxSettingsService settings,
            CacheInvalidation cacheInvalidation,
            Outbox outbox) {
        this.repository = repository;
        this.categories = categories;
        this.settings = settings;
        this.cacheInvalidation = cacheInvalidation;
        this.outbox = outbox;
    }

    @Override
    public Class<TaxRateEvent> events() {
        return TaxRateEvent.class;
    }

    /** The tag of all rates of a country. */
    static CacheTag tag(String country) {
        return new CacheTag("tax-rates-" + country);
    }

    /** The next page of the rates of a country and a category, or of all; oldest first. */
    List<TaxRate> listPage(UUID after, @Nullable String country, @Nullable String category, int limit) {
        return repository.listPage(after, country, category, limit);
    }

    /** @throws ApiException 404 if there is none */
    TaxRate get(TaxRateId id) {
        return repository.find(id).orElseThrow(() -> notFound(id));
    }

    /** @throws ApiException 422 with all violations, {@code overlapping_rates} */
    @Transactional
    TaxRate create(TaxRateDraft draft) {
        settings.lock();
        TaxRate rate = TaxRate.create(normalize(draft));
        bookOf(Set.of(rate.country())).check(rate).ifPresent(TaxRateService::refuse);
        repository.persistAndFlush(TaxRateEntity.create(rate));
        publishChange(Set.of(rate.country()), List.of(createdEvent(rate)));
        return get(rate.id());
    }

    /**
     * @param ifMatch as sent
     * @throws ApiException 404 if there is none; 412, 428 as {@link IfMatch#require}; 422 as {@link #create}
     */
    @Transactional
    TaxRate change(TaxRateId id, @Nullable String ifMatch, TaxRate.Change change) {
        TaxRate before = lock(id, ifMatch);
        TaxRate after = before.with(normalize(change.applyTo(before)));
        bookOf(Set.of(after.country())).check(after).ifPresent(TaxRateService::refuse);
        repository.update(after);
        publishChange(Set.copyOf(List.of(before.country(), after.country())), List.of(updatedEvent(after)));
        return get(id);
    }

    /**
     * @param ifMatch as sent
     * @throws ApiException 404 if there is none; 412, 428 as {@link IfMatch#require}
     */
    @Transactional
    void delete(TaxRateId id, @Nullable String ifMatch) {
        TaxRate deleted = lock(id, ifMatch);
        repository.delete("id", id.value());
        publishChange(
                Set.of(deleted.country()),
                List.of(new NewEvent(
                        id.toString(),
                        deleted.version() + 1,
                        new TaxRateDeleted(id, deleted.name(), deleted.country()))));
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public List<ImportedRate> importAll(List<TaxRateDraft> rates, boolean dryRun) {
        settings.lock();
        TaxRateValidator validator = validator();
        RateBook book =
                bookOf(rates.stream().map(TaxRateDraft::country).distinct().toList());
        List<ImportedRate> results = new ArrayList<>();
        Set<String> changedCountries = new LinkedHashSet<>();
        List<TaxRateEntity> created = new ArrayList<>();
        List<TaxRate> updated = new ArrayList<>();
        List<NewEvent> events = new ArrayList<>();
        for (TaxRateDraft draft : rates) {
            List<Violation> violations = new ArrayList<>();
            TaxRateDraft normalized = validator.normalize(draft, violations);
            if (!violations.isEmpty()) {
                results.add(rejected(violations.getFirst()));
                continue;
            }
            Optional<TaxRate> before = book.find(normalized);
            TaxRate rate = before.map(found -> found.with(normalized)).orElseGet(() -> TaxRate.create(normalized));
            if (before.filter(rate::equals).isPresent()) {
                results.add(new ImportedRate(Outcome.UNCHANGED, Optional.empty()));
                continue;
            }
            Optional<Violation> violation = book.check(rate);
            if (violation.isPresent()) {
                results.add(rejected(violation.get()));
                continue;
            }
            book.put(rate);
            changedCountries.add(rate.country());
            if (before.isPresent()) {
                updated.add(rate);
                events.add(updatedEvent(rate));
            } else {
                created.add(TaxRateEntity.create(rate));
                events.add(createdEvent(rate));
            }
            results.add(new ImportedRate(before.isPresent() ? Outcome.UPDATED : Outcome.CREATED, Optional.empty()));
        }
        if (!dryRun) {
            updated.forEach(repository::update);
            repository.persist(created);
            repository.flush();
            publishChange(changedCountries, events);
        }
        return results;
    }

    private static ImportedRate rejected(Violation violation) {
        return new ImportedRate(Outcome.REJECTED, Optional.of(violation));
    }

    @Override
    public List<String> countries() {
        return repository.listCountries();
    }

    @Override
    public List<TaxRateDraft> listByCountry(String country) {
        return repository.listByCountry(country).stream().map(TaxRate::toDraft).toList();
    }

    private TaxRate lock(TaxRateId id, @Nullable String ifMatch) {
        settings.lock();
        TaxRate rate = get(id);
        IfMatch.require(ifMatch, rate.version());
        return rate;
    }

    private TaxRateDraft normalize(TaxRateDraft draft) {
        List<Violation> violations = new ArrayList<>();
        TaxRateDraft normalized = validator().normalize(draft, violations);
        if (!violations.isEmpty()) {
            throw ApiException.invalid(violations.subList(0, Math.min(violations.size(), Violation.MAX_REPORTED)));
        }
        return normalized;
    }

    private TaxRateValidator validator() {
        return new TaxRateValidator(categories.lockCodes());
    }

    private RateBook bookOf(Collection<String> countries) {
        RateBook book = new RateBook();
        repository.listByCountries(countries).forEach(book::put);
        return book;
    }

    private void publishChange(Collection<String> countries, List<NewEvent> events) {
        cacheInvalidation.publish(countries.stream().map(TaxRateService::tag).toList());
        outbox.publish(events);
    }

    private static NewEvent createdEvent(TaxRate rate) {
        return new NewEvent(
                rate.id().toString(), rate.version(), new TaxRateCreated(rate.id(), rate.name(), rate.country()));
    }

    /** @param rate with its version before the change, which increments it */
    private static NewEvent updatedEvent(TaxRate rate) {
        return new NewEvent(
                rate.id().toString(), rate.version() + 1, new TaxRateUpdated(rate.id(), rate.name(), rate.country()));
    }

    private static void refuse(Violation violation) {
        throw ApiException.invalid(List.of(violation));
    }

    private static ApiException notFound(TaxRateId id) {
        return ApiException.notFound("tax rate", id.toString());
    }

    /** All rates of some countries, by which a new or changed rate is checked. Not for concurrent use. */
    static final class RateBook {
        /** Rates with the same key must not apply to the same postal codes at the same time. */
        private final Map<RateKey, Map<TaxRateId, BookedRate>> rates = new HashMap<>();

        private final Map<String, Set<TaxRateId>> idsByCountry = new HashMap<>();

        private record RateKey(
                String name, String country, @Nullable String region, String category) {
            static RateKey of(String name, String country, @Nullable String region, @Nullable String category) {
                return new RateKey(
                        name.toLowerCase(Locale.ROOT),
                        country,
                        region,
                        category == null ? Taxes.STANDARD_CATEGORY : category);
            }
        }

        private record BookedRate(TaxRate rate, PostalCodePatterns postalCodes) {}

        private static RateKey keyOf(TaxRate rate) {
            return RateKey.of(rate.name(), rate.country(), rate.region(), rate.category());
        }

        /** Adds a rate, or replaces the one with its id by one with the same name, place and category. */
        void put(TaxRate rate) {
            rates.computeIfAbsent(keyOf(rate), _ -> new LinkedHashMap<>())
                    .put(rate.id(), new BookedRate(rate, PostalCodePatterns.of(rate.postalCodes())));
            idsByCountry.computeIfAbsent(rate.country(), _ -> new HashSet<>()).add(rate.id());
        }

        private Collection<BookedRate> findByKey(RateKey key) {
            return rates.getOrDefault(key, Map.of()).values();
        }

        /** The rate with the name, place, category and beginning of a draft in its normal form. */
        Optional<TaxRate> find(TaxRateDraft normalized) {
            RateKey key =
                    RateKey.of(normalized.name(), normalized.country(), normalized.region(), normalized.category());
            Set<String> postalCodes =
                    normalized.postalCodes() == null ? Set.of() : Set.copyOf(normalized.postalCodes());
            return findByKey(key).stream()
                    .map(BookedRate::rate)
                    .filter(rate -> isSame(rate.validFrom(), normalized.validFrom())
                            && Set.copyOf(rate.postalCodes()).equals(postalCodes))
                    .findFirst();
        }

        private static boolean isSame(@Nullable Instant one, @Nullable Instant other) {
            return Objects.equals(one, other);
        }

        /** Why the rate must not be stored beside the other ones. */
        Optional<Violation> check(TaxRate rate) {
            Set<TaxRateId> ids = idsByCountry.getOrDefault(rate.country(), Set.of());
            if (!ids.contains(rate.id()) && ids.size() >= MAX_RATES_PER_COUNTRY) {
                return Optional.of(new Violation(
                        "/country",
                        "too_many_rates",
                        "A country has at most %d tax rates.".formatted(MAX_RATES_PER_COUNTRY)));
            }
            PostalCodePatterns postalCodes = PostalCodePatterns.of(rate.postalCodes());
            return findByKey(keyOf(rate)).stream()
                    .filter(other -> !other.rate().id().equals(rate.id())
                            && other.rate().overlapsInTime(rate)
                            && overlap(other.postalCodes(), postalCodes))
                    .findFirst()
                    .map(other -> overlapping(rate, other.rate()));
        }

        /** Rates with and without postal codes do not overlap: the more specific one applies. */
        private static boolean overlap(PostalCodePatterns one, PostalCodePatterns other) {
            return one.isEmpty() ? other.isEmpty() : one.intersects(other);
        }

        private static Violation overlapping(TaxRate rate, TaxRate other) {
            return new Violation(
                    rate.postalCodes().isEmpty() ? "/valid_from" : "/postal_codes",
                    "overlapping_rates",
                    "The tax rate %s of the name '%s' applies to the same category and place at the same time."
                            .formatted(other.id(), Violation.abbreviate(other.name())),
                    Map.of("tax_rate_id", other.id().toString()));
        }
    }
}
