package io.fondaco.cart;

import io.fondaco.cart.CartEntity.CartRow;
import io.fondaco.platform.identity.Secret;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Carts in Postgres, without their lines. Each call is one statement. Every read is a projection: a managed entity
 * would hide what a statement or another transaction has written meanwhile. Every change increments the version by an
 * explicit statement, because Hibernate writes no version for an entity of which only lines have changed.
 */
@ApplicationScoped
class CartRepository implements PanacheRepositoryBase<CartEntity, UUID> {
    private static final String SELECT = """
            select id, currency, email, shippingAddress, billingAddress, shippingMethod, couponCodes, status, version
              from CartEntity where id = :id and tokenHash = :tokenHash""";

    private static final String UPDATE_DETAILS = """
            update versioned CartEntity
               set email = :email, shippingAddress = :shippingAddress, billingAddress = :billingAddress,
                   shippingMethod = :shippingMethod, couponCodes = :couponCodes, updatedAt = instant
             where id = :id""";

    Cart insert(CartEntity cart) {
        persistAndFlush(cart);
        return cart.toCart();
    }

    /** The cart with this id and token. */
    Optional<CartRow> find(CartId id, String token) {
        return select(id, token).singleResultOptional();
    }

    /** The cart with this id and token, locked until the transaction ends. */
    Optional<CartRow> lock(CartId id, String token) {
        return select(id, token).withLock(LockModeType.PESSIMISTIC_WRITE).singleResultOptional();
    }

    private PanacheQuery<CartRow> select(CartId id, String token) {
        return find(SELECT, Map.of("id", id.value(), "tokenHash", Secret.hash(token)))
                .project(CartRow.class);
    }

    /** Writes the details of a locked cart. */
    void updateDetails(Cart cart) {
        getSession()
                .createMutationQuery(UPDATE_DETAILS)
                .setParameter("id", cart.id().value())
                .setParameter("email", cart.email().orElse(null))
                .setParameter("shippingAddress", cart.shippingAddress().orElse(null))
                .setParameter("billingAddress", cart.billingAddress().orElse(null))
                .setParameter("shippingMethod", cart.shippingMethod().orElse(null))
                .setParameter("couponCodes", cart.couponCodes())
                .executeUpdate();
    }

    /** Records that lines of a locked cart have changed. */
    void incrementVersion(CartId id) {
        update("update versioned CartEntity set updatedAt = instant where id = :id", Map.of("id", id.value()));
    }

    /** @return false if the cart has another status; nothing is written then */
    boolean transition(CartId id, CartStatus from, CartStatus to) {
        return update(
                        "update versioned CartEntity set status = :to, updatedAt = instant"
                                + " where id = :id and status = :from",
                        Map.of("to", to.column(), "from", from.column(), "id", id.value()))
                == 1;
    }
}
