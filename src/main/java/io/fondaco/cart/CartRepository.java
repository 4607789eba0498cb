package io.fondaco.cart;

import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.UUID;

@ApplicationScoped
class CartRepository implements PanacheRepositoryBase<CartEntity, UUID> {
    /**
     * One statement, for a cart that may not be loaded. It does nothing if the cart has another status: the caller
     * detects a lost race by its checkout attempt.
     */
    void transition(CartId id, CartStatus from, CartStatus to) {
        update(
                "update versioned CartEntity set status = :to, updatedAt = instant where id = :id and status = :from",
                Map.of("to", to, "from", from, "id", id.value()));
    }
}
