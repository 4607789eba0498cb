package io.fondaco.inventory;

import io.fondaco.inventory.Location.LocationName;
import io.fondaco.inventory.Location.LocationRow;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads and changes locations. {@link StockStatements} inserts them. */
@ApplicationScoped
class LocationRepository implements PanacheRepositoryBase<Location, String> {
    private static final String SELECT =
            "select code, name, country, priority, active, shipsOnline, version, createdAt, updatedAt"
                    + " from Location where ";

    Optional<LocationRow> findByCode(String code) {
        return select("code = :code", Map.of("code", code)).singleResultOptional();
    }

    /** The location, locked until the transaction ends. */
    Optional<LocationRow> lock(String code) {
        return select("code = :code", Map.of("code", code))
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .singleResultOptional();
    }

    /** The next locations in the order of their codes. */
    List<LocationRow> listAfter(String code, int limit) {
        return select("code > :code order by code", Map.of("code", code))
                .page(0, limit)
                .list();
    }

    /** The names of all locations, in the order of their codes. */
    List<LocationName> listNames() {
        return find("select code, name from Location order by code")
                .project(LocationName.class)
                .list();
    }

    /** Stores the fields of a locked location under a new version. */
    void update(LocationRow location) {
        getSession()
                .createMutationQuery("""
                        update versioned Location
                           set name = :name, country = :country, priority = :priority, active = :active,
                               shipsOnline = :shipsOnline, updatedAt = instant
                         where code = :code
                        """)
                .setParameter("name", location.name())
                .setParameter("country", location.country(), String.class)
                .setParameter("priority", location.priority())
                .setParameter("active", location.active())
                .setParameter("shipsOnline", location.shipsOnline())
                .setParameter("code", location.code())
                .executeUpdate();
    }

    private PanacheQuery<LocationRow> select(String condition, Map<String, Object> parameters) {
        return find(SELECT + condition, parameters).project(LocationRow.class);
    }
}
