package io.fondaco.cart;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;

/**
 * A stored line of a cart. It is not a collection of {@link CartEntity}, because {@link CartStatements#addLines} writes
 * all lines in one statement.
 */
@Entity
@Table(schema = "cart", name = "line")
class CartLineEntity {
    @Id
    UUID id;

    @Column(name = "cart_id")
    UUID cartId;

    @Column(name = "variant_id")
    UUID variantId;

    String sku;

    int quantity;

    int position;
}
