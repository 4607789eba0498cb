package io.fondaco.shipping;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/** The price of a shipping method in a country. Read-only: nothing changes the rates yet. */
@Entity
@Immutable
@Table(schema = "shipping", name = "rate")
class ShippingRate {
    /** Matches every country or every currency. */
    static final String ANY = "*";

    @EmbeddedId
    RateId id;

    String name;

    /** In minor units of the currency; 0 if the currency is {@link #ANY}. */
    long amount;

    /** The subtotal from which shipping is free; null for never. */
    @Column(name = "free_from")
    @Nullable
    Long freeFrom;

    @Column(name = "needs_address")
    boolean needsAddress;

    /** @param country ISO 3166-1 alpha-2, or {@link #ANY} */
    @Embeddable
    record RateId(String code, String country, String currency) {}

    long amountFor(long subtotal) {
        return freeFrom != null && subtotal >= freeFrom ? 0 : amount;
    }

    boolean anyCountry() {
        return id.country().equals(ANY);
    }

    boolean anyCurrency() {
        return id.currency().equals(ANY);
    }
}
