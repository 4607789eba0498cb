package io.fondaco.cart;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.ShopDatabase;
import io.fondaco.checkout.ProductFixture;
import io.fondaco.checkout.Shopper;
import io.quarkus.agroal.DataSource;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.Connection;
import java.sql.Statement;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class CartExpiryTest {
    private static final Pattern DELETED = Pattern.compile("fondaco_cart_deleted_total(?:\\{[^}]*})? ([0-9.]+)");

    private final CartExpiry expiry;
    private final ProductFixture productFixture;
    private final ShopDatabase database;
    private final javax.sql.DataSource primary;

    CartExpiryTest(
            CartExpiry expiry,
            ProductFixture productFixture,
            ShopDatabase database,
            @DataSource("primary") javax.sql.DataSource primary) {
        this.expiry = expiry;
        this.productFixture = productFixture;
        this.database = database;
        this.primary = primary;
    }

    @BeforeEach
    void deleteExpiredCarts() {
        expiry.deleteExpired();
    }

    @Test
    void unchangedOpenCartIsDeleted() throws Exception {
        Shopper shopper = Shopper.withCart(productFixture.createProduct(250, 10), 1);
        backdate(shopper, 40, 31, "open");
        double before = deleted();
        assertThat(expiry.deleteExpired()).isEqualTo(1);
        shopper.getCart().then().statusCode(404);
        assertThat(deleted()).isEqualTo(before + 1);
    }

    @Test
    void oldCartWithARecentChangeIsKept() throws Exception {
        Shopper shopper = Shopper.withCart(productFixture.createProduct(250, 10), 1);
        backdate(shopper, 400, 29, "open");
        assertThat(expiry.deleteExpired()).isZero();
        shopper.getCart().then().statusCode(200);
    }

    @Test
    void completingOrCompletedCartIsKept() throws Exception {
        for (String status : new String[] {"completing", "completed"}) {
            Shopper shopper = Shopper.withCart(productFixture.createProduct(250, 10), 1);
            backdate(shopper, 400, 400, status);
            assertThat(expiry.deleteExpired()).as(status).isZero();
            shopper.getCart().then().statusCode(200);
        }
    }

    /**
     * While its checkout attempt begins, a cart is still open for other transactions: its lock shows that it is in use.
     */
    @Test
    void lockedCartIsSkipped() throws Exception {
        Shopper locked = Shopper.withCart(productFixture.createProduct(250, 10), 1);
        Shopper other = Shopper.withCart(productFixture.createProduct(250, 10), 1);
        backdate(locked, 41, 41, "open");
        backdate(other, 40, 40, "open");
        try (Connection connection = primary.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            try {
                statement.execute("SELECT FROM cart.cart WHERE id = '" + id(locked) + "' FOR UPDATE");
                assertThat(expiry.deleteExpired()).isEqualTo(1);
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
        locked.getCart().then().statusCode(200);
        other.getCart().then().statusCode(404);
        assertThat(expiry.deleteExpired()).isEqualTo(1);
    }

    private void backdate(Shopper shopper, int created, int changed, String status) throws Exception {
        database.execute("""
                UPDATE cart.cart SET created_at = now() - interval '%d days', updated_at = now() - interval '%d days',
                       status = '%s'
                 WHERE id = '%s'
                """.formatted(created, changed, status, id(shopper)));
    }

    private static UUID id(Shopper shopper) {
        return CartId.parse(shopper.cartId()).value();
    }

    private static double deleted() {
        Matcher metric = DELETED.matcher(given().get("/q/metrics").asString());
        return metric.find() ? Double.parseDouble(metric.group(1)) : 0;
    }
}
