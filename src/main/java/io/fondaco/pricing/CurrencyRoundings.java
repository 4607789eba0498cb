package io.fondaco.pricing;

import io.fondaco.platform.cache.CacheInvalidation;
import io.fondaco.platform.cache.CacheTag;
import io.fondaco.platform.cache.ObjectCache;
import io.fondaco.platform.cache.ObjectCache.Loaded;
import io.fondaco.platform.cache.ObjectCaches.CachedReads;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.IfMatch;
import io.fondaco.pricing.CurrencyRoundings.CurrencyRoundingEntity;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.LockModeType;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import jakarta.transaction.Transactional;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The currencies whose totals are rounded. A pod keeps all of them in memory. */
@ApplicationScoped
class CurrencyRoundings implements PanacheRepositoryBase<CurrencyRoundingEntity, String> {
    private static final String ALL = "all";
    private static final Set<CacheTag> TAGS = Set.of(new CacheTag("currency-rounding"));

    private final CacheInvalidation cacheInvalidation;
    private final ObjectCache<String, Map<String, Integer>> cache = new ObjectCache<>(1);

    CurrencyRoundings(CacheInvalidation cacheInvalidation) {
        this.cacheInvalidation = cacheInvalidation;
    }

    /** The stored rounding of a currency. */
    @Entity(name = "CurrencyRoundingEntity")
    @Table(schema = "pricing", name = "currency_rounding")
    static class CurrencyRoundingEntity {
        @Id
        String currency;

        @Column(name = "step_minor_units")
        int stepMinorUnits;

        @Version
        long version;
    }

    /** @param version for the ETag */
    record VersionedRounding(CurrencyRounding rounding, long version) {}

    record StepRow(String currency, int step) {}

    /** As {@link Pricing#roundingFor}. */
    long roundingFor(Money total, CachedReads reads) {
        Integer step = reads.get(cache, ALL, _ -> new Loaded<>(loadSteps(), TAGS))
                .orElse(Map.of())
                .get(total.currency());
        return step == null ? 0 : CurrencyRounding.roundingFor(total, step);
    }

    private Map<String, Integer> loadSteps() {
        return find("select currency, stepMinorUnits from CurrencyRoundingEntity")
                .project(StepRow.class)
                .list()
                .stream()
                .collect(Collectors.toUnmodifiableMap(StepRow::currency, StepRow::step));
    }

    /** @throws ApiException 404 if totals in the currency are not rounded */
    VersionedRounding get(String currency) {
        return select(currency, LockModeType.NONE).orElseThrow(() -> notFound(currency));
    }

    /**
     * @param ifMatch as sent; not needed for a currency that is not rounded yet
     * @throws ApiException 422 {@code unknown_currency}; 412, 428 as {@link IfMatch#require}
     */
    @Transactional
    VersionedRounding set(String currency, @Nullable String ifMatch, CurrencyRounding rounding) {
        if (!Money.isCurrency(currency)) {
            throw ApiException.invalid("currency", "unknown_currency", "The currency is not an ISO 4217 code.");
        }
        Optional<VersionedRounding> before = select(currency, LockModeType.PESSIMISTIC_WRITE);
        if (before.isPresent()) {
            IfMatch.require(ifMatch, before.get().version());
            update(
                    "update versioned CurrencyRoundingEntity set stepMinorUnits = :step where currency = :currency",
                    Map.of("step", rounding.stepMinorUnits(), "currency", currency));
        } else {
            CurrencyRoundingEntity entity = new CurrencyRoundingEntity();
            entity.currency = currency;
            entity.stepMinorUnits = rounding.stepMinorUnits();
            entity.version = 1;
            persistAndFlush(entity);
        }
        cacheInvalidation.publish(TAGS);
        return get(currency);
    }

    /**
     * @param ifMatch as sent
     * @throws ApiException 404 if totals in the currency are not rounded; 412, 428 as {@link IfMatch#require}
     */
    @Transactional
    void remove(String currency, @Nullable String ifMatch) {
        VersionedRounding before =
                select(currency, LockModeType.PESSIMISTIC_WRITE).orElseThrow(() -> notFound(currency));
        IfMatch.require(ifMatch, before.version());
        delete("currency = :currency", Map.of("currency", currency));
        cacheInvalidation.publish(TAGS);
    }

    record RoundingRow(int step, long version) {}

    private Optional<VersionedRounding> select(String currency, LockModeType lock) {
        return find(
                        "select stepMinorUnits, version from CurrencyRoundingEntity where currency = :currency",
                        Map.of("currency", currency))
                .project(RoundingRow.class)
                .withLock(lock)
                .singleResultOptional()
                .map(row -> new VersionedRounding(new CurrencyRounding(row.step()), row.version()));
    }

    private static ApiException notFound(String currency) {
        return ApiException.notFound("rounding of the currency", currency);
    }
}
