package io.fondaco.cart;

import io.fondaco.catalog.VariantId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;

/**
 * The stored {@link CartLine}. It is not a collection of {@link CartEntity}, because {@link CartStatements#addLines}
 * writes any number of lines in one statement. It is only queried, and changed by statements.
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

    /** The columns of a {@link CartLine}, in the order of {@link CartLineRepository}. */
    record CartLineRow(UUID id, UUID variantId, String sku, int quantity) {
        CartLine toCartLine() {
            return new CartLine(new CartLineId(id), new VariantId(variantId), sku, quantity);
        }
    }
}
