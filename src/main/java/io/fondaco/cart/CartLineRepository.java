package io.fondaco.cart;

import io.fondaco.cart.CartLineEntity.CartLineRow;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The lines of carts in Postgres. Each call is one statement; every read is a projection. */
@ApplicationScoped
class CartLineRepository implements PanacheRepositoryBase<CartLineEntity, UUID> {
    /** In the order in which they were added. */
    List<CartLine> listByCart(CartId cart) {
        return find("""
                        select id, variantId, sku, quantity from CartLineEntity where cartId = :cart order by position
                        """, Map.of("cart", cart.value())).project(CartLineRow.class).list().stream()
                .map(CartLineRow::toCartLine)
                .toList();
    }

    void updateQuantity(CartLineId line, int quantity) {
        update("quantity = :quantity where id = :id", Map.of("quantity", quantity, "id", line.value()));
    }

    void delete(CartLineId line) {
        delete("id = :id", Map.of("id", line.value()));
    }
}
