package io.fondaco.cart;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.ShopDatabase;
import io.fondaco.catalog.VariantId;
import io.fondaco.platform.postal.PostalAddress;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.hibernate.Session;
import org.junit.jupiter.api.Test;

/** Each change of a cart, also of its lines only, is one new version with the time of the database. */
@QuarkusTest
class CartVersionTest {
    private static final PostalAddress ADDRESS =
            new PostalAddress("Ada Lovelace", "12 St James's Square", null, "London", null, "SW1Y 4JH", "GB", null);
    private static final CartUpdate NO_CHANGE =
            new CartUpdate(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    private final Carts carts;
    private final ShopDatabase database;
    private final Session session;

    CartVersionTest(Carts carts, ShopDatabase database, Session session) {
        this.carts = carts;
        this.database = database;
        this.session = session;
    }

    @Test
    void everyChangeIncrementsTheVersion() throws SQLException {
        CreatedCart created = create();
        assertThat(created.cart().version()).isEqualTo(1);
        assertThat(stored(created, "version")).isEqualTo("1");

        Cart two = change(created, cart -> carts.addLines(cart, List.of(line("a", 1), line("b", 2))));
        assertThat(two.lines()).extracting(CartLine::sku).containsExactly("a", "b");
        CartLineId first = two.lines().getFirst().id();
        Cart three = change(created, cart -> carts.changeQuantity(cart, first, 5));
        assertThat(three.lines()).extracting(CartLine::quantity).containsExactly(5, 2);
        Cart four = change(created, cart -> carts.removeLine(cart, first));
        assertThat(four.lines()).extracting(CartLine::sku).containsExactly("b");
        Cart five = change(created, cart -> carts.update(cart, NO_CHANGE));
        assertThat(List.of(two, three, four, five)).extracting(Cart::version).containsExactly(2L, 3L, 4L, 5L);
        assertThat(stored(created, "version")).isEqualTo("5");

        QuarkusTransaction.requiringNew().run(() -> carts.markCompleting(id(created)));
        QuarkusTransaction.requiringNew().run(() -> carts.markCompleting(id(created)));
        assertThat(stored(created, "status || ' ' || version")).isEqualTo("completing 6");
        QuarkusTransaction.requiringNew().run(() -> carts.reopen(id(created)));
        assertThat(stored(created, "status || ' ' || version")).isEqualTo("open 7");
    }

    @Test
    void changeOfALineSetsTheTimeOfTheDatabase() throws SQLException {
        CreatedCart created = create();
        String transactionTime = QuarkusTransaction.requiringNew().call(() -> {
            carts.addLines(carts.lock(id(created), created.token()), List.of(line("a", 1)));
            return session.createNativeQuery("SELECT cast(now() AS text) AS time", Time.class)
                    .getSingleResult()
                    .time();
        });
        assertThat(stored(created, "updated_at")).isEqualTo(transactionTime);
    }

    private record Time(String time) {}

    @Test
    void addingAnyNumberOfLinesIsFiveStatementsWithTheLock() throws SQLException {
        CreatedCart created = create();
        long before = database.countStatements("\\mcart\\.[a-z]");
        change(created, cart -> carts.addLines(cart, List.of(line("a", 1), line("b", 1), line("c", 1))));
        assertThat(database.countStatements("\\mcart\\.[a-z]") - before).isEqualTo(5);
    }

    @Test
    void addressIsStoredAsInTheApi() throws SQLException {
        CreatedCart created = create();
        Cart changed = change(
                created,
                cart -> carts.update(
                        cart,
                        new CartUpdate(
                                Optional.of("ada@example.org"),
                                Optional.of(ADDRESS),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(List.of("SPRING")))));
        assertThat(changed.shippingAddress()).contains(ADDRESS);
        assertThat(carts.read(id(created), created.token())).isEqualTo(changed);
        assertThat(stored(created, "shipping_address ->> 'postal_code'")).isEqualTo("SW1Y 4JH");
        assertThat(stored(created, "coupon_codes")).isEqualTo("{SPRING}");
        assertThat(stored(created, "billing_address IS NULL")).isEqualTo("t");
    }

    private CreatedCart create() {
        return QuarkusTransaction.requiringNew().call(() -> carts.create("GBP", Optional.empty()));
    }

    private Cart change(CreatedCart created, UnaryOperator<Cart> change) {
        return QuarkusTransaction.requiringNew().call(() -> change.apply(carts.lock(id(created), created.token())));
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
