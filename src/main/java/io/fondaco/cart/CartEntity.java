package io.fondaco.cart;

import io.fondaco.platform.postal.PostalAddress;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.annotations.DynamicUpdate;
import org.hibernate.annotations.Generated;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.annotations.Mutability;
import org.hibernate.generator.EventType;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.descriptor.java.Immutability;
import org.jspecify.annotations.Nullable;

/** A stored cart, without its lines: {@link CartLineEntity}. */
@Entity
@DynamicUpdate
@Table(schema = "cart", name = "cart")
class CartEntity {
    @Id
    UUID id;

    @Column(name = "token_hash", updatable = false)
    byte[] tokenHash;

    @Column(updatable = false)
    String currency;

    @Nullable
    String email;

    @Column(name = "shipping_address")
    @JdbcTypeCode(SqlTypes.JSON)
    @Mutability(Immutability.class)
    @Nullable
    PostalAddress shippingAddress;

    @Column(name = "billing_address")
    @JdbcTypeCode(SqlTypes.JSON)
    @Mutability(Immutability.class)
    @Nullable
    PostalAddress billingAddress;

    @Column(name = "shipping_method")
    @Nullable
    String shippingMethod;

    @Column(name = "coupon_codes")
    String[] couponCodes;

    @Enumerated(EnumType.STRING)
    CartStatus status;

    @Version
    long version;

    /** Written by the database with every change. */
    @Generated(
            event = {EventType.INSERT, EventType.UPDATE},
            sql = "now()")
    @Column(name = "updated_at")
    Instant updatedAt;

    static CartEntity open(CartId id, byte[] tokenHash, String currency, @Nullable String email) {
        CartEntity cart = new CartEntity();
        cart.id = id.value();
        cart.tokenHash = tokenHash;
        cart.currency = currency;
        cart.email = email;
        cart.couponCodes = new String[0];
        cart.status = CartStatus.OPEN;
        cart.version = 1;
        return cart;
    }

    void apply(CartUpdate update) {
        update.email().ifPresent(changed -> email = changed);
        update.shippingAddress().ifPresent(changed -> shippingAddress = changed);
        update.billingAddress().ifPresent(changed -> billingAddress = changed);
        update.shippingMethod().ifPresent(changed -> shippingMethod = changed);
        update.couponCodes().ifPresent(changed -> couponCodes = changed.toArray(String[]::new));
        markChanged();
    }

    /** Makes the next flush increment the version, even if only lines have changed. */
    void markChanged() {
        // Any new value will do: the statement writes now().
        updatedAt = Instant.now();
    }

    Cart toCart(List<CartLine> lines) {
        return new Cart(
                new CartId(id),
                currency,
                Optional.ofNullable(email),
                Optional.ofNullable(shippingAddress),
                Optional.ofNullable(billingAddress),
                Optional.ofNullable(shippingMethod),
                List.of(couponCodes),
                status,
                version,
                lines);
    }
}
