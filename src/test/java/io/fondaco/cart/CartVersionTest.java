package io.fondaco.cart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.ShopDatabase;
import io.fondaco.catalog.VariantId;
import io.fondaco.platform.postal.PostalAddress;
import io.quarkus.agroal.DataSource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Each change of a cart, also of its lines only, is one new version with the time of the database. */
@QuarkusTest
class CartVersionTest {
    private static final PostalAddress ADDRESS =
            new PostalAddress("Ada Lovelace", "12 St James's Square", null, "London", null, "SW1Y 4JH", "GB", null);
    private static final CartUpdate NO_CHANGE =
            new CartUpdate(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** All statements on carts except those of {@link CartExpiry}, which may run meanwhile. */
    private static final String CART_STATEMENTS = "^(?!DELETE FROM cart).*\\mcart\\.[a-z]";

    private final Carts carts;
    private final ShopDatabase database;
    private final javax.sql.DataSource primary;

    CartVersionTest(Carts carts, ShopDatabase database, @DataSource("primary") javax.sql.DataSource primary) {
        this.carts = carts;
        this.database = database;
        this.primary = primary;
    }

    @Test
    void newCartHasVersionOneAndIsOneStatement() throws SQLException {
        long before = database.countStatements(CART_STATEMENTS);
        CreatedCart created = create();
        assertThat(database.countStatements(CART_STATEMENTS) - before).isEqualTo(1);
        assertThat(created.cart().version()).isEqualTo(1);
        assertThat(stored(created, "status || ' ' || version")).isEqualTo("open 1");
        assertThat(carts.read(id(created), created.token())).isEqualTo(created.cart());
    }

    @Test
    void everyChangeOfTheLinesIncrementsTheVersionByThreeStatements() throws SQLException {
        CreatedCart created = create();
        Cart added = change(created, 3, cart -> carts.addLines(cart, List.of(line("a", 1), line("b", 2))));
        assertThat(added.lines()).extracting(CartLine::sku).containsExactly("a", "b");
        CartLineId first = added.lines().getFirst().id();
        Cart increased =
                change(created, 3, cart -> carts.addLines(cart, List.of(line("c", 1), line("a", 1), line("d", 1))));
        assertThat(increased.lines()).extracting(CartLine::quantity).containsExactly(2, 2, 1, 1);
        Cart changed = change(created, 3, cart -> carts.changeQuantity(cart, first, 5));
        assertThat(changed.lines()).extracting(CartLine::quantity).containsExactly(5, 2, 1, 1);
        Cart removed = change(created, 3, cart -> carts.removeLine(cart, first));
        assertThat(removed.lines()).extracting(CartLine::sku).containsExactly("b", "c", "d");
        assertThat(List.of(added, increased, changed, removed))
                .extracting(Cart::version)
                .containsExactly(2L, 3L, 4L, 5L);
    }

    @Test
    void everyChangeOfTheDetailsIncrementsTheVersionByOneStatement() throws SQLException {
        CreatedCart created = create();
        Cart all = change(
                created,
                1,
                cart -> carts.update(
                        cart,
                        new CartUpdate(
                                Optional.of("ada@example.org"),
                                Optional.of(ADDRESS),
                                Optional.of(ADDRESS),
                                Optional.of("pickup"),
                                Optional.of(List.of("SPRING", "a,b")))));
        assertThat(all.couponCodes()).containsExactly("SPRING", "a,b");
        Cart unchanged = change(created, 1, cart -> carts.update(cart, NO_CHANGE));
        assertThat(unchanged.shippingAddress()).contains(ADDRESS);
        assertThat(unchanged.couponCodes()).containsExactly("SPRING", "a,b");
        Cart withoutCoupons = change(
                created,
                1,
                cart -> carts.update(
                        cart,
                        new CartUpdate(
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(List.of()))));
        assertThat(withoutCoupons.couponCodes()).isEmpty();
        assertThat(withoutCoupons.email()).contains("ada@example.org");
        assertThat(List.of(all, unchanged, withoutCoupons))
                .extracting(Cart::version)
                .containsExactly(2L, 3L, 4L);
    }

    @Test
    void everyTransitionOfTheStatusIncrementsTheVersion() throws SQLException {
        CreatedCart created = create();
        transition(created, carts::markCompleting, "completing 2");
        transition(created, carts::markCompleting, "completing 2");
        transition(created, carts::reopen, "open 3");
        transition(created, carts::reopen, "open 3");
        transition(created, carts::markCompleted, "open 3");
        transition(created, carts::markCompleting, "completing 4");
        transition(created, carts::markCompleted, "completed 5");
        transition(created, carts::reopen, "completed 5");
    }

    @Test
    void severalChangesInOneTransactionAreSeveralVersions() {
        CreatedCart created = create();
        Cart last = QuarkusTransaction.requiringNew().call(() -> {
            Cart locked = carts.lock(id(created), created.token());
            Cart added = carts.addLines(locked, List.of(line("a", 1)));
            Cart changed = carts.changeQuantity(added, added.lines().getFirst().id(), 3);
            assertThat(carts.read(id(created), created.token())).isEqualTo(changed);
            return carts.update(changed, NO_CHANGE);
        });
        assertThat(last.version()).isEqualTo(4);
        assertThat(carts.read(id(created), created.token())).isEqualTo(last);
    }

    @Test
    void addressIsStoredAsInTheApi() throws SQLException {
        CreatedCart created = create();
        change(
                created,
                1,
                cart -> carts.update(
                        cart,
                        new CartUpdate(
                                Optional.empty(),
                                Optional.of(ADDRESS),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty())));
        assertThat(stored(created, "shipping_address ->> 'postal_code'")).isEqualTo("SW1Y 4JH");
        assertThat(stored(created, "billing_address IS NULL")).isEqualTo("t");
    }

    /** In one statement with the lock, the lines would be as they were before the wait. */
    @Test
    void lockThatHasWaitedReturnsTheLinesOfThePreviousHolder() throws Exception {
        CreatedCart created = create();
        CompletableFuture<Cart> locked = new CompletableFuture<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                Connection holder = primary.getConnection();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            try {
                statement.execute("UPDATE cart.cart SET version = version + 1 WHERE id = '%s'"
                        .formatted(id(created).value()));
                statement.execute("""
                        INSERT INTO cart.line (id, cart_id, sku, variant_id, quantity, position)
                        VALUES ('%s', '%s', 'a', '%s', 7, 1)
                        """.formatted(UUID.randomUUID(), id(created).value(), UUID.randomUUID()));
                Future<?> waiting = threads.submit(() ->
                        ShopDatabase.inTransaction(() -> locked.complete(carts.lock(id(created), created.token()))));
                await().until(() -> waiting.isDone() || countWaiting() > 0);
                holder.commit();
                waiting.get();
            } finally {
                holder.rollback();
                holder.setAutoCommit(true);
            }
        }
        assertThat(locked.join().version()).isEqualTo(2);
        assertThat(locked.join().lines()).extracting(CartLine::quantity).containsExactly(7);
    }

    private int countWaiting() throws SQLException {
        return Integer.parseInt(database.query("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                + " AND query LIKE '%cart.cart%'"));
    }

    private CreatedCart create() {
        return QuarkusTransaction.requiringNew().call(() -> carts.create("GBP", Optional.empty()));
    }

    /** Locks and changes the cart, and checks what is stored and the number of statements after the two of the lock. */
    private Cart change(CreatedCart created, int statements, UnaryOperator<Cart> change) throws SQLException {
        backdate(created);
        long before = database.countStatements(CART_STATEMENTS);
        Cart changed =
                QuarkusTransaction.requiringNew().call(() -> change.apply(carts.lock(id(created), created.token())));
        assertThat(database.countStatements(CART_STATEMENTS) - before).isEqualTo(2 + statements);
        assertThat(carts.read(id(created), created.token())).isEqualTo(changed);
        assertThat(stored(created, "updated_at > now() - interval '1 hour'")).isEqualTo("t");
        return changed;
    }

    private void transition(CreatedCart created, Consumer<CartId> transition, String expected) throws SQLException {
        backdate(created);
        String before = stored(created, "status || ' ' || version");
        long statements = database.countStatements(CART_STATEMENTS);
        QuarkusTransaction.requiringNew().run(() -> transition.accept(id(created)));
        assertThat(database.countStatements(CART_STATEMENTS) - statements).isEqualTo(1);
        assertThat(stored(created, "status || ' ' || version")).isEqualTo(expected);
        assertThat(stored(created, "updated_at > now() - interval '1 hour'"))
                .isEqualTo(before.equals(expected) ? "f" : "t");
    }

    private void backdate(CreatedCart created) throws SQLException {
        database.execute("UPDATE cart.cart SET updated_at = now() - interval '1 day' WHERE id = '%s'"
                .formatted(id(created).value()));
    }

    private static NewCartLine line(String sku, int quantity) {
        return new NewCartLine(new VariantId(UUID.randomUUID()), sku, quantity, "");
    }

    private static CartId id(CreatedCart created) {
        return created.cart().id();
    }

    private String stored(CreatedCart created, String column) throws SQLException {
        return database.query("SELECT %s FROM cart.cart WHERE id = '%s'"
                .formatted(column, id(created).value()));
    }
}
