package io.fondaco.shipping;

import io.fondaco.shipping.ZoneService.ZoneContent;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.LockModeType;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Shipping zones in Postgres. Each call is one statement; every read is a projection. */
@ApplicationScoped
class ZoneRepository implements PanacheRepositoryBase<ZoneRepository.ZoneEntity, UUID> {
    private static final String SELECT =
            "select id, name, countries, regions, postalCodes, version, createdAt, updatedAt from ShippingZoneEntity";

    /** A stored zone; it is only inserted and queried. */
    @Entity(name = "ShippingZoneEntity")
    @Table(schema = "shipping", name = "zone")
    static class ZoneEntity {
        @Id
        UUID id;

        String name;

        List<String> countries;

        List<String> regions;

        @Column(name = "postal_codes")
        List<String> postalCodes;

        @Version
        long version;

        @Column(name = "created_at", insertable = false)
        Instant createdAt;

        @Column(name = "updated_at", insertable = false)
        Instant updatedAt;
    }

    /** The columns of a zone, in the order of the queries. */
    record ZoneRow(
            UUID id,
            String name,
            List<String> countries,
            List<String> regions,
            List<String> postalCodes,
            long version,
            Instant createdAt,
            Instant updatedAt) {

        ShippingZone toZone() {
            return new ShippingZone(
                    new ShippingZoneId(id), name, countries, regions, postalCodes, version, createdAt, updatedAt);
        }
    }

    List<ShippingZone> listZones() {
        return toZones(find(SELECT));
    }

    /** The next zones, oldest first. */
    List<ShippingZone> listAfter(UUID id, int limit) {
        return toZones(find(SELECT + " where id > :after order by id", Map.of("after", id))
                .page(0, limit));
    }

    private static List<ShippingZone> toZones(PanacheQuery<ZoneEntity> query) {
        return query.project(ZoneRow.class).list().stream().map(ZoneRow::toZone).toList();
    }

    long countZones() {
        return count("from ShippingZoneEntity");
    }

    Optional<ShippingZone> find(ShippingZoneId id) {
        return selectById(id).singleResultOptional().map(ZoneRow::toZone);
    }

    /** The zone, locked until the transaction ends. */
    Optional<ShippingZone> lock(ShippingZoneId id) {
        return selectById(id)
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .singleResultOptional()
                .map(ZoneRow::toZone);
    }

    private PanacheQuery<ZoneRow> selectById(ShippingZoneId id) {
        return find(SELECT + " where id = :id", Map.of("id", id.value())).project(ZoneRow.class);
    }

    void insert(ShippingZoneId id, ZoneContent content) {
        ZoneEntity zone = new ZoneEntity();
        zone.id = id.value();
        zone.name = content.name();
        zone.countries = content.countries();
        zone.regions = content.regions();
        zone.postalCodes = content.postalCodes();
        zone.version = 1;
        persistAndFlush(zone);
    }

    /** Writes the content of a locked zone and increments its version. */
    void update(ShippingZoneId id, ZoneContent content) {
        getSession()
                .createMutationQuery("""
                        update versioned ShippingZoneEntity
                           set name = :name, countries = :countries, regions = :regions, postalCodes = :postalCodes,
                               updatedAt = instant
                         where id = :id
                        """)
                .setParameter("id", id.value())
                .setParameter("name", content.name())
                .setParameter("countries", content.countries())
                .setParameter("regions", content.regions())
                .setParameter("postalCodes", content.postalCodes())
                .executeUpdate();
    }

    /** Deletes a locked zone with its methods. */
    void delete(ShippingZoneId id) {
        delete("delete from ShippingZoneEntity where id = :id", Map.of("id", id.value()));
    }
}
