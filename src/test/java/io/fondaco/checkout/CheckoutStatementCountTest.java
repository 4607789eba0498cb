package io.fondaco.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItems;

import io.agroal.api.AgroalDataSource;
import io.fondaco.ShopDatabase;
import io.fondaco.pricing.PriceListFixture;
import io.fondaco.promotion.AutomaticPromotionFixture;
import io.quarkus.agroal.DataSource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The database statements of a checkout, as the database counts them. */
@QuarkusTest
class CheckoutStatementCountTest {
    /** So many that the statements of concurrent jobs are less than one per checkout. */
    private static final int CHECKOUTS = 40;

    @Inject
    ProductFixture productFixture;

    @Inject
    ShopDatabase database;

    @Inject
    @DataSource("primary")
    AgroalDataSource pool;

    /**
     * Items with their prices in three price lists, the lists, shipping rates and the promotion are in the cache, as
     * they are while others buy the same. Every request
     * that writes also queries the position of its commit, by a statement that concurrent requests share.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 10})
    void requestsOfACheckoutExecuteFewStatementsForAnyNumberOfLines(int lines) throws SQLException {
        List<String> skus = Stream.generate(() -> productFixture.createProduct(250, 1_000))
                .limit(lines)
                .toList();
        for (int priority = 0; priority < 3; priority++) {
            PriceListFixture list = PriceListFixture.create(Map.of("priority", priority));
            skus.forEach(sku -> list.setPrices(PriceListFixture.row(sku, 1, 240), PriceListFixture.row(sku, 5, 230)));
        }
        String coupon = CouponFixture.percentageOff(1_000, Map.of()).code();
        countAll(skus, coupon, 1);
        assertThat(countAll(skus, coupon, CHECKOUTS))
                .containsExactly(
                        Map.entry("create", 2L),
                        Map.entry("address and coupon", 2L),
                        Map.entry("shipping methods", 1L),
                        Map.entry("shipping method", 2L),
                        Map.entry("complete", 13L));
    }

    /** Tax rates and settings are in the cache as well. Every line reaches a tier of its price list. */
    @ParameterizedTest
    @ValueSource(ints = {1, 10})
    void taxesPriceListsAndPromotionsTogetherAddNoStatement(int lines) throws SQLException {
        List<String> skus = Stream.generate(() -> productFixture.createProduct(250, 1_000))
                .limit(lines)
                .toList();
        PriceListFixture list = PriceListFixture.create(Map.of("countries", List.of("GB"), "tax_included", false));
        skus.forEach(sku -> list.setPrices(PriceListFixture.row(sku, 1, 240), PriceListFixture.row(sku, 5, 230)));
        Map<String, Object> ofTheseLines = Map.of("conditions", List.of(Map.of("type", "skus", "skus", skus)));
        Map<String, Object> percentage = Map.of("type", "percentage", "basis_points", 1_000);
        Map<String, Object> buyTwoGetOne = Map.of("type", "buy_x_get_y", "buy", 2, "get", 1);
        try (TaxFixture _ = new TaxFixture(true, "GB", false)
                        .withRate("Counted VAT", "GB", "0.2")
                        .withRate("Counted levy", "GB", "0.015");
                AutomaticPromotionFixture _ =
                        AutomaticPromotionFixture.create(skus.getFirst(), percentage, ofTheseLines);
                AutomaticPromotionFixture _ =
                        AutomaticPromotionFixture.create(skus.getFirst(), buyTwoGetOne, ofTheseLines)) {
            String coupon = CouponFixture.percentageOff(1_000, Map.of("combinable", true))
                    .code();
            assertEverythingApplies(skus, coupon);
            countAll(skus, 5, coupon, 1);
            assertThat(countAll(skus, 5, coupon, CHECKOUTS))
                    .containsExactly(
                            Map.entry("create", 2L),
                            Map.entry("address and coupon", 2L),
                            Map.entry("shipping methods", 1L),
                            Map.entry("shipping method", 2L),
                            Map.entry("complete", 13L));
        }
    }

    private static void assertEverythingApplies(List<String> skus, String coupon) {
        Shopper shopper = Shopper.withCart(skus, 5);
        shopper.request().body(details(coupon)).patch(shopper.path("")).then().statusCode(200);
        shopper.getCart()
                .then()
                .body("lines.unit_price.amount", everyItem(equalTo(230)))
                .body("lines.price_includes_tax", everyItem(equalTo(false)))
                .body("tax_lines.name", hasItems("Counted VAT", "Counted levy"))
                .body("discounts.kind", containsInAnyOrder("percentage", "buy_x_get_y", "percentage"));
    }

    /** They are in the cache as well, and are redeemed by the statement that redeems the coupon. */
    @Test
    void automaticPromotionsAddNoStatement() throws SQLException {
        String sku = productFixture.createProduct(250, 1_000);
        Map<String, Object> percentage = Map.of("type", "percentage", "basis_points", 1_000);
        Map<String, Object> amount = Map.of("type", "amount", "amounts", List.of(CouponFixture.gbp(10)));
        try (AutomaticPromotionFixture _ = AutomaticPromotionFixture.create(sku, percentage, Map.of());
                AutomaticPromotionFixture _ = AutomaticPromotionFixture.create(sku, amount, Map.of())) {
            String coupon = CouponFixture.percentageOff(1_000, Map.of("combinable", true))
                    .code();
            countAll(List.of(sku), coupon, 1);
            assertThat(countAll(List.of(sku), coupon, CHECKOUTS))
                    .containsExactly(
                            Map.entry("create", 2L),
                            Map.entry("address and coupon", 2L),
                            Map.entry("shipping methods", 1L),
                            Map.entry("shipping method", 2L),
                            Map.entry("complete", 13L));
        }
    }

    /** Statements per request, by request. */
    private Map<String, Long> countAll(List<String> skus, String coupon, int checkouts) throws SQLException {
        return countAll(skus, 1, coupon, checkouts);
    }

    /** @param quantity of each line */
    private Map<String, Long> countAll(List<String> skus, int quantity, String coupon, int checkouts)
            throws SQLException {
        Map<String, Long> counts = new LinkedHashMap<>();
        List<Shopper> shoppers = new ArrayList<>();
        count(counts, "create", checkouts, _ -> shoppers.add(Shopper.withCart(skus, quantity)));
        Map<String, Object> details = details(coupon);
        count(counts, "address and coupon", checkouts, n -> patch(shoppers.get(n), details));
        count(counts, "shipping methods", checkouts, n -> {
            Shopper shopper = shoppers.get(n);
            shopper.request().get(shopper.path("/shipping-methods")).then().statusCode(200);
        });
        count(counts, "shipping method", checkouts, n -> patch(shoppers.get(n), Map.of("shipping_method", "standard")));
        count(counts, "complete", checkouts, n -> shoppers.get(n)
                .complete("tok_ok")
                .then()
                .statusCode(201));
        return counts;
    }

    private static Map<String, Object> details(String coupon) {
        return Map.of(
                "shipping_address",
                Map.of(
                        "name", "Ada Lovelace",
                        "line1", "12 St James's Square",
                        "city", "London",
                        "postal_code", "SW1Y 4JH",
                        "country", "GB"),
                "coupon_codes",
                List.of(coupon));
    }

    private static void patch(Shopper shopper, Map<String, Object> change) {
        shopper.request().body(change).patch(shopper.path("")).then().statusCode(200);
    }

    private void count(Map<String, Long> counts, String request, int times, IntConsumer send) throws SQLException {
        long before = statements();
        IntStream.range(0, times).forEach(send);
        counts.put(request, (statements() - before) / times);
    }

    /**
     * PostgreSQL uses a generic plan unless custom plans look cheaper by more than the cost of planning. It estimates
     * ten elements for an array parameter, so a statement with a shorter array is planned each time; the estimate for
     * the result of a subquery does not depend on the values. With generic plans checkouts are five percent faster.
     */
    @Test
    void checkoutStatementsUseGenericPlans() throws SQLException {
        List<Shopper> shoppers = new ArrayList<>();
        CouponFixture coupon = CouponFixture.amountOff(100, Map.of("usage_limit", CHECKOUTS));
        for (int n = 0; n < CHECKOUTS; n++) {
            Shopper shopper = ready(2);
            shopper.request()
                    .body(Map.of("coupon_codes", List.of(coupon.code())))
                    .patch(shopper.path(""))
                    .then()
                    .statusCode(200);
            shoppers.add(shopper);
        }
        Map<Integer, Map<String, Long>> before = customPlanCounts();
        shoppers.forEach(shopper -> shopper.complete("tok_ok").then().statusCode(201));
        Map<Integer, Map<String, Long>> after = customPlanCounts();
        // A connection that a job was using at either time would count from its start, or not at all.
        after.keySet().retainAll(before.keySet());
        Map<String, Long> meanwhile = new TreeMap<>();
        after.forEach((backend, statements) -> statements.forEach(
                (sql, times) -> meanwhile.merge(sql, times - before.get(backend).getOrDefault(sql, 0L), Long::sum)));
        assertThat(meanwhile)
                .as("prepared statements of the pool's connections")
                .containsKey("COMMIT");
        assertThat(meanwhile.values()).allMatch(times -> times < CHECKOUTS / 2, meanwhile.toString());
    }

    /** The custom plan counts of the pool's prepared statements, by backend process id and statement. */
    private Map<Integer, Map<String, Long>> customPlanCounts() throws SQLException {
        Map<Integer, Map<String, Long>> counts = new TreeMap<>();
        List<Connection> connections = new ArrayList<>();
        try {
            for (long n = pool.getMetrics().availableCount(); n >= 0; n--) {
                connections.add(pool.getConnection());
            }
            for (Connection connection : connections) {
                try (Statement statement = connection.createStatement();
                        ResultSet rows = statement.executeQuery(
                                "SELECT pg_backend_pid(), statement, custom_plans FROM pg_prepared_statements")) {
                    while (rows.next()) {
                        counts.computeIfAbsent(rows.getInt(1), _ -> new TreeMap<>())
                                .merge(rows.getString(2), rows.getLong(3), Long::sum);
                    }
                }
            }
        } finally {
            for (Connection connection : connections) {
                connection.close();
            }
        }
        return counts;
    }

    private Shopper ready(int lines) {
        Shopper shopper = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 1);
        for (int line = 1; line < lines; line++) {
            shopper.addLine(productFixture.createProduct(250, 10), 1).then().statusCode(200);
        }
        return shopper;
    }

    /** The statements of shoppers, staff and providers, without those that read events and invalidations. */
    private long statements() throws SQLException {
        return database.countStatements(
                "(\\m(cart|catalog|checkout|idempotency|inventory|payment|pricing|promotion|shipping|tax)|\"order\")\\.[a-z]"
                        + "|INSERT INTO messaging.outbox|NOT EXISTS \\(SELECT FROM cache.invalidation");
    }
}
