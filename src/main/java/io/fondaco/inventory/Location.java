package io.fondaco.inventory;

import io.fondaco.inventory.LocationService.LocationPatch;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A place where stock is kept. This entity is never managed: {@link LocationRepository} reads it as a record. */
@Entity
@Table(schema = "inventory", name = "location")
class Location {
    @Id
    String code;

    String name;

    @Nullable
    String country;

    int priority;

    boolean active;

    @Column(name = "ships_online")
    boolean shipsOnline;

    @Version
    long version;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "updated_at")
    Instant updatedAt;

    /** A location as it was read. */
    record LocationRow(
            String code,
            String name,
            @Nullable String country,
            int priority,
            boolean active,
            boolean shipsOnline,
            long version,
            Instant createdAt,
            Instant updatedAt) {

        /** Whether online orders are served from its stock. */
        boolean sells() {
            return active && shipsOnline;
        }

        /** A copy with the fields that the patch has. */
        LocationRow patched(LocationPatch patch) {
            return new LocationRow(
                    code,
                    Objects.requireNonNullElse(patch.name(), name),
                    patch.country() == null ? country : patch.country(),
                    Objects.requireNonNullElse(patch.priority(), priority),
                    Objects.requireNonNullElse(patch.active(), active),
                    Objects.requireNonNullElse(patch.shipsOnline(), shipsOnline),
                    version,
                    createdAt,
                    updatedAt);
        }
    }

    /** What a location is called. */
    record LocationName(String code, String name) {}
}
