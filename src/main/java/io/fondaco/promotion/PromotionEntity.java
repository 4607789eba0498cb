package io.fondaco.promotion;

import io.fondaco.platform.money.Money;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.hibernate.annotations.DynamicUpdate;
import org.hibernate.annotations.Generated;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.annotations.Mutability;
import org.hibernate.generator.EventType;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.descriptor.java.Immutability;
import org.jspecify.annotations.Nullable;

/** A stored promotion. A deleted one stays for the orders that used it. */
@Entity
@DynamicUpdate
@Table(schema = "promotion", name = "promotion")
class PromotionEntity {
    @Id
    UUID id;

    @Column(updatable = false)
    String code;

    String title;

    @Enumerated(EnumType.STRING)
    @Column(updatable = false)
    PromotionKind kind;

    @Column(name = "basis_points")
    @Nullable
    Integer basisPoints;

    @JdbcTypeCode(SqlTypes.JSON)
    @Mutability(Immutability.class)
    List<Money> amounts;

    @Column(name = "minimum_subtotals")
    @JdbcTypeCode(SqlTypes.JSON)
    @Mutability(Immutability.class)
    List<Money> minimumSubtotals;

    @Column(name = "maximum_discounts")
    @JdbcTypeCode(SqlTypes.JSON)
    @Mutability(Immutability.class)
    List<Money> maximumDiscounts;

    @Column(name = "starts_at")
    @Nullable
    Instant startsAt;

    @Column(name = "ends_at")
    @Nullable
    Instant endsAt;

    @Column(name = "usage_limit")
    @Nullable
    Long usageLimit;

    @Column(name = "usage_limit_per_customer")
    @Nullable
    Integer usageLimitPerCustomer;

    boolean combinable;

    boolean active;

    String[] skus;

    /** Written only by {@link PromotionStatements}, and only if there is a usage limit. */
    @Column(insertable = false, updatable = false)
    long used;

    @Version
    long version;

    /** Written by the database. */
    @Generated(event = EventType.INSERT)
    @Column(name = "created_at", insertable = false, updatable = false)
    Instant createdAt;

    /** Written by the database with every change. */
    @Generated(
            event = {EventType.INSERT, EventType.UPDATE},
            sql = "now()")
    @Column(name = "updated_at")
    Instant updatedAt;

    @Column(name = "deleted_at")
    @Nullable
    Instant deletedAt;

    static PromotionEntity create(NewPromotion request) {
        PromotionEntity promotion = new PromotionEntity();
        promotion.id = PromotionId.random().value();
        promotion.code = Promotions.normalizeCode(request.code());
        promotion.title = request.title();
        promotion.kind = request.kind();
        promotion.basisPoints = request.basisPoints();
        promotion.amounts = orEmpty(request.amounts());
        promotion.minimumSubtotals = orEmpty(request.minimumSubtotals());
        promotion.maximumDiscounts = orEmpty(request.maximumDiscounts());
        promotion.startsAt = toDatabasePrecision(request.startsAt());
        promotion.endsAt = toDatabasePrecision(request.endsAt());
        promotion.usageLimit = request.usageLimit();
        promotion.usageLimitPerCustomer = request.usageLimitPerCustomer();
        promotion.combinable = Boolean.TRUE.equals(request.combinable());
        promotion.active = !Boolean.FALSE.equals(request.active());
        promotion.skus = distinct(orEmpty(request.skus()));
        promotion.version = 1;
        // The insert returns the time of the database.
        promotion.createdAt = Instant.now();
        promotion.updatedAt = promotion.createdAt;
        return promotion;
    }

    void apply(PromotionChange change) {
        Set<String> cleared = Set.copyOf(orEmpty(change.clear()));
        Optional.ofNullable(change.title()).ifPresent(changed -> title = changed);
        Optional.ofNullable(change.basisPoints()).ifPresent(changed -> basisPoints = changed);
        Optional.ofNullable(change.amounts()).ifPresent(changed -> amounts = List.copyOf(changed));
        Optional.ofNullable(change.minimumSubtotals()).ifPresent(changed -> minimumSubtotals = List.copyOf(changed));
        Optional.ofNullable(change.maximumDiscounts()).ifPresent(changed -> maximumDiscounts = List.copyOf(changed));
        Optional.ofNullable(change.startsAt()).ifPresent(changed -> startsAt = toDatabasePrecision(changed));
        Optional.ofNullable(change.endsAt()).ifPresent(changed -> endsAt = toDatabasePrecision(changed));
        Optional.ofNullable(change.usageLimit()).ifPresent(changed -> usageLimit = changed);
        Optional.ofNullable(change.usageLimitPerCustomer()).ifPresent(changed -> usageLimitPerCustomer = changed);
        Optional.ofNullable(change.combinable()).ifPresent(changed -> combinable = changed);
        Optional.ofNullable(change.active()).ifPresent(changed -> active = changed);
        Optional.ofNullable(change.skus()).ifPresent(changed -> skus = distinct(changed));
        if (cleared.contains("starts_at")) {
            startsAt = null;
        }
        if (cleared.contains("ends_at")) {
            endsAt = null;
        }
        if (cleared.contains("usage_limit_per_customer")) {
            usageLimitPerCustomer = null;
        }
        // Any new value makes the flush increment the version, even if nothing else has changed. It writes now().
        updatedAt = Instant.now();
    }

    /** @param uses the number of redemptions by orders that are placed or in progress */
    Promotion toPromotion(long uses) {
        return new Promotion(
                new PromotionId(id),
                code,
                title,
                kind,
                basisPoints,
                amounts,
                minimumSubtotals,
                maximumDiscounts,
                startsAt,
                endsAt,
                usageLimit,
                usageLimitPerCustomer,
                combinable,
                active,
                List.of(skus),
                uses,
                version,
                createdAt,
                updatedAt);
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : List.copyOf(list);
    }

    private static String[] distinct(List<String> skus) {
        return skus.stream().distinct().toArray(String[]::new);
    }

    private static @Nullable Instant toDatabasePrecision(@Nullable Instant instant) {
        return instant == null ? null : instant.truncatedTo(ChronoUnit.MICROS);
    }
}
