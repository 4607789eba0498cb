package io.fondaco.tax;

import io.fondaco.tax.TaxRateEntity.RateRow;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Tax rates. Each call is one statement. Every read is a projection. */
@ApplicationScoped
class TaxRateRepository implements PanacheRepositoryBase<TaxRateEntity, UUID> {
    private static final String SELECT = """
            select r.id, r.name, r.country, r.region, r.postalCodes, r.category, r.rate, r.compound, r.validFrom,
                   r.validUntil, r.version, r.createdAt, r.updatedAt
              from TaxRateEntity r
             where\s""";

    private static final String UPDATE = """
            update versioned TaxRateEntity
               set name = :name, country = :country, region = :region, postalCodes = :postalCodes,
                   category = :category, rate = :rate, compound = :compound, validFrom = :validFrom,
                   validUntil = :validUntil, updatedAt = instant
             where id = :id""";

    Optional<TaxRate> find(TaxRateId id) {
        return find(SELECT + "r.id = :id", Map.of("id", id.value()))
                .project(RateRow.class)
                .singleResultOptional()
                .map(RateRow::toRate);
    }

    /** The next page of the rates of a country and a category, or of all; oldest first. */
    List<TaxRate> listPage(UUID after, @Nullable String country, @Nullable String category, int limit) {
        String condition = "r.id > :after";
        Map<String, Object> parameters = new HashMap<>(Map.of("after", after));
        if (country != null) {
            condition += " and r.country = :country";
            parameters.put("country", country);
        }
        if (category != null) {
            condition += " and r.category = :category";
            parameters.put("category", category);
        }
        return toRates(find(SELECT + condition + " order by r.id", parameters)
                .project(RateRow.class)
                .page(0, limit));
    }

    /** The rates of a country in the order of name, region, category and time. */
    List<TaxRate> listByCountry(String country) {
        return toRates(find(SELECT + """
                        r.country = :country
                        order by r.name, r.region nulls first, r.category, r.validFrom nulls first, r.id
                        """, Map.of("country", country)).project(RateRow.class));
    }

    /** The rates of a country that apply in all of its regions. */
    List<TaxRate> listWithoutRegion(String country) {
        return toRates(
                find(SELECT + "r.country = :country and r.region is null order by r.id", Map.of("country", country))
                        .project(RateRow.class));
    }

    /** The rates of these countries. */
    List<TaxRate> listByCountries(Collection<String> countries) {
        return toRates(find(SELECT + "r.country in :countries order by r.id", Map.of("countries", countries))
                .project(RateRow.class));
    }

    private static List<TaxRate> toRates(PanacheQuery<RateRow> rows) {
        return rows.list().stream().map(RateRow::toRate).toList();
    }

    /** The countries that have rates. */
    List<String> listCountries() {
        return getSession()
                .createSelectionQuery("select distinct r.country from TaxRateEntity r order by r.country", String.class)
                .getResultList();
    }

    /** Writes a rate and increments its version. */
    void update(TaxRate rate) {
        getSession()
                .createMutationQuery(UPDATE)
                .setParameter("id", rate.id().value())
                .setParameter("name", rate.name())
                .setParameter("country", rate.country())
                .setParameter("region", rate.region(), String.class)
                .setParameter("postalCodes", rate.postalCodes())
                .setParameter("category", rate.category())
                .setParameter("rate", new BigDecimal(rate.rate()))
                .setParameter("compound", rate.compound())
                .setParameter("validFrom", rate.validFrom())
                .setParameter("validUntil", rate.validUntil())
                .executeUpdate();
    }
}
