package io.fondaco.shipping;

import io.fondaco.platform.money.Money;
import io.fondaco.shipping.ShippingMethod.Cutoff;
import io.fondaco.shipping.ShippingMethod.Rate;
import io.fondaco.shipping.ShippingMethod.Surcharge;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.annotations.Mutability;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.descriptor.java.Immutability;
import org.jspecify.annotations.Nullable;

/** A stored {@link ShippingMethod}; it is only inserted and queried. {@link MethodRepository} changes it. */
@Entity(name = "ShippingMethodEntity")
@Table(schema = "shipping", name = "method")
class MethodEntity {
    @Id
    UUID id;

    @Column(name = "zone_id")
    UUID zoneId;

    String code;

    String name;

    @Nullable
    String currency;

    @Nullable
    String profile;

    @JdbcTypeCode(SqlTypes.JSON)
    @Mutability(Immutability.class)
    List<Rate> rates;

    /** In minor units of the currency. */
    @Column(name = "free_from")
    @Nullable
    Long freeFrom;

    @JdbcTypeCode(SqlTypes.JSON)
    @Mutability(Immutability.class)
    List<Surcharge> surcharges;

    @Column(name = "estimate_min_days")
    @Nullable
    Integer estimateMinDays;

    @Column(name = "estimate_max_days")
    @Nullable
    Integer estimateMaxDays;

    @Column(name = "cutoff_time")
    @Nullable
    String cutoffTime;

    @Column(name = "cutoff_time_zone")
    @Nullable
    String cutoffTimeZone;

    @Column(name = "needs_address")
    boolean needsAddress;

    @Column(name = "pickup_location")
    @Nullable
    String pickupLocation;

    @Column(name = "max_weight_grams")
    @Nullable
    Long maxWeightGrams;

    @Nullable
    String provider;

    boolean active;

    @Version
    long version;

    @Column(name = "created_at", insertable = false)
    Instant createdAt;

    @Column(name = "updated_at", insertable = false)
    Instant updatedAt;

    static MethodEntity create(ShippingMethod method) {
        MethodEntity entity = new MethodEntity();
        entity.id = method.id().value();
        entity.zoneId = method.zoneId().value();
        entity.code = method.code();
        entity.name = method.name();
        entity.currency = method.currency();
        entity.profile = method.profile();
        entity.rates = method.rates();
        entity.freeFrom = amount(method.freeFrom());
        entity.surcharges = method.surcharges();
        entity.estimateMinDays = method.estimateMinDays();
        entity.estimateMaxDays = method.estimateMaxDays();
        entity.cutoffTime = time(method.cutoff());
        entity.cutoffTimeZone = timeZone(method.cutoff());
        entity.needsAddress = method.needsAddress();
        entity.pickupLocation = method.pickupLocation();
        entity.maxWeightGrams = method.maxWeightGrams();
        entity.provider = method.provider();
        entity.active = method.active();
        entity.version = method.version();
        return entity;
    }

    static @Nullable Long amount(@Nullable Money money) {
        return money == null ? null : money.amount();
    }

    static @Nullable String time(@Nullable Cutoff cutoff) {
        return cutoff == null ? null : cutoff.time();
    }

    static @Nullable String timeZone(@Nullable Cutoff cutoff) {
        return cutoff == null ? null : cutoff.timeZone();
    }

    /** The columns of a {@link ShippingMethod}, in the order of {@link MethodRepository}. */
    record MethodRow(
            UUID id,
            UUID zoneId,
            String code,
            String name,
            @Nullable String currency,
            @Nullable String profile,
            List<Rate> rates,
            @Nullable Long freeFrom,
            List<Surcharge> surcharges,
            @Nullable Integer estimateMinDays,
            @Nullable Integer estimateMaxDays,
            @Nullable String cutoffTime,
            @Nullable String cutoffTimeZone,
            boolean needsAddress,
            @Nullable String pickupLocation,
            @Nullable Long maxWeightGrams,
            @Nullable String provider,
            boolean active,
            long version,
            Instant createdAt,
            Instant updatedAt) {

        ShippingMethod toMethod() {
            return new ShippingMethod(
                    new ShippingMethodId(id),
                    new ShippingZoneId(zoneId),
                    code,
                    name,
                    currency,
                    profile,
                    rates,
                    freeFrom == null ? null : Money.of(freeFrom, Objects.requireNonNull(currency)),
                    surcharges,
                    estimateMinDays,
                    estimateMaxDays,
                    cutoffTime == null ? null : new Cutoff(cutoffTime, Objects.requireNonNull(cutoffTimeZone)),
                    needsAddress,
                    pickupLocation,
                    maxWeightGrams,
                    provider,
                    active,
                    version,
                    createdAt,
                    updatedAt);
        }
    }
}
