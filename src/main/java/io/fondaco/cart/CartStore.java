package io.fondaco.cart;

import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.jobs.Fence;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

@ApplicationScoped
class CartStore implements Carts {
    private static final int MAX_QUANTITY = 9_999;

    /** The limit of the column {@code lines}. */
    private static final int MAX_STORED_LINES = 10_000;

    private final CartRepository carts;
    private final CartStatements statements;
    private final CartSettings settings;
    private final Fence fence;

    CartStore(CartRepository carts, CartStatements statements, CartSettings settings, Fence fence) {
        this.carts = carts;
        this.statements = statements;
        this.settings = settings;
        this.fence = fence;
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public CreatedCart create(String currency, Optional<String> email, List<NewCartLine> lines) {
        String token = Secret.generate("cart");
        Cart cart = carts.insert(
                CartEntity.create(Secret.hash(token), currency, email.orElse(null), add(List.of(), lines)));
        return new CreatedCart(cart, token);
    }

    @Override
    public int maxLines() {
        return Math.min(settings.maxLines(), MAX_STORED_LINES);
    }

    @Override
    public Cart read(CartId id, String token) {
        return carts.find(id, token).orElseThrow(() -> notFound(id));
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Cart lock(CartId id, String token) {
        return carts.lock(id, token).orElseThrow(() -> notFound(id));
    }

    private static ApiException notFound(CartId id) {
        return ApiException.notFound("cart", id.toString());
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Cart addLines(Cart locked, List<NewCartLine> added) {
        requireOpen(locked);
        return added.isEmpty() ? locked : replaceLines(locked, add(locked.lines(), added));
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Cart changeQuantity(Cart locked, CartLineId line, int quantity) {
        requireOpen(locked);
        requireLine(locked, line);
        if (quantity < 1 || quantity > MAX_QUANTITY) {
            throw ApiException.invalid(List.of(quantityOutOfRange("/quantity", quantity)));
        }
        return replaceLines(
                locked,
                locked.lines().stream()
                        .map(one -> one.id().equals(line) ? one.withQuantity(quantity) : one)
                        .toList());
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Cart removeLine(Cart locked, CartLineId line) {
        requireOpen(locked);
        requireLine(locked, line);
        return replaceLines(
                locked,
                locked.lines().stream().filter(one -> !one.id().equals(line)).toList());
    }

    /**
     * The lines with the added ones at the end. A SKU that is already in the cart, or added twice, has one line.
     *
     * @throws ApiException 422 {@code quantity_out_of_range}, {@code too_many_lines}
     */
    private List<CartLine> add(List<CartLine> lines, List<NewCartLine> added) {
        Map<String, CartLine> bySku = new LinkedHashMap<>();
        lines.forEach(line -> bySku.put(line.sku(), line));
        List<Violation> violations = new ArrayList<>();
        for (NewCartLine line : added) {
            CartLine sum = bySku.merge(
                    line.sku(),
                    new CartLine(CartLineId.random(), line.variantId(), line.sku(), line.quantity()),
                    (one, more) -> one.withQuantity(Math.addExact(one.quantity(), more.quantity())));
            if (line.quantity() < 1 || sum.quantity() > MAX_QUANTITY) {
                violations.add(quantityOutOfRange(line.pointer() + "/quantity", sum.quantity()));
            }
        }
        if (!violations.isEmpty()) {
            throw ApiException.invalid(violations);
        }
        if (bySku.size() > maxLines()) {
            throw ApiException.invalid(
                    "/lines", "too_many_lines", "A cart has at most %d lines.".formatted(maxLines()));
        }
        return List.copyOf(bySku.values());
    }

    private Cart replaceLines(Cart locked, List<CartLine> lines) {
        carts.updateLines(locked.id(), locked.version(), lines);
        return locked.withLines(lines);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Cart update(CartId id, String token, CartUpdate update) {
        return statements.updateDetails(id, token, update).orElseThrow(() -> notOpen(read(id, token)));
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Optional<Cart> beginCompletion(CartId id, String token) {
        Optional<Cart> cart = statements.beginCompletion(id, token);
        if (cart.isEmpty() && carts.find(id, token).isEmpty()) {
            throw notFound(id);
        }
        return cart;
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public boolean markCompleted(CartId id) {
        return statements.transition(id, CartStatus.COMPLETING, CartStatus.COMPLETED);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public boolean reopen(CartId id) {
        return statements.transition(id, CartStatus.COMPLETING, CartStatus.OPEN);
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
        return statements.deleteExpired(age, batchSize);
    }

    private static void requireOpen(Cart cart) {
        if (cart.status() != CartStatus.OPEN) {
            throw notOpen(cart);
        }
    }

    /** @param cart if it is open, it was being completed when the caller tried to change it and was reopened since */
    private static ApiException notOpen(Cart cart) {
        return switch (cart.status()) {
            case OPEN, COMPLETING -> ApiException.conflict("completion_in_progress", "This cart is being completed.");
            case COMPLETED -> ApiException.conflict("cart_completed", "This cart is already an order.");
        };
    }

    private static void requireLine(Cart cart, CartLineId id) {
        if (cart.lines().stream().noneMatch(line -> line.id().equals(id))) {
            throw ApiException.notFound("line", id.toString());
        }
    }

    private static Violation quantityOutOfRange(String pointer, int quantity) {
        return new Violation(
                pointer,
                "quantity_out_of_range",
                "A line has 1 to %d units; the new quantity would be %d.".formatted(MAX_QUANTITY, quantity));
    }
}
