package io.fondaco.cart;

import io.fondaco.cart.CartEntity.CartRow;
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

    private final CartRepository carts;
    private final CartLineRepository cartLines;
    private final CartStatements statements;
    private final CartSettings settings;
    private final Fence fence;

    CartStore(
            CartRepository carts,
            CartLineRepository cartLines,
            CartStatements statements,
            CartSettings settings,
            Fence fence) {
        this.carts = carts;
        this.cartLines = cartLines;
        this.statements = statements;
        this.settings = settings;
        this.fence = fence;
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public CreatedCart create(String currency, Optional<String> email) {
        String token = Secret.generate("cart");
        Cart cart = carts.insert(CartEntity.create(Secret.hash(token), currency, email.orElse(null)));
        return new CreatedCart(cart, token);
    }

    @Override
    public int maxLines() {
        return settings.maxLines();
    }

    @Override
    public Cart read(CartId id, String token) {
        return carts.find(id, token).map(this::withLines).orElseThrow(() -> notFound(id));
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Cart lock(CartId id, String token) {
        return carts.lock(id, token).map(this::withLines).orElseThrow(() -> notFound(id));
    }

    /**
     * A second statement reads the lines, so that after a wait for the lock it sees the changes of the previous holder.
     */
    private Cart withLines(CartRow row) {
        return row.toCart(cartLines.listByCart(new CartId(row.id())));
    }

    private static ApiException notFound(CartId id) {
        return ApiException.notFound("cart", id.toString());
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
        statements.addLines(locked.id(), List.copyOf(bySku.values()));
        return reloadChanged(locked);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Cart changeQuantity(Cart locked, CartLineId line, int quantity) {
        requireOpen(locked);
        requireLine(locked, line);
        if (quantity < 1 || quantity > MAX_QUANTITY) {
            throw ApiException.invalid(List.of(quantityOutOfRange("/quantity", quantity)));
        }
        cartLines.updateQuantity(line, quantity);
        return reloadChanged(locked);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Cart removeLine(Cart locked, CartLineId line) {
        requireOpen(locked);
        requireLine(locked, line);
        cartLines.delete(line);
        return reloadChanged(locked);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Cart update(Cart locked, CartUpdate update) {
        requireOpen(locked);
        Cart changed = locked.withDetails(update);
        carts.updateDetails(changed);
        return changed;
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public void markCompleting(CartId id) {
        carts.transition(id, CartStatus.OPEN, CartStatus.COMPLETING);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Optional<Cart> beginCompletion(CartId id, String token) {
        Cart cart = lock(id, token);
        return carts.transition(id, CartStatus.OPEN, CartStatus.COMPLETING) ? Optional.of(cart) : Optional.empty();
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public boolean markCompleted(CartId id) {
        return carts.transition(id, CartStatus.COMPLETING, CartStatus.COMPLETED);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public boolean reopen(CartId id) {
        return carts.transition(id, CartStatus.COMPLETING, CartStatus.OPEN);
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

    /** Increments the version of the locked cart and reads its changed lines. Two statements. */
    private Cart reloadChanged(Cart locked) {
        carts.incrementVersion(locked.id());
        return locked.withLines(cartLines.listByCart(locked.id()));
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
}
