package io.fondaco.cart;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.catalog.VariantId;
import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.jobs.Fence;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Json;
import io.fondaco.platform.web.Violation;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

@ApplicationScoped
class PostgresCarts implements Carts {
    private static final int MAX_QUANTITY = 9_999;
    private static final String SELECT = """
            SELECT encode(token_hash, 'hex') AS token_hash, currency, email, cast(shipping_address AS text) AS shipping_address,
                   cast(billing_address AS text) AS billing_address, shipping_method,
                   cast(to_json(coupon_codes) AS text) AS coupon_codes, status, version
              FROM cart.cart WHERE id = :id
            """;

    private final EntityManager entities;
    private final ObjectMapper json;
    private final CartSettings settings;
    private final Fence fence;

    PostgresCarts(EntityManager entities, ObjectMapper json, CartSettings settings, Fence fence) {
        this.fence = fence;
        this.entities = entities;
        this.json = json;
        this.settings = settings;
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public CreatedCart create(String currency, Optional<String> email) {
        CartId id = CartId.random();
        String token = Secret.generate("cart");
        entities.createNativeQuery("""
                        INSERT INTO cart.cart (id, token_hash, currency, email)
                        VALUES (:id, :hash, :currency, cast(:email AS text))
                        """)
                .setParameter("id", id.value())
                .setParameter("hash", Secret.hash(token))
                .setParameter("currency", currency)
                .setParameter("email", email.orElse(null))
                .executeUpdate();
        Cart cart = new Cart(
                id,
                currency,
                email,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                CartStatus.OPEN,
                1,
                List.of());
        return new CreatedCart(cart, token);
    }

    @Override
    public int maxLines() {
        return settings.maxLines();
    }

    @Override
    public Cart read(CartId id, String token) {
        return load(id, token, SELECT);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Cart lock(CartId id, String token) {
        return load(id, token, SELECT + " FOR UPDATE");
    }

    /**
     * A second statement reads the lines, so that after a wait for the lock it sees the changes of the previous holder.
     */
    private Cart load(CartId id, String token, String sql) {
        List<?> rows = entities.createNativeQuery(sql, Tuple.class)
                .setParameter("id", id.value())
                .getResultList();
        if (rows.isEmpty()) {
            throw ApiException.notFound("cart", id.toString());
        }
        Tuple row = (Tuple) rows.getFirst();
        if (!Secret.matches(token, HexFormat.of().parseHex(row.get("token_hash", String.class)))) {
            throw ApiException.notFound("cart", id.toString());
        }
        return new Cart(
                id,
                row.get("currency", String.class),
                Optional.ofNullable(row.get("email", String.class)),
                address(row.get("shipping_address", String.class)),
                address(row.get("billing_address", String.class)),
                Optional.ofNullable(row.get("shipping_method", String.class)),
                List.of(parse(row.get("coupon_codes", String.class), String[].class)),
                CartStatus.ofColumn(row.get("status", String.class)),
                row.get("version", Number.class).longValue(),
                lines(id));
    }

    private List<CartLine> lines(CartId id) {
        List<CartLine> lines = new ArrayList<>();
        for (Object row : entities.createNativeQuery("""
                        SELECT id, variant_id, sku, quantity FROM cart.line WHERE cart_id = :id ORDER BY position
                        """, Tuple.class)
                .setParameter("id", id.value())
                .getResultList()) {
            Tuple line = (Tuple) row;
            lines.add(new CartLine(
                    new CartLineId(line.get("id", UUID.class)),
                    new VariantId(line.get("variant_id", UUID.class)),
                    line.get("sku", String.class),
                    line.get("quantity", Number.class).intValue()));
        }
        return lines;
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Cart addLines(Cart locked, List<NewCartLine> added) {
        requireOpen(locked);
        Map<String, NewCartLine> bySku = new LinkedHashMap<>();
        Map<String, Long> quantities = new LinkedHashMap<>();
        locked.lines().forEach(line -> quantities.put(line.sku(), (long) line.quantity()));
        List<Violation> violations = new ArrayList<>();
        for (NewCartLine line : added) {
            long quantity = quantities.merge(line.sku(), (long) line.quantity(), Long::sum);
            if (line.quantity() < 1 || quantity > MAX_QUANTITY) {
                violations.add(quantityOutOfRange(line.pointer() + "/quantity", quantity));
            } else {
                bySku.merge(
                        line.sku(),
                        line,
                        (one, two) -> new NewCartLine(
                                one.variantId(), one.sku(), one.quantity() + two.quantity(), one.pointer()));
            }
        }
        if (!violations.isEmpty()) {
            throw ApiException.invalid(violations);
        }
        if (quantities.size() > maxLines()) {
            throw ApiException.invalid(
                    "/lines", "too_many_lines", "A cart has at most %d lines.".formatted(maxLines()));
        }
        if (bySku.isEmpty()) {
            return locked;
        }
        List<NewCartLine> lines = List.copyOf(bySku.values());
        entities.createNativeQuery("""
                        INSERT INTO cart.line (id, cart_id, variant_id, sku, quantity, position)
                        SELECT n.id, :cart, n.variant_id, n.sku, n.quantity,
                               coalesce((SELECT max(position) FROM cart.line WHERE cart_id = :cart), 0) + n.ordinality
                          FROM unnest(cast(:ids AS uuid[]), cast(:variants AS uuid[]), cast(:skus AS text[]),
                                      cast(:quantities AS int[]))
                               WITH ORDINALITY AS n (id, variant_id, sku, quantity, ordinality)
                        ON CONFLICT (cart_id, sku) DO UPDATE SET quantity = cart.line.quantity + excluded.quantity
                        """)
                .setParameter("cart", locked.id().value())
                .setParameter("ids", lines.stream().map(_ -> TypeId.newUuid()).toArray(UUID[]::new))
                .setParameter(
                        "variants",
                        lines.stream().map(line -> line.variantId().value()).toArray(UUID[]::new))
                .setParameter("skus", lines.stream().map(NewCartLine::sku).toArray(String[]::new))
                .setParameter(
                        "quantities", lines.stream().map(NewCartLine::quantity).toArray(Integer[]::new))
                .executeUpdate();
        return incrementVersion(locked);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Cart changeQuantity(Cart locked, CartLineId line, int quantity) {
        requireOpen(locked);
        requireLine(locked, line);
        if (quantity < 1 || quantity > MAX_QUANTITY) {
            throw ApiException.invalid(List.of(quantityOutOfRange("/quantity", quantity)));
        }
        entities.createNativeQuery("UPDATE cart.line SET quantity = :quantity WHERE id = :id")
                .setParameter("quantity", quantity)
                .setParameter("id", line.value())
                .executeUpdate();
        return incrementVersion(locked);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Cart removeLine(Cart locked, CartLineId line) {
        requireOpen(locked);
        requireLine(locked, line);
        entities.createNativeQuery("DELETE FROM cart.line WHERE id = :id")
                .setParameter("id", line.value())
                .executeUpdate();
        return incrementVersion(locked);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Cart update(Cart locked, CartUpdate update) {
        requireOpen(locked);
        entities.createNativeQuery("""
                        UPDATE cart.cart
                           SET email = coalesce(cast(:email AS text), email),
                               shipping_address = coalesce(cast(:shipping AS jsonb), shipping_address),
                               billing_address = coalesce(cast(:billing AS jsonb), billing_address),
                               shipping_method = coalesce(cast(:method AS text), shipping_method),
                               coupon_codes = cast(:coupons AS text[]),
                               version = version + 1, updated_at = now()
                         WHERE id = :id
                        """)
                .setParameter("email", update.email().orElse(null))
                .setParameter(
                        "shipping",
                        update.shippingAddress()
                                .map(address -> Json.write(json, address))
                                .orElse(null))
                .setParameter(
                        "billing",
                        update.billingAddress()
                                .map(address -> Json.write(json, address))
                                .orElse(null))
                .setParameter("method", update.shippingMethod().orElse(null))
                .setParameter(
                        "coupons",
                        update.couponCodes().orElse(locked.couponCodes()).toArray(String[]::new))
                .setParameter("id", locked.id().value())
                .executeUpdate();
        return new Cart(
                locked.id(),
                locked.currency(),
                update.email().or(locked::email),
                update.shippingAddress().or(locked::shippingAddress),
                update.billingAddress().or(locked::billingAddress),
                update.shippingMethod().or(locked::shippingMethod),
                update.couponCodes().orElse(locked.couponCodes()),
                locked.status(),
                locked.version() + 1,
                locked.lines());
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public void markCompleting(CartId id) {
        transition(id, CartStatus.OPEN, CartStatus.COMPLETING);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public void markCompleted(CartId id) {
        transition(id, CartStatus.COMPLETING, CartStatus.COMPLETED);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public void reopen(CartId id) {
        transition(id, CartStatus.COMPLETING, CartStatus.OPEN);
    }

    /**
     * Deletes open carts whose last change is older than the given age, oldest first, and skips carts that another
     * transaction has locked. A cart with a checkout attempt in progress or with an order is not open. A failed attempt
     * changed its cart when it reopened it, so a late result of its payment was applied long before.
     *
     * @return the number of deleted carts
     */
    @Transactional
    int deleteExpired(Duration age, int batchSize) {
        fence.requireLease();
        return entities.createNativeQuery("""
                        DELETE FROM cart.cart
                         WHERE id IN (SELECT id FROM cart.cart
                                       WHERE status = 'open'
                                         AND created_at < now() - make_interval(secs => :age)
                                         AND updated_at < now() - make_interval(secs => :age)
                                       ORDER BY created_at LIMIT :batch FOR UPDATE SKIP LOCKED)
                        """)
                .setParameter("age", (double) age.toSeconds())
                .setParameter("batch", batchSize)
                .executeUpdate();
    }

    /** Does nothing if the cart has another status: the caller detects a lost race by its checkout attempt. */
    private void transition(CartId id, CartStatus from, CartStatus to) {
        entities.createNativeQuery("""
                        UPDATE cart.cart SET status = :to, version = version + 1, updated_at = now()
                         WHERE id = :id AND status = :from
                        """)
                .setParameter("to", to.column())
                .setParameter("from", from.column())
                .setParameter("id", id.value())
                .executeUpdate();
    }

    private Cart incrementVersion(Cart locked) {
        entities.createNativeQuery("UPDATE cart.cart SET version = version + 1, updated_at = now() WHERE id = :id")
                .setParameter("id", locked.id().value())
                .executeUpdate();
        return new Cart(
                locked.id(),
                locked.currency(),
                locked.email(),
                locked.shippingAddress(),
                locked.billingAddress(),
                locked.shippingMethod(),
                locked.couponCodes(),
                locked.status(),
                locked.version() + 1,
                lines(locked.id()));
    }

    private static void requireOpen(Cart cart) {
        switch (cart.status()) {
            case OPEN -> {}
            case COMPLETING -> throw ApiException.conflict("completion_in_progress", "This cart is being completed.");
            case COMPLETED -> throw ApiException.conflict("cart_completed", "This cart is already an order.");
        }
    }

    private static void requireLine(Cart cart, CartLineId id) {
        if (cart.lines().stream().noneMatch(line -> line.id().equals(id))) {
            throw ApiException.notFound("line", id.toString());
        }
    }

    private static Violation quantityOutOfRange(String pointer, long quantity) {
        return new Violation(
                pointer,
                "quantity_out_of_range",
                "A line has 1 to %d units; the new quantity would be %d.".formatted(MAX_QUANTITY, quantity));
    }

    private Optional<PostalAddress> address(@Nullable String text) {
        return Optional.ofNullable(text).map(value -> parse(value, PostalAddress.class));
    }

    private <T> T parse(String text, Class<T> type) {
        try {
            return json.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored cart does not parse as " + type, e);
        }
    }
}
