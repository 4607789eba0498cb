package io.fondaco.cart;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.cart.CartEntity.CartRow;
import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.sql.Seconds;
import io.fondaco.platform.sql.Sql;
import io.fondaco.platform.sql.SqlQuery;
import io.fondaco.platform.web.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The native SQL of carts: changes of open carts that return the changed cart, and a delete that skips locked carts.
 * Each method is one statement, in the caller's transaction.
 *
 * <p>A statement that changes an open cart locks it by changing it. If it waits for another transaction, Postgres
 * checks the token and the status again on the row that this transaction left, and changes that row.
 */
@ApplicationScoped
class CartStatements {
    private static final String WHERE_OPEN_RETURNING_CART = """
             WHERE id = :id AND token_hash = :tokenHash AND status = 'open'
            RETURNING id, currency, email, shipping_address, billing_address, shipping_method,
                      to_json(coupon_codes) AS coupon_codes, tax_id, status, version, lines
            """;

    private final Sql sql;
    private final ObjectMapper json;

    CartStatements(Sql sql, ObjectMapper json) {
        this.sql = sql;
        this.json = json;
    }

    /**
     * Changes the details of an open cart.
     *
     * @return the changed cart; empty if no open cart has this id and token
     */
    Optional<Cart> updateDetails(CartId id, String token, CartUpdate update) {
        return changeOpen("""
                        UPDATE cart.cart
                           SET email = coalesce(cast(:email AS text), email),
                               shipping_address = coalesce(cast(:shippingAddress AS jsonb), shipping_address),
                               billing_address = coalesce(cast(:billingAddress AS jsonb), billing_address),
                               shipping_method = coalesce(cast(:shippingMethod AS text), shipping_method),
                               coupon_codes = coalesce(cast(:couponCodes AS text[]), coupon_codes),
                               tax_id = nullif(coalesce(cast(:taxId AS text), tax_id), ''),
                               version = version + 1, updated_at = now()
                        """, id, token)
                .setParameter("email", update.email().orElse(null))
                .setParameter("shippingAddress", write(update.shippingAddress()))
                .setParameter("billingAddress", write(update.billingAddress()))
                .setParameter("shippingMethod", update.shippingMethod().orElse(null))
                .setParameter(
                        "couponCodes",
                        update.couponCodes()
                                .map(codes -> codes.toArray(String[]::new))
                                .orElse(null))
                .setParameter("taxId", update.taxId().orElse(null))
                .uniqueResultOptional()
                .map(CartRow::toCart);
    }

    /**
     * Marks an open cart as being completed.
     *
     * @return the marked cart; empty if no open cart has this id and token
     */
    Optional<Cart> beginCompletion(CartId id, String token) {
        return changeOpen("""
                        UPDATE cart.cart SET status = 'completing', version = version + 1, updated_at = now()
                        """, id, token).uniqueResultOptional().map(CartRow::toCart);
    }

    /** @return false if the cart has another status than {@code from}, and so was not changed */
    boolean transition(CartId id, CartStatus from, CartStatus to) {
        return sql.update("""
                                UPDATE cart.cart SET status = :to, version = version + 1, updated_at = now()
                                 WHERE id = :id AND status = :from
                                """)
                        .setParameter("to", to.column())
                        .setParameter("from", from.column())
                        .setParameter("id", id.value())
                        .executeUpdate()
                == 1;
    }

    private SqlQuery<CartRow> changeOpen(String update, CartId id, String token) {
        return sql.query(update + WHERE_OPEN_RETURNING_CART, CartRow.class)
                .setParameter("id", id.value())
                .setParameter("tokenHash", Secret.hash(token));
    }

    private @Nullable String write(Optional<PostalAddress> address) {
        return address.map(present -> Json.write(json, present)).orElse(null);
    }

    /**
     * Deletes open carts that were not changed for the given time, oldest first, and skips carts that another
     * transaction has locked.
     *
     * @return the number of deleted carts
     */
    int deleteExpired(Duration age, int limit) {
        return sql.update("""
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
