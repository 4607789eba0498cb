package io.fondaco.inventory;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A place where stock is kept. */
@Entity
@Table(schema = "inventory", name = "location")
class Location extends PanacheEntityBase {
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
}
