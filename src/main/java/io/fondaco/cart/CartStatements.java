package io.fondaco.cart;

import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.sql.Seconds;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.hibernate.Session;

/** The native SQL of carts: an upsert of lines and a delete that skips locked carts. Each method is one statement. */
@ApplicationScoped
class CartStatements {
    private final Session session;

    CartStatements(Session session) {
        this.session = session;
    }

    /** Adds lines with different SKUs; a SKU that is already in the cart gets a larger quantity. */
    void addLines(CartId cart, List<NewCartLine> lines) {
        session.createNativeMutationQuery("""
                        INSERT INTO cart.line (id, cart_id, variant_id, sku, quantity, position)
                        SELECT n.id, :cart, n.variant_id, n.sku, n.quantity,
                               coalesce((SELECT max(position) FROM cart.line WHERE cart_id = :cart), 0) + n.ordinality
                          FROM unnest(cast(:ids AS uuid[]), cast(:variants AS uuid[]), cast(:skus AS text[]),
                                      cast(:quantities AS int[]))
                               WITH ORDINALITY AS n (id, variant_id, sku, quantity, ordinality)
                        ON CONFLICT (cart_id, sku) DO UPDATE SET quantity = cart.line.quantity + excluded.quantity
                        """)
                .setParameter("cart", cart.value())
                .setParameter("ids", lines.stream().map(_ -> TypeId.newUuid()).toArray(UUID[]::new))
                .setParameter(
                        "variants",
                        lines.stream().map(line -> line.variantId().value()).toArray(UUID[]::new))
                .setParameter("skus", lines.stream().map(NewCartLine::sku).toArray(String[]::new))
                .setParameter(
                        "quantities", lines.stream().map(NewCartLine::quantity).toArray(Integer[]::new))
                .executeUpdate();
    }

    /**
     * Deletes open carts that were not changed for the given time, oldest first, and skips carts that another
     * transaction has locked.
     *
     * @return the number of deleted carts
     */
    int deleteExpired(Duration age, int limit) {
        return session.createNativeMutationQuery("""
                        DELETE FROM cart.cart
                         WHERE id IN (SELECT id FROM cart.cart
                                       WHERE status = 'open'
                                         AND created_at < now() - make_interval(secs => :age)
                                         AND updated_at < now() - make_interval(secs => :age)
                                       ORDER BY created_at LIMIT :limit FOR UPDATE SKIP LOCKED)
                        """)
                .setParameter("age", Seconds.of(age))
                .setParameter("limit", limit)
                .executeUpdate();
    }
}
