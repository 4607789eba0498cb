package io.fondaco.tax;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The stored {@link TaxRate}. {@link TaxRateRepository} changes it by statements that increment its version, so this
 * entity is only inserted and queried.
 */
@Entity
@Table(schema = "tax", name = "rate")
class TaxRateEntity {
    @Id
    UUID id;

    String name;

    String country;

    @Nullable
    String region;

    @Column(name = "postal_codes")
    List<String> postalCodes;

    String category;

    BigDecimal rate;

    boolean compound;

    @Column(name = "valid_from")
    @Nullable
    Instant validFrom;

    @Column(name = "valid_until")
    @Nullable
    Instant validUntil;

    @Version
    long version;

    @Column(name = "created_at", insertable = false)
    Instant createdAt;

    @Column(name = "updated_at", insertable = false)
    Instant updatedAt;

    static TaxRateEntity create(TaxRate rate) {
        TaxRateEntity entity = new TaxRateEntity();
        entity.id = rate.id().value();
        entity.name = rate.name();
        entity.country = rate.country();
        entity.region = rate.region();
        entity.postalCodes = rate.postalCodes();
        entity.category = rate.category();
        entity.rate = new BigDecimal(rate.rate());
        entity.compound = rate.compound();
        entity.validFrom = rate.validFrom();
        entity.validUntil = rate.validUntil();
        entity.version = rate.version();
        return entity;
    }

    /** The columns of a {@link TaxRate}, in the order of {@link TaxRateRepository}. */
    record RateRow(
            UUID id,
            String name,
            String country,
            @Nullable String region,
            List<String> postalCodes,
            String category,
            BigDecimal rate,
            boolean compound,
            @Nullable Instant validFrom,
            @Nullable Instant validUntil,
            long version,
            Instant createdAt,
            Instant updatedAt) {

        TaxRate toRate() {
            return new TaxRate(
                    new TaxRateId(id),
                    name,
                    country,
                    region,
                    postalCodes,
                    category,
                    TaxRateValidator.plain(rate),
                    compound,
                    validFrom,
                    validUntil,
                    version,
                    createdAt,
                    updatedAt);
        }
    }
}
