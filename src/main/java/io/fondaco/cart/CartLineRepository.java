package io.fondaco.cart;

import io.fondaco.catalog.VariantId;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The lines of carts. Each call is one statement; none loads an entity, which would hide later changes. */
@ApplicationScoped
class CartLineRepository implements PanacheRepositoryBase<CartLineEntity, UUID> {
    record LineProjection(UUID id, UUID variantId, String sku, int quantity) {
        CartLine toCartLine() {
            return new CartLine(new CartLineId(id), new VariantId(variantId), sku, quantity);
        }
    }

    List<CartLine> listByCart(UUID cart) {
        return find("""
                        select line.id, line.variantId, line.sku, line.quantity
                          from CartLineEntity line where line.cartId = :cart order by line.position
                        """, Map.of("cart", cart)).project(LineProjection.class).stream()
                .map(LineProjection::toCartLine)
                .toList();
    }

    void changeQuantity(CartLineId line, int quantity) {
        update("quantity = :quantity where id = :id", Map.of("quantity", quantity, "id", line.value()));
    }

    void remove(CartLineId line) {
        delete("id = :id", Map.of("id", line.value()));
    }
}
