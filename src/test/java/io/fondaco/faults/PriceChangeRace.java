package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fondaco.ConcurrentRunner;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jboss.logging.Logger;

/** A price list that begins at an instant in the middle of a sale, as at midnight. */
final class PriceChangeRace {
    private static final Logger LOG = Logger.getLogger(PriceChangeRace.class);
    private static final int BUYERS = 10;
    private static final int STOCK = 1_000_000;
    private static final long OLD_PRICE = 500;
    private static final long NEW_PRICE = 400;

    /** How long after the instant an order that was priced before may be placed. */
    private static final Duration PLACEMENT_TIME = Duration.ofSeconds(1);

    /** The first total is that of the cart, the second is that of the new price. */
    private static final int MAX_TOTALS = 3;

    private final ShopCluster shop;

    /** Each cart has a line of each, so that an order with two prices would be noticed. */
    private final List<String> skus;

    PriceChangeRace(ShopCluster shop) {
        this.shop = shop;
        this.skus = List.of(shop.createProduct(Map.of("main", STOCK)), shop.createProduct(Map.of("main", STOCK)));
    }

    /**
     * An order.
     *
     * @param sentAt when its request was sent, before it was priced
     * @param receivedAt when its response had arrived
     * @param expectedTotal that the request named, in pence
     * @param unitPrices of its lines, without duplicates
     */
    private record Purchase(Instant sentAt, Instant receivedAt, long expectedTotal, Set<Long> unitPrices, long total) {}

    /** @param half how long buyers buy before the change, and after it */
    void run(Duration half) throws Exception {
        List<ShopClient.GuestCart> openCarts = ConcurrentRunner.runAll(BUYERS, this::createCart);
        Instant midnight = Instant.now().plus(half).truncatedTo(ChronoUnit.MILLIS);
        schedule(midnight);
        List<Purchase> purchases =
                ConcurrentRunner.runAll(BUYERS, buyer -> buyUntil(midnight.plus(half), buyer)).stream()
                        .flatMap(List::stream)
                        .toList();

        assertThat(purchases).allSatisfy(purchase -> {
            assertThat(purchase.unitPrices()).as("one price").isIn(Set.of(OLD_PRICE), Set.of(NEW_PRICE));
            assertThat(purchase.total())
                    .isEqualTo(purchase.expectedTotal())
                    .isEqualTo(skus.size() * purchase.unitPrices().iterator().next());
        });
        assertThat(purchases)
                .filteredOn(purchase -> purchase.receivedAt().isBefore(midnight))
                .isNotEmpty()
                .extracting(Purchase::unitPrices)
                .containsOnly(Set.of(OLD_PRICE));
        assertThat(purchases)
                .filteredOn(purchase -> !purchase.sentAt().isBefore(midnight))
                .isNotEmpty()
                .extracting(Purchase::unitPrices)
                .containsOnly(Set.of(NEW_PRICE));
        assertThat(countOrders(OLD_PRICE, ">", midnight.plus(TestTiming.scaled(PLACEMENT_TIME))))
                .as("orders for the old price after the change")
                .isEqualTo("0");
        assertThat(countOrders(NEW_PRICE, "<", midnight))
                .as("orders for the new price before the change")
                .isEqualTo("0");
        sellOpenCarts(openCarts);
        LOG.infof("%d orders around the change of the price", purchases.size());
    }

    private void schedule(Instant midnight) {
        ShopClient staff = shop.client(0);
        Map<String, Object> list = Map.of("name", "Midnight", "currency", "GBP", "valid_from", midnight.toString());
        String id = staff.send("POST", "/admin/v1/price-lists", PackagedApp.ADMIN_KEY, Map.of(), list)
                .expect(201)
                .body()
                .get("id")
                .asText();
        List<Map<String, Object>> prices = skus.stream()
                .map(sku -> Map.<String, Object>of("sku", sku, "min_quantity", 1, "price", gbp(NEW_PRICE)))
                .toList();
        staff.send("PUT", "/admin/v1/price-lists/%s/prices".formatted(id), PackagedApp.ADMIN_KEY, Map.of(), prices)
                .expect(200);
    }

    private ShopClient.GuestCart createCart(int pod) {
        ShopClient client = shop.client(pod);
        ShopClient.GuestCart cart = client.openCart(
                "GBP",
                UUID.randomUUID() + "@example.com",
                skus.stream().map(sku -> Map.of("sku", sku, "quantity", 1)).toList());
        client.updateCart(cart, Map.of("shipping_method", "pickup"));
        return cart;
    }

    private List<Purchase> buyUntil(Instant end, int buyer) {
        List<Purchase> purchases = new ArrayList<>();
        for (int pod = buyer; Instant.now().isBefore(end); pod++) {
            ShopClient.GuestCart cart = createCart(pod);
            purchases.add(buy(pod, cart, shownTotal(pod, cart)));
            TestTiming.pause();
        }
        return purchases;
    }

    private JsonNode shownTotal(int pod, ShopClient.GuestCart cart) {
        return shop.client(pod)
                .get(cart.path(), cart.token())
                .expect(200)
                .body()
                .at("/totals/total");
    }

    /** Completes the cart with the total that it showed, or else with the total that the response states. */
    private Purchase buy(int pod, ShopClient.GuestCart cart, JsonNode shownTotal) {
        JsonNode expected = shownTotal;
        for (int total = 0; total < MAX_TOTALS; total++) {
            Instant sentAt = Instant.now();
            ShopClient.ApiResponse response = shop.complete(pod, cart, expected);
            Instant receivedAt = Instant.now();
            if (response.status() == 201) {
                return new Purchase(
                        sentAt,
                        receivedAt,
                        expected.get("amount").asLong(),
                        unitPrices(response.body()),
                        response.body().at("/totals/total/amount").asLong());
            }
            assertThat(ShopCluster.statusAndCode(response)).isEqualTo("409 price_changed");
            expected = response.body().get("total");
        }
        throw new AssertionError("The total changed %d times: %s".formatted(MAX_TOTALS, expected));
    }

    private static Set<Long> unitPrices(JsonNode order) {
        Set<Long> prices = new HashSet<>();
        order.get("lines")
                .forEach(line -> prices.add(line.at("/unit_price/amount").asLong()));
        return prices;
    }

    /** Carts that were filled before the change are not sold for a total that their owners did not see. */
    private void sellOpenCarts(List<ShopClient.GuestCart> openCarts) {
        for (int pod = 0; pod < openCarts.size(); pod++) {
            ShopClient.GuestCart cart = openCarts.get(pod);
            JsonNode newTotal = shownTotal(pod, cart);
            assertThat(newTotal.get("amount").asLong()).isEqualTo(skus.size() * NEW_PRICE);
            ShopClient.ApiResponse refused = shop.complete(pod, cart, gbp(skus.size() * OLD_PRICE));
            assertThat(ShopCluster.statusAndCode(refused)).isEqualTo("409 price_changed");
            assertThat(refused.body().get("total")).isEqualTo(newTotal);
            assertThat(buy(pod, cart, newTotal).unitPrices()).containsExactly(NEW_PRICE);
        }
    }

    private String countOrders(long unitPrice, String comparison, Instant instant) {
        return shop.query("""
            SELECT count(*) FROM "order".orders o JOIN "order".line l ON l.order_id = o.id
             WHERE l.sku IN ('%s') AND l.unit_price = %d AND o.created_at %s '%s'
            """.formatted(String.join("', '", skus), unitPrice, comparison, instant));
    }

    private static Map<String, Object> gbp(long pence) {
        return Map.of("amount", pence, "currency", "GBP");
    }
}
