package io.fondaco.cart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.fondaco.ShopDatabase;
import io.fondaco.catalog.VariantId;
import io.fondaco.platform.postal.PostalAddress;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import io.quarkus.agroal.DataSource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each change of a cart, also of its lines only, is one new version with the time of the database. */
@QuarkusTest
class CartVersionTest {
    private static final PostalAddress ADDRESS =
            new PostalAddress("Ada Lovelace", "12 St James's Square", null, "London", null, "SW1Y 4JH", "GB", null);
    private static final CartUpdate NO_CHANGE = new CartUpdate(
            Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    private static final String ONE_LINE =
            "lines = '[{\"id\": \"%s\", \"variant_id\": \"%s\", \"sku\": \"a\", \"quantity\": 7}]'"
                    .formatted(UUID.randomUUID(), UUID.randomUUID());

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
        CreatedCart created = create(line("a", 1), line("b", 2), line("a", 3));
        assertThat(database.countStatements(CART_STATEMENTS) - before).isEqualTo(1);
        assertThat(created.cart().version()).isEqualTo(1);
        assertThat(stored(created, "status || ' ' || version")).isEqualTo("open 1");
        assertThat(created.cart().lines()).extracting(CartLine::sku).containsExactly("a", "b");
        assertThat(created.cart().lines()).extracting(CartLine::quantity).containsExactly(4, 2);
        assertThat(read(created)).isEqualTo(created.cart());
    }

    @Test
    void invalidLinesOfANewCartAreRejectedWithTheirPointers() {
        VariantId variant = VariantId.random();
        assertThatThrownBy(() -> create(
                        new NewCartLine(variant, "a", 9_999, "/lines/0"),
                        new NewCartLine(variant, "b", 0, "/lines/1"),
                        new NewCartLine(variant, "a", 1, "/lines/2")))
                .isInstanceOfSatisfying(ApiException.class, refused -> assertThat(refused.violations())
                        .extracting(Violation::code, Violation::pointer)
                        .containsExactly(
                                tuple("quantity_out_of_range", "/lines/1/quantity"),
                                tuple("quantity_out_of_range", "/lines/2/quantity")));
        NewCartLine[] tooMany = IntStream.rangeClosed(0, carts.maxLines())
                .mapToObj(n -> line("sku-" + n, 1))
                .toArray(NewCartLine[]::new);
        assertThatThrownBy(() -> create(tooMany))
                .isInstanceOfSatisfying(ApiException.class, refused -> assertThat(refused.violations())
                        .extracting(Violation::code, Violation::pointer)
                        .containsExactly(tuple("too_many_lines", "/lines")));
    }

    @Test
    void readIsOneStatement() throws SQLException {
        CreatedCart created = create(line("a", 1), line("b", 2));
        long before = database.countStatements(CART_STATEMENTS);
        read(created);
        assertThat(database.countStatements(CART_STATEMENTS) - before).isEqualTo(1);
    }

    @Test
    void everyChangeOfTheLinesIncrementsTheVersionByOneStatement() throws SQLException {
        CreatedCart created = create();
        Cart added = changeLines(created, cart -> carts.addLines(cart, List.of(line("a", 1), line("b", 2))));
        assertThat(added.lines()).extracting(CartLine::sku).containsExactly("a", "b");
        CartLineId first = added.lines().getFirst().id();
        Cart increased =
                changeLines(created, cart -> carts.addLines(cart, List.of(line("c", 1), line("a", 1), line("d", 1))));
        assertThat(increased.lines()).extracting(CartLine::sku).containsExactly("a", "b", "c", "d");
        assertThat(increased.lines()).extracting(CartLine::quantity).containsExactly(2, 2, 1, 1);
        assertThat(increased.lines())
                .startsWith(
                        added.lines().getFirst().withQuantity(2), added.lines().get(1));
        Cart changed = changeLines(created, cart -> carts.changeQuantity(cart, first, 5));
        assertThat(changed.lines()).extracting(CartLine::quantity).containsExactly(5, 2, 1, 1);
        Cart removed = changeLines(created, cart -> carts.removeLine(cart, first));
        assertThat(removed.lines()).extracting(CartLine::sku).containsExactly("b", "c", "d");
        assertThat(List.of(added, increased, changed, removed))
                .extracting(Cart::version)
                .containsExactly(2L, 3L, 4L, 5L);
    }

    @Test
    void addingNoLinesIsNoChange() throws SQLException {
        CreatedCart created = create(line("a", 1));
        QuarkusTransaction.requiringNew()
                .run(() -> assertThat(carts.addLines(lock(created), List.of())).isEqualTo(created.cart()));
        assertThat(stored(created, "version")).isEqualTo("1");
    }

    /** A caller that has only read the cart would overwrite what others have added since. */
    @Test
    void linesOfACartThatHasChangedSinceItWasReadAreNotReplaced() {
        CreatedCart created = create(line("a", 1));
        Cart added = QuarkusTransaction.requiringNew().call(() -> carts.addLines(lock(created), List.of(line("b", 1))));
        assertThatThrownBy(() -> QuarkusTransaction.requiringNew()
                        .run(() -> carts.addLines(created.cart(), List.of(line("c", 1)))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("does not have version 1");
        assertThat(read(created)).isEqualTo(added);
    }

    @Test
    void everyChangeOfTheDetailsIncrementsTheVersionByOneStatement() throws SQLException {
        CreatedCart created = create(line("a", 1), line("b", 2));
        Cart all = update(
                created,
                new CartUpdate(
                        Optional.of("ada@example.org"),
                        Optional.of(ADDRESS),
                        Optional.of(ADDRESS),
                        Optional.of("pickup"),
                        Optional.of(List.of("SPRING", "a,b")),
                        Optional.of("DE123456789")));
        assertThat(all.couponCodes()).containsExactly("SPRING", "a,b");
        assertThat(all.taxId()).contains("DE123456789");
        assertThat(all.lines()).isEqualTo(created.cart().lines());
        Cart unchanged = update(created, NO_CHANGE);
        assertThat(unchanged.email()).contains("ada@example.org");
        assertThat(unchanged.shippingAddress()).contains(ADDRESS);
        assertThat(unchanged.billingAddress()).contains(ADDRESS);
        assertThat(unchanged.shippingMethod()).contains("pickup");
        assertThat(unchanged.couponCodes()).containsExactly("SPRING", "a,b");
        assertThat(unchanged.taxId()).contains("DE123456789");
        Cart without = update(
                created,
                new CartUpdate(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(List.of()),
                        Optional.of("")));
        assertThat(without.couponCodes()).isEmpty();
        assertThat(without.taxId()).isEmpty();
        assertThat(without.email()).contains("ada@example.org");
        assertThat(List.of(all, unchanged, without)).extracting(Cart::version).containsExactly(2L, 3L, 4L);
    }

    @Test
    void everyTransitionOfTheStatusIncrementsTheVersion() throws SQLException {
        CreatedCart created = create();
        transition(created, carts::reopen, false, "open 1");
        transition(created, carts::markCompleted, false, "open 1");
        transition(created, id -> carts.beginCompletion(id, created.token()).isPresent(), true, "completing 2");
        transition(created, carts::reopen, true, "open 3");
        transition(created, id -> carts.beginCompletion(id, created.token()).isPresent(), true, "completing 4");
        transition(created, carts::markCompleted, true, "completed 5");
        transition(created, carts::reopen, false, "completed 5");
        transition(created, carts::markCompleted, false, "completed 5");
    }

    @Test
    void severalChangesInOneTransactionAreSeveralVersions() {
        CreatedCart created = create();
        Cart last = QuarkusTransaction.requiringNew().call(() -> {
            Cart added = carts.addLines(lock(created), List.of(line("a", 1)));
            Cart changed = carts.changeQuantity(added, added.lines().getFirst().id(), 3);
            assertThat(read(created)).isEqualTo(changed);
            return carts.update(id(created), created.token(), NO_CHANGE);
        });
        assertThat(last.version()).isEqualTo(4);
        assertThat(last.lines()).extracting(CartLine::quantity).containsExactly(3);
        assertThat(read(created)).isEqualTo(last);
    }

    @Test
    void addressAndLinesAreStoredAsReadableJson() throws SQLException {
        CreatedCart created = create(line("a", 2));
        update(
                created,
                new CartUpdate(
                        Optional.empty(),
                        Optional.of(ADDRESS),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
        assertThat(stored(created, "shipping_address ->> 'postal_code'")).isEqualTo("SW1Y 4JH");
        assertThat(stored(created, "billing_address IS NULL")).isEqualTo("t");
        CartLine line = created.cart().lines().getFirst();
        assertThat(stored(created, "lines ->> 0"))
                .isEqualTo("{\"id\": \"%s\", \"sku\": \"a\", \"quantity\": 2, \"variant_id\": \"%s\"}"
                        .formatted(line.id().value(), line.variantId().value()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[1]",
                "[{\"id\": \"a\", \"variant_id\": \"b\", \"sku\": \"c\"}]",
                "[{\"id\": \"a\", \"variant_id\": \"b\", \"sku\": \"c\", \"quantity\": 0}]",
                "[{\"id\": \"a\", \"variant_id\": \"b\", \"sku\": \"c\", \"quantity\": 10000}]",
                "[{\"id\": \"a\", \"variant_id\": \"b\", \"sku\": \"c\", \"quantity\": \"2\"}]",
                "[{\"id\": \"a\", \"variant_id\": \"b\", \"quantity\": 2}]"
            })
    void databaseRefusesInvalidLines(String lines) {
        assertRefusedByTheDatabase("'" + lines + "'");
    }

    @Test
    void databaseRefusesTooManyLines() {
        assertRefusedByTheDatabase("""
                (SELECT jsonb_agg('{"id": "a", "variant_id": "b", "sku": "c", "quantity": 2}'::jsonb)
                   FROM generate_series(1, 10001))
                """);
    }

    private void assertRefusedByTheDatabase(String lines) {
        CreatedCart created = create(line("a", 1));
        assertThatThrownBy(() -> database.execute("UPDATE cart.cart SET lines = %s WHERE id = '%s'"
                        .formatted(lines, id(created).value())))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("cart_lines_check");
    }

    @Test
    void wrongTokenGets404AndLocksNothing() {
        CreatedCart created = create(line("a", 1));
        String wrong = create().token();
        for (Runnable use : List.<Runnable>of(
                () -> carts.lock(id(created), wrong),
                () -> carts.update(id(created), wrong, NO_CHANGE),
                () -> carts.beginCompletion(id(created), wrong))) {
            assertThatThrownBy(() -> QuarkusTransaction.requiringNew().run(() -> {
                        try {
                            use.run();
                        } finally {
                            lockFromOutside(created);
                        }
                    }))
                    .isInstanceOfSatisfying(ApiException.class, refused -> assertThat(refused.code())
                            .isEqualTo("not_found"));
        }
        assertThat(read(created)).isEqualTo(created.cart());
    }

    /** Locks the cart in another transaction than the current one. Fails if it would have to wait. */
    private void lockFromOutside(CreatedCart created) {
        QuarkusTransaction.suspendingExisting()
                .call(() -> database.query("SELECT id FROM cart.cart WHERE id = '%s' FOR UPDATE NOWAIT"
                        .formatted(id(created).value())));
    }

    @Test
    void missingCartGets404() {
        CreatedCart created = create();
        for (Runnable use : List.<Runnable>of(
                () -> carts.lock(CartId.random(), created.token()),
                () -> carts.update(CartId.random(), created.token(), NO_CHANGE),
                () -> carts.beginCompletion(CartId.random(), created.token()))) {
            assertThatThrownBy(() -> QuarkusTransaction.requiringNew().run(use))
                    .isInstanceOfSatisfying(ApiException.class, refused -> assertThat(refused.code())
                            .isEqualTo("not_found"));
        }
    }

    @Test
    void cartThatIsNotOpenIsNotChangedAndASecondStatementFindsOutWhy() throws SQLException {
        CreatedCart created = create(line("a", 1));
        Cart completing = beginCompletion(created).orElseThrow();
        assertThat(completing.status()).isEqualTo(CartStatus.COMPLETING);
        assertThat(completing.lines()).isEqualTo(created.cart().lines());
        assertRefused(created, "completion_in_progress");
        assertThat(read(created)).isEqualTo(completing);
        markCompleted(created);
        assertRefused(created, "cart_completed");
        assertThat(stored(created, "status || ' ' || version")).isEqualTo("completed 3");
    }

    private void assertRefused(CreatedCart created, String code) throws SQLException {
        long before = database.countStatements(CART_STATEMENTS);
        assertThatThrownBy(() -> QuarkusTransaction.requiringNew()
                        .call(() -> carts.update(id(created), created.token(), NO_CHANGE)))
                .isInstanceOfSatisfying(ApiException.class, refused -> assertThat(refused.code())
                        .isEqualTo(code));
        assertThat(beginCompletion(created)).isEmpty();
        assertThat(database.countStatements(CART_STATEMENTS) - before).isEqualTo(2 + 2);
        assertThatThrownBy(() -> QuarkusTransaction.requiringNew()
                        .call(() -> carts.addLines(lock(created), List.of(line("b", 1)))))
                .isInstanceOfSatisfying(ApiException.class, refused -> assertThat(refused.code())
                        .isEqualTo(code));
    }

    @Test
    void lockThatHasWaitedReturnsTheLinesOfThePreviousHolder() throws Exception {
        CreatedCart created = create();
        Cart locked = whileLocked(created, ONE_LINE, () -> lock(created));
        assertThat(locked.version()).isEqualTo(2);
        assertThat(locked.lines()).extracting(CartLine::quantity).containsExactly(7);
    }

    @Test
    void updateThatHasWaitedKeepsTheLinesOfThePreviousHolder() throws Exception {
        CreatedCart created = create();
        Cart updated = whileLocked(created, ONE_LINE, () -> carts.update(id(created), created.token(), NO_CHANGE));
        assertThat(updated.version()).isEqualTo(3);
        assertThat(updated.lines()).extracting(CartLine::quantity).containsExactly(7);
        assertThat(read(created)).isEqualTo(updated);
    }

    @Test
    void completionThatHasWaitedIsRefusedIfThePreviousHolderBeganOne() throws Exception {
        CreatedCart created = create();
        Optional<Cart> second = whileLocked(
                created, "status = 'completing'", () -> carts.beginCompletion(id(created), created.token()));
        assertThat(second).isEmpty();
        assertThat(stored(created, "status || ' ' || version")).isEqualTo("completing 2");
    }

    /**
     * Runs the work in a transaction that waits for another one, which changes the cart by this assignment and commits.
     */
    private <T> T whileLocked(CreatedCart created, String assignment, Callable<T> work) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                Connection holder = primary.getConnection();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            try {
                statement.execute("UPDATE cart.cart SET version = version + 1, %s WHERE id = '%s'"
                        .formatted(assignment, id(created).value()));
                CompletableFuture<T> result = new CompletableFuture<>();
                Future<?> waiting =
                        threads.submit(() -> ShopDatabase.inTransaction(() -> result.complete(work.call())));
                await().until(() -> waiting.isDone() || countWaiting() > 0);
                assertThat(waiting).isNotDone();
                holder.commit();
                waiting.get();
                return result.join();
            } finally {
                holder.rollback();
                holder.setAutoCommit(true);
            }
        }
    }

    private int countWaiting() throws SQLException {
        return Integer.parseInt(database.query("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                + " AND query LIKE '%cart.cart%'"));
    }

    private CreatedCart create(NewCartLine... lines) {
        return QuarkusTransaction.requiringNew().call(() -> carts.create("GBP", Optional.empty(), List.of(lines)));
    }

    private Cart read(CreatedCart created) {
        return carts.read(id(created), created.token());
    }

    private Cart lock(CreatedCart created) {
        return carts.lock(id(created), created.token());
    }

    private Optional<Cart> beginCompletion(CreatedCart created) {
        return QuarkusTransaction.requiringNew().call(() -> carts.beginCompletion(id(created), created.token()));
    }

    private void markCompleted(CreatedCart created) {
        QuarkusTransaction.requiringNew().run(() -> carts.markCompleted(id(created)));
    }

    /** Locks the cart by one statement and changes its lines by another. */
    private Cart changeLines(CreatedCart created, UnaryOperator<Cart> change) throws SQLException {
        return change(created, 2, () -> change.apply(lock(created)));
    }

    /** Changes the details of the cart by one statement. */
    private Cart update(CreatedCart created, CartUpdate update) throws SQLException {
        return change(created, 1, () -> carts.update(id(created), created.token(), update));
    }

    /** Changes the cart, and checks what is stored and the number of statements. */
    private Cart change(CreatedCart created, int statements, Callable<Cart> change) throws SQLException {
        backdate(created);
        long before = database.countStatements(CART_STATEMENTS);
        Cart changed = QuarkusTransaction.requiringNew().call(change);
        assertThat(database.countStatements(CART_STATEMENTS) - before).isEqualTo(statements);
        assertThat(read(created)).isEqualTo(changed);
        assertThat(stored(created, "updated_at > now() - interval '1 hour'")).isEqualTo("t");
        return changed;
    }

    private void transition(CreatedCart created, Predicate<CartId> transition, boolean changed, String expected)
            throws SQLException {
        backdate(created);
        long statements = database.countStatements(CART_STATEMENTS);
        assertThat(QuarkusTransaction.requiringNew().call(() -> transition.test(id(created))))
                .isEqualTo(changed);
        assertThat(database.countStatements(CART_STATEMENTS) - statements).isEqualTo(1);
        assertThat(stored(created, "status || ' ' || version")).isEqualTo(expected);
        assertThat(stored(created, "updated_at > now() - interval '1 hour'")).isEqualTo(changed ? "t" : "f");
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
