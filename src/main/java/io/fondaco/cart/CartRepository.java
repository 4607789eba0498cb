package io.fondaco.cart;

import io.fondaco.cart.CartEntity.CartLineRow;
import io.fondaco.cart.CartEntity.CartRow;
import io.fondaco.platform.identity.Secret;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.hibernate.orm.panache.PanacheRepositoryBase;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Carts in Postgres. Each call is one statement. Every read is a projection: a managed entity would hide what a
 * statement or another transaction has written meanwhile, and would be compared at each flush. Every change is a
 * statement that increments the version.
 */
@ApplicationScoped
class CartRepository implements PanacheRepositoryBase<CartEntity, UUID> {
    private static final String SELECT = """
            select id, currency, email, shippingAddress, billingAddress, shippingMethod, couponCodes, taxId, status,
                   version, lines
              from CartEntity where id = :id and tokenHash = :tokenHash""";

    private static final String UPDATE_LINES = """
            update versioned CartEntity set lines = :lines, updatedAt = instant
             where id = :id and version = :version""";

    Cart insert(CartEntity cart) {
        persistAndFlush(cart);
        return cart.toCart();
    }

    /** The cart with this id and token. */
    Optional<Cart> find(CartId id, String token) {
        return select(id, token).singleResultOptional().map(CartRow::toCart);
    }

    /**
     * The cart with this id and token, locked until the transaction ends. After a wait for the lock, Postgres returns
     * the row as the previous holder left it.
     */
    Optional<Cart> lock(CartId id, String token) {
        return select(id, token)
                .withLock(LockModeType.PESSIMISTIC_WRITE)
                .singleResultOptional()
                .map(CartRow::toCart);
    }

    private PanacheQuery<CartRow> select(CartId id, String token) {
        return find(SELECT, Map.of("id", id.value(), "tokenHash", Secret.hash(token)))
                .project(CartRow.class);
    }

    /**
     * Replaces the lines of a locked cart.
     *
     * @param expected the stored version
     * @throws IllegalStateException if the cart has another version: the caller has not locked it, and would overwrite
     *     the lines of another request
     */
    void updateLines(CartId id, long expected, List<CartLine> lines) {
        int updated = getSession()
                .createMutationQuery(UPDATE_LINES)
                .setParameter("lines", CartLineRow.listOf(lines))
                .setParameter("id", id.value())
                .setParameter("version", expected)
                .executeUpdate();
        if (updated != 1) {
            throw new IllegalStateException("Cart %s does not have version %d".formatted(id, expected));
        }
    }
}
