package io.fondaco.cart;

import io.fondaco.catalog.VariantId;
import io.fondaco.platform.postal.PostalAddress;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.annotations.Mutability;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.descriptor.java.Immutability;
import org.jspecify.annotations.Nullable;

/**
 * The stored {@link Cart}. {@link CartRepository} and {@link CartStatements} change it by statements that increment its
 * version, so this entity is only inserted and queried, and never updated.
 */
@Entity
@Table(schema = "cart", name = "cart")
class CartEntity {
    @Id
    UUID id;

    @Column(name = "token_hash")
    byte[] tokenHash;

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
    List<String> couponCodes;

    @Column(name = "tax_id")
    @Nullable
    String taxId;

    @JdbcTypeCode(SqlTypes.JSON)
    @Mutability(Immutability.class)
    List<CartLineRow> lines;

    String status;

    @Version
    long version;

    @Column(name = "updated_at", insertable = false)
    Instant updatedAt;

    /** A new cart. */
    static CartEntity create(byte[] tokenHash, String currency, @Nullable String email, List<CartLine> lines) {
        CartEntity cart = new CartEntity();
        cart.id = CartId.random().value();
        cart.tokenHash = tokenHash;
        cart.currency = currency;
        cart.email = email;
        cart.couponCodes = List.of();
        cart.lines = CartLineRow.listOf(lines);
        cart.status = CartStatus.OPEN.column();
        cart.version = 1;
        return cart;
    }

    Cart toCart() {
        return new CartRow(
                        id,
                        currency,
                        email,
                        shippingAddress,
                        billingAddress,
                        shippingMethod,
                        couponCodes,
                        taxId,
                        status,
                        version,
                        lines)
                .toCart();
    }

    /** The columns of a {@link Cart}, in the order of {@link CartRepository}. */
    record CartRow(
            UUID id,
            String currency,
            @Nullable String email,
            @Nullable PostalAddress shippingAddress,
            @Nullable PostalAddress billingAddress,
            @Nullable String shippingMethod,
            List<String> couponCodes,
            @Nullable String taxId,
            String status,
            long version,
            List<CartLineRow> lines) {

        Cart toCart() {
            return new Cart(
                    new CartId(id),
                    currency,
                    Optional.ofNullable(email),
                    Optional.ofNullable(shippingAddress),
                    Optional.ofNullable(billingAddress),
                    Optional.ofNullable(shippingMethod),
                    couponCodes,
                    Optional.ofNullable(taxId),
                    CartStatus.ofColumn(status),
                    version,
                    lines.stream().map(CartLineRow::toCartLine).toList());
        }
    }

    /** A {@link CartLine} in the column {@code lines}, where ids are plain UUIDs as in all columns. */
    record CartLineRow(UUID id, UUID variantId, String sku, int quantity) {
        static List<CartLineRow> listOf(List<CartLine> lines) {
            return lines.stream()
                    .map(line ->
                            new CartLineRow(line.id().value(), line.variantId().value(), line.sku(), line.quantity()))
                    .toList();
        }

        CartLine toCartLine() {
            return new CartLine(new CartLineId(id), new VariantId(variantId), sku, quantity);
        }
    }
}
