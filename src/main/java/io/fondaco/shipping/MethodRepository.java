package io.fondaco.shipping;

import io.fondaco.platform.web.ApiException;
import io.fondaco.shipping.MethodEntity.MethodRow;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.exception.ConstraintViolationException;

/** Shipping methods in Postgres. Each call is one statement; every read is a projection. */
@ApplicationScoped
class MethodRepository implements PanacheRepositoryBase<MethodEntity, UUID> {
    private static final String SELECT = """
            select id, zoneId, code, name, currency, profile, rates, freeFrom, surcharges, estimateMinDays,
                   estimateMaxDays, cutoffTime, cutoffTimeZone, needsAddress, pickupLocation, maxWeightGrams, provider,
                   active, version, createdAt, updatedAt
              from ShippingMethodEntity""";

    private static final String UPDATE = """
            update versioned ShippingMethodEntity
               set name = :name, rates = :rates, freeFrom = :freeFrom, surcharges = :surcharges,
                   estimateMinDays = :estimateMinDays, estimateMaxDays = :estimateMaxDays, cutoffTime = :cutoffTime,
                   cutoffTimeZone = :cutoffTimeZone, needsAddress = :needsAddress, pickupLocation = :pickupLocation,
                   maxWeightGrams = :maxWeightGrams, provider = :provider, active = :active, updatedAt = instant
             where id = :id""";

    List<ShippingMethod> listMethods() {
        return toMethods(find(SELECT));
    }

    /** The next methods of a zone, oldest first. */
    List<ShippingMethod> listAfter(ShippingZoneId zone, UUID id, int limit) {
        return toMethods(find(
                        SELECT + " where zoneId = :zone and id > :after order by id",
                        Map.of("zone", zone.value(), "after", id))
                .page(0, limit));
    }

    private static List<ShippingMethod> toMethods(PanacheQuery<MethodEntity> query) {
        return query.project(MethodRow.class).list().stream()
                .map(MethodRow::toMethod)
                .toList();
    }

    long countMethods(ShippingZoneId zone) {
        return count("from ShippingMethodEntity where zoneId = :zone", Map.of("zone", zone.value()));
    }

    Optional<ShippingMethod> find(ShippingZoneId zone, ShippingMethodId id) {
        return selectById(zone, id).singleResultOptional().map(MethodRow::toMethod);
    }

    /** The method, locked until the transaction ends. */
    Optional<ShippingMethod> lock(ShippingZoneId zone, ShippingMethodId id) {
        return selectById(zone, id)
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .singleResultOptional()
                .map(MethodRow::toMethod);
    }

    private PanacheQuery<MethodRow> selectById(ShippingZoneId zone, ShippingMethodId id) {
        return find(SELECT + " where id = :id and zoneId = :zone", Map.of("id", id.value(), "zone", zone.value()))
                .project(MethodRow.class);
    }

    /** @throws ApiException 409 {@code method_exists} */
    void insert(ShippingMethod method) {
        try {
            persistAndFlush(MethodEntity.create(method));
        } catch (ConstraintViolationException e) {
            if ("method_code".equals(e.getConstraintName())) {
                throw ApiException.conflict(
                        "method_exists", "The zone has a method with this code, currency and profile already.");
            }
            throw e;
        }
    }

    /** Writes what can be changed of a locked method and increments its version. */
    void update(ShippingMethod method) {
        getSession()
                .createMutationQuery(UPDATE)
                .setParameter("id", method.id().value())
                .setParameter("name", method.name())
                .setParameter("rates", method.rates())
                .setParameter("freeFrom", MethodEntity.amount(method.freeFrom()), Long.class)
                .setParameter("surcharges", method.surcharges())
                .setParameter("estimateMinDays", method.estimateMinDays(), Integer.class)
                .setParameter("estimateMaxDays", method.estimateMaxDays(), Integer.class)
                .setParameter("cutoffTime", MethodEntity.time(method.cutoff()), String.class)
                .setParameter("cutoffTimeZone", MethodEntity.timeZone(method.cutoff()), String.class)
                .setParameter("needsAddress", method.needsAddress())
                .setParameter("pickupLocation", method.pickupLocation(), String.class)
                .setParameter("maxWeightGrams", method.maxWeightGrams(), Long.class)
                .setParameter("provider", method.provider(), String.class)
                .setParameter("active", method.active())
                .executeUpdate();
    }

    /** Deletes a locked method. */
    void delete(ShippingMethodId id) {
        delete("delete from ShippingMethodEntity where id = :id", Map.of("id", id.value()));
    }
}
