package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fondaco.ConcurrentRunner;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.replay.ShopClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Concurrent requests over HTTP at two pods: each unit of stock is sold once, to the last one, nobody is charged twice,
 * promotions give away what they may, and prices change at their instant (fault matrix rows 1, 13, 18 and 19). The
 * invariants must hold after each test. {@code -Dfaults.races} sets how often the tests that depend on timing are
 * repeated.
 */
class SellingRacesIT {
    private static final Logger LOG = Logger.getLogger(SellingRacesIT.class);
    private static final int RACES = Integer.getInteger("faults.races", 50);
    private static final int CONCURRENCY = 10;
    private static final Duration PRICE_CHANGE_HALF =
            Duration.ofSeconds(Math.max(Integer.getInteger("faults.seconds", 4), 4));
    private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    private static Path directory;

    private static ShopCluster shop;

    @BeforeAll
    static void open() {
        shop = ShopCluster.open("races", directory, Map.of("FONDACO_CHECKOUT_PENDING_PAYMENT_QUERY_DELAY", "1s"));
    }

    @AfterAll
    static void close() {
        if (shop != null) {
            shop.close();
        }
    }

    @AfterEach
    void checkInvariants() {
        InvariantChecks.awaitNoViolations(shop.database(), SETTLE_TIMEOUT);
    }

    @Test
    void tenBuyersPerUnitSellExactlyTheStock() throws Exception {
        int units = Math.max(RACES / 10, 20);
        String sku = shop.createProduct(Map.of("main", units));
        List<ShopClient.GuestCart> carts = createCarts(10 * units, sku, 1);
        List<String> outcomes = ConcurrentRunner.runAll(
                carts.size(), i -> ShopCluster.statusAndCode(shop.complete(i, carts.get(i), "tok_ok", key())));
        assertThat(outcomes.stream().filter("201"::equals).count()).isEqualTo(units);
        assertThat(outcomes).containsOnly("201", "409 out_of_stock");
        assertThat(countOrderLines(sku)).isEqualTo(Integer.toString(units));
        assertThat(shop.query("SELECT available FROM inventory.stock_level WHERE sku = '%s'".formatted(sku)))
                .isEqualTo("0");
    }

    @Test
    void stockAtTwoLocationsIsSoldToTheLastUnitThatFits() throws Exception {
        String sku = shop.createProduct(Map.of("north", 31, "south", 20));
        List<ShopClient.GuestCart> carts = createCarts(100, sku, 3);
        List<String> outcomes = ConcurrentRunner.runAll(
                carts.size(), i -> ShopCluster.statusAndCode(shop.complete(i, carts.get(i), "tok_ok", key())));
        assertThat(outcomes).containsOnly("201", "409 out_of_stock");
        assertThat(countOrderLines(sku)).isEqualTo("17");
        assertThat(shop.query("SELECT sum(available) FROM inventory.stock_level WHERE sku = '%s'".formatted(sku)))
                .isEqualTo("0");
    }

    @Test
    void concurrentEditsOfOneCartLoseNothing() throws Exception {
        String popular = shop.createProduct(Map.of("main", 1_000));
        String other = shop.createProduct(Map.of("main", 1_000));
        ShopClient.GuestCart guestCart = shop.client(0).openCart("GBP", "ada@example.com", List.of());
        ConcurrentRunner.runAll(64, i -> {
            for (int round = 0; round < 5; round++) {
                add(i, guestCart, popular, 1);
            }
            return add(i, guestCart, other, 2);
        });
        JsonNode lines = shop.client(1)
                .get(guestCart.path(), guestCart.token())
                .expect(200)
                .body()
                .get("lines");
        assertThat(lines).hasSize(2);
        lines.forEach(line -> assertThat(line.get("quantity").asInt())
                .isEqualTo(line.get("sku").asText().equals(popular) ? 64 * 5 : 64 * 2));
    }

    @Test
    void fiftyRequestsWithOneKeyCreateOneOrder() throws Exception {
        String sku = shop.createProduct(Map.of("main", 50));
        ShopClient.GuestCart guestCart = shop.createCart(0, sku, 1);
        String key = key();
        List<String> orders = ConcurrentRunner.runAll(50, i -> shop.complete(i, guestCart, "tok_ok", key)
                .expect(201)
                .body()
                .get("id")
                .asText());
        assertThat(orders.stream().distinct()).hasSize(1);
        assertThat(countOrderLines(sku)).isEqualTo("1");
    }

    @Test
    void raceOfClientAndWebhookCreatesOneOrderAndOneCharge() throws Exception {
        String sku = shop.createProduct(Map.of("main", RACES));
        for (int start = 0; start < RACES; start += CONCURRENCY) {
            int count = Math.min(CONCURRENCY, RACES - start);
            List<ShopClient.GuestCart> carts = createCarts(count, sku, 1);
            String key = key();
            ConcurrentRunner.runAll(2 * count, i -> {
                ShopClient.GuestCart guestCart = carts.get(i / 2);
                if (i % 2 == 0) {
                    shop.complete(0, guestCart, "tok_async", key).expect(201, 202);
                } else {
                    String reference = awaitCharge(guestCart);
                    // The webhook comes twice, and the client repeats its request in between.
                    shop.sendCapturedWebhook(1, reference).expect(204);
                    shop.complete(1, guestCart, "tok_async", key).expect(201, 202);
                    shop.sendCapturedWebhook(0, reference).expect(204);
                }
                return guestCart;
            });
        }
        InvariantChecks.awaitNoViolations(shop.database(), SETTLE_TIMEOUT);
        assertThat(countOrderLines(sku)).isEqualTo(Integer.toString(RACES));
        assertThat(shop.query("""
                        SELECT count(*) FROM "order".orders o JOIN "order".line l ON l.order_id = o.id
                         WHERE l.sku = '%s' AND o.status = 'confirmed' AND o.payment_status = 'captured'
                           AND (SELECT count(*) FROM payment.payment p WHERE p.order_id = o.id) = 1
                        """.formatted(sku))).isEqualTo(Integer.toString(RACES));
    }

    @Test
    void twoTabsOfOneCartCreateOneOrder() throws Exception {
        String sku = shop.createProduct(Map.of("main", RACES));
        for (int race = 0; race < RACES; race++) {
            ShopClient.GuestCart guestCart = shop.createCart(race, sku, 1);
            List<String> outcomes = ConcurrentRunner.runAll(
                    2, tab -> ShopCluster.statusAndCode(shop.complete(tab, guestCart, "tok_ok", key())));
            assertThat(outcomes).containsExactlyInAnyOrder("201", "409 cart_completed");
        }
        assertThat(countOrderLines(sku)).isEqualTo(Integer.toString(RACES));
    }

    /**
     * ACIDRain's inventory invariant: never more units are sold than are in stock, whatever the sizes of the orders.
     */
    @Test
    void acidRainStockIsNeverOverdrawnByOrdersOfDifferentSizes() throws Exception {
        String sku = shop.createProduct(Map.of("main", 37));
        List<ShopClient.GuestCart> carts = new ArrayList<>();
        for (int buyer = 0; buyer < 40; buyer++) {
            carts.add(shop.createCart(buyer, sku, 1 + buyer % 5));
        }
        ConcurrentRunner.runAll(
                40, i -> shop.complete(i, carts.get(i), "tok_ok", key()).expect(201, 409));
        // Nothing is left: a rejected order of one unit would have fitted into any rest.
        assertThat(shop.query("SELECT available FROM inventory.stock_level WHERE sku = '%s'".formatted(sku)))
                .isEqualTo("0");
        assertThat(shop.query("SELECT sum(quantity) FROM \"order\".line WHERE sku = '%s'".formatted(sku)))
                .isEqualTo("37");
    }

    /**
     * ACIDRain's voucher invariant: a coupon with ten uses is redeemed ten times, whatever the order of the requests.
     */
    @Test
    void acidRainCouponWithTenUsesIsRedeemedTenTimes() throws Exception {
        String sku = shop.createProduct(Map.of("main", 1_000));
        String coupon = shop.createCoupon(100, 10);
        List<ShopClient.GuestCart> carts = createCarts(64, sku, 1);
        for (ShopClient.GuestCart guestCart : carts) {
            shop.client(0).updateCart(guestCart, Map.of("coupon_codes", List.of(coupon)));
        }
        List<ShopClient.ApiResponse> responses = ConcurrentRunner.runAll(
                64, i -> shop.complete(i, carts.get(i), "tok_ok", key()).expect(201, 409));
        assertThat(responses.stream().map(ShopCluster::statusAndCode)).containsOnly("201", "409 coupon_used_up");
        assertThat(responses.stream().filter(apiResponse -> apiResponse.status() == 201))
                .hasSize(10)
                .allSatisfy(order -> assertThat(
                                order.body().at("/totals/total/amount").asInt())
                        .isEqualTo(400));
        assertThat(countOrderLines(sku)).isEqualTo("10");
        assertThat(shop.query("SELECT available FROM inventory.stock_level WHERE sku = '%s'".formatted(sku)))
                .isEqualTo("990");
    }

    @Test
    void budgetOfAPromotionIsNeitherExceededNorLost() throws Exception {
        new PromotionRaces(shop).sellWithBudget(Math.max(RACES, 60));
    }

    @Test
    void generatedCodeIsRedeemedByOneOfTwoBuyers() throws Exception {
        new PromotionRaces(shop).redeemCodes(Math.max(RACES / 2, 20));
    }

    @Test
    void scheduledPriceAppliesToEveryOrderFromItsInstantOn() throws Exception {
        new PriceChangeRace(shop).run(PRICE_CHANGE_HALF);
    }

    /** ACIDRain's cart invariant: a line that is added during the checkout is either paid for or not in the order. */
    @Test
    void acidRainOrderContainsExactlyThePaidLines() throws Exception {
        String firstSku = shop.createProduct(Map.of("main", RACES));
        String addedSku = shop.createProduct(Map.of("main", RACES * 7));
        int ordersWithAddedLine = 0;
        for (int race = 0; race < RACES; race++) {
            ShopClient.GuestCart guestCart = shop.createCart(race, firstSku, 1);
            ConcurrentLinkedQueue<Integer> added = new ConcurrentLinkedQueue<>();
            List<JsonNode> bodies = ConcurrentRunner.runAll(2, client -> {
                if (client == 0) {
                    return shop.complete(0, guestCart, "tok_ok", key())
                            .expect(201)
                            .body();
                }
                ShopClient.ApiResponse apiResponse = add(1, guestCart, addedSku, 7);
                added.add(apiResponse.status());
                return apiResponse.body();
            });
            JsonNode order = bodies.getFirst();
            boolean containsAddedLine = order.get("lines").size() == 2;
            ordersWithAddedLine += containsAddedLine ? 1 : 0;
            assertThat(added).containsExactly(containsAddedLine ? 200 : 409);
            assertThat(order.get("totals").get("total").get("amount").asLong())
                    .isEqualTo(containsAddedLine ? 4_000 : 500);
            assertThat(shop.query("""
                            SELECT c.amount FROM payment.test_charge c
                             JOIN payment.payment p ON p.reference = c.reference
                             JOIN "order".orders o ON o.id = p.order_id WHERE o.number = %d
                            """.formatted(order.get("number").asLong())))
                    .isEqualTo(order.get("totals").get("total").get("amount").asText());
        }
        LOG.infof("In %d of %d races the line was added before the checkout", ordersWithAddedLine, RACES);
    }

    private static List<ShopClient.GuestCart> createCarts(int count, String sku, int quantity) throws Exception {
        List<ShopClient.GuestCart> all = new ArrayList<>();
        for (int start = 0; start < count; start += CONCURRENCY) {
            int first = start;
            all.addAll(ConcurrentRunner.runAll(
                    Math.min(CONCURRENCY, count - start), i -> shop.createCart(first + i, sku, quantity)));
        }
        return all;
    }

    private static ShopClient.ApiResponse add(int pod, ShopClient.GuestCart guestCart, String sku, int quantity) {
        return shop.client(pod)
                .send(
                        "POST",
                        guestCart.path() + "/lines",
                        guestCart.token(),
                        Map.of(),
                        Map.of("sku", sku, "quantity", quantity));
    }

    /** Waits until the provider has the cart's charge. @return its reference */
    private static String awaitCharge(ShopClient.GuestCart guestCart) {
        String cart = TypeId.parse(
                        "cart", guestCart.path().substring(guestCart.path().lastIndexOf('/') + 1))
                .toString();
        String sql = """
                SELECT coalesce((SELECT p.reference FROM checkout.attempt c
                  JOIN payment.payment p ON p.id = c.payment_id
                  JOIN payment.test_charge t ON t.reference = p.reference WHERE c.cart_id = '%s'), '')
                """.formatted(cart);
        return IntStream.range(0, 100_000)
                .mapToObj(_ -> shop.query(sql))
                .filter(reference -> !reference.isEmpty())
                .findFirst()
                .orElseThrow();
    }

    private static String countOrderLines(String sku) {
        return shop.query("SELECT count(*) FROM \"order\".line WHERE sku = '%s'".formatted(sku));
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }
}
