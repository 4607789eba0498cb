package io.fondaco.model;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.fondaco.faults.SellingShop;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The shop as a sequence reaches it over HTTP, with SKUs, a coupon, carts and orders of its own; and as time passes in it. */
final class ShopFront implements AutoCloseable {
    private static final Executor THREADS =
            task -> Thread.ofVirtual().name("shopper").start(task);
    private static final Duration POLL = Duration.ofMillis(10);
    private static final Duration BEGUN = Duration.ofSeconds(20);
    private static final long ANSWERED_SECONDS = 60;

    private final SellingShop shop;
    private final ShopClient client;
    private final HeldProvider provider;
    private final String name;
    private final String coupon;
    private final Map<Cart, ShopClient.Basket> baskets = new HashMap<>();
    private final Map<Cart, JsonNode> carts = new HashMap<>();
    private final Map<Attempt, Request> requests = new HashMap<>();
    private final Map<Attempt, CompletableFuture<ShopClient.Answer>> underWay = new HashMap<>();
    private final Map<Order, JsonNode> orders = new HashMap<>();
    private Optional<Verb> last = Optional.empty();

    /** @param name of its SKUs, which are on the shelves already */
    ShopFront(SellingShop shop, ShopClient client, HeldProvider provider, String name) {
        this.shop = shop;
        this.client = client;
        this.provider = provider;
        this.name = name;
        this.coupon = shop.coupon(Map.of("kind", "percentage", "basis_points", 2_000), Model.COUPON_USES);
        client.send(
                        "PUT",
                        "/admin/v1/stock/" + sku(name, Sku.AHEAD) + "/selling-policy",
                        PackagedApp.ADMIN_KEY,
                        Map.of("If-Match", "*"),
                        Map.of("policy", "backorder", "limit", Sku.AHEAD.backorderLimit()))
                .expect(200);
    }

    static String sku(String name, Sku sku) {
        return name + "-" + sku;
    }

    /** A completion as it was sent. */
    private record Request(String key, Map<String, Object> body) {}

    /** What the staff did. */
    private record Verb(String path, String key, Map<String, ?> body, ShopClient.Answer answer) {}

    ShopClient.Answer open(Cart cart, Sku sku, int units) {
        ShopClient.Basket basket = client.openCart(
                "GBP", name + "@example.com", List.of(Map.of("sku", sku(name, sku), "quantity", units)));
        baskets.put(cart, basket);
        return shopper(cart, "PATCH", "", Map.of("shipping_method", "pickup"));
    }

    ShopClient.Answer add(Cart cart, Sku sku, int units) {
        return shopper(cart, "POST", "/lines", Map.of("sku", sku(name, sku), "quantity", units));
    }

    ShopClient.Answer set(Cart cart, Sku sku, int units) {
        return shopper(cart, "PATCH", "/lines/" + line(carts.get(cart), sku), Map.of("quantity", units));
    }

    ShopClient.Answer remove(Cart cart, Sku sku) {
        return shopper(cart, "DELETE", "/lines/" + line(carts.get(cart), sku), Map.of());
    }

    ShopClient.Answer coupon(Cart cart, boolean on) {
        return shopper(cart, "PATCH", "", Map.of("coupon_codes", on ? List.of(coupon) : List.of()));
    }

    private ShopClient.Answer shopper(Cart cart, String method, String path, Map<String, ?> body) {
        ShopClient.Basket basket = baskets.get(cart);
        ShopClient.Answer answer =
                client.send(method, basket.path() + path, basket.token(), Map.of("Idempotency-Key", key()), body);
        if (answer.status() == 200) {
            carts.put(cart, answer.body());
        }
        return answer;
    }

    ShopClient.Answer complete(Attempt attempt) {
        Request request = request(attempt);
        requests.put(attempt, request);
        ShopClient.Answer answer = send(attempt, request);
        attempt.order().ifPresent(order -> orders.put(order, answer.body()));
        return answer;
    }

    private static Request request(Attempt attempt) {
        return new Request(
                key(), Map.of("payment", payment(attempt.payment()), "expected_total", money(attempt.expectedTotal())));
    }

    private static Map<String, String> payment(Payment payment) {
        return Map.of("provider", payment.provider(), "token", payment.token());
    }

    private ShopClient.Answer send(Attempt attempt, Request request) {
        ShopClient.Basket basket = baskets.get(attempt.cart());
        return client.send(
                "POST",
                basket.path() + "/complete",
                basket.token(),
                Map.of("Idempotency-Key", request.key()),
                request.body());
    }

    /** @return the answer of a completion that does not even come to its provider */
    Optional<ShopClient.Answer> begin(Attempt attempt) {
        Request request = request(attempt);
        requests.put(attempt, request);
        provider.hold(id(attempt.cart()));
        CompletableFuture<ShopClient.Answer> answer =
                CompletableFuture.supplyAsync(() -> send(attempt, request), THREADS);
        underWay.put(attempt, answer);
        await().atMost(BEGUN)
                .pollDelay(Duration.ZERO)
                .pollInterval(POLL)
                .until(() -> answer.isDone() || status(attempt.cart()).equals("completing"));
        return answer.isDone() ? Optional.of(answer.join()) : Optional.empty();
    }

    private String status(Cart cart) {
        ShopClient.Basket basket = baskets.get(cart);
        return client.get(basket.path(), basket.token())
                .expect(200)
                .body()
                .get("status")
                .asText();
    }

    /** The provider answers. */
    ShopClient.Answer letGo(Attempt attempt) {
        provider.letGo(id(attempt.cart()));
        ShopClient.Answer answer = underWay.remove(attempt)
                .orTimeout(ANSWERED_SECONDS, TimeUnit.SECONDS)
                .join();
        attempt.order().ifPresent(order -> orders.put(order, answer.body()));
        return answer;
    }

    ShopClient.Answer repeat(Attempt attempt) {
        return send(attempt, requests.get(attempt));
    }

    ShopClient.Answer repeatWithOtherContent(Attempt attempt) {
        Map<String, Object> body = Map.of("payment", Map.of("provider", "test", "token", "tok_slow"));
        return send(attempt, new Request(requests.get(attempt).key(), body));
    }

    void expire(Attempt attempt) {
        shop.database().primary().execute("""
                UPDATE inventory.reservation SET expires_at = now() - interval '1 second'
                 WHERE id = (SELECT reservation_id FROM checkout.completion WHERE cart_id = '%s' AND state = 'reserved')
                """.formatted(id(attempt.cart())));
    }

    /** Lets the recovery job take up what it would leave to the provider's webhook for a while. */
    void recover(Order order) {
        shop.database()
                .primary()
                .execute("UPDATE checkout.completion SET locked_until = now() WHERE order_id = '%s'"
                        .formatted(TypeId.parse("order", orderId(order))));
    }

    ShopClient.Answer tell(Order order, boolean captured) {
        String reference = view(order).at("/payments/0/reference").asText();
        return SellingShop.tell(client, reference, captured ? "payment.captured" : "payment.declined");
    }

    ShopClient.Answer verb(Order order, String verb, Map<String, ?> body) {
        return staff("/admin/v1/orders/" + orderId(order) + "/" + verb, body);
    }

    List<Map<String, Object>> units(Order order, Sku sku, int units) {
        return List.of(Map.of("line_id", line(orders.get(order), sku), "quantity", units));
    }

    ShopClient.Answer adjust(Step.Place place, Map<String, Integer> change) {
        Map<String, Object> body = new HashMap<>(change);
        body.put("sku", sku(name, place.sku()));
        body.put("location", place.location());
        body.put("create_location", true);
        return staff("/admin/v1/stock/adjustments", body);
    }

    private ShopClient.Answer staff(String path, Map<String, ?> body) {
        String key = key();
        ShopClient.Answer answer = staff(path, key, body);
        if (answer.status() < 300) {
            last = Optional.of(new Verb(path, key, body, answer));
        }
        return answer;
    }

    private ShopClient.Answer staff(String path, String key, Map<String, ?> body) {
        return client.send("POST", path, PackagedApp.ADMIN_KEY, Map.of("Idempotency-Key", key), body);
    }

    /** What the staff was told last time it did something. */
    Optional<ShopClient.Answer> lastAnswer() {
        return last.map(Verb::answer);
    }

    ShopClient.Answer again() {
        Verb verb = last.orElseThrow();
        return staff(verb.path(), verb.key(), verb.body());
    }

    /** As the staff sees it. */
    JsonNode view(Order order) {
        return read("/admin/v1/orders/" + orderId(order));
    }

    JsonNode levels() {
        String skus =
                Stream.of(Sku.values()).map(sku -> "sku=" + sku(name, sku)).collect(Collectors.joining("&"));
        return read("/admin/v1/stock?" + skus);
    }

    int couponsUsed() {
        return read("/admin/v1/promotions?code=" + coupon).at("/data/0/used").asInt();
    }

    private JsonNode read(String path) {
        return client.get(path, PackagedApp.ADMIN_KEY).expect(200).body();
    }

    static Map<String, Object> money(int pence) {
        return Map.of("amount", pence, "currency", "GBP");
    }

    private String orderId(Order order) {
        return orders.get(order).get("id").asText();
    }

    private UUID id(Cart cart) {
        String path = baskets.get(cart).path();
        return TypeId.parse("cart", path.substring(path.lastIndexOf('/') + 1));
    }

    private static String line(JsonNode cartOrOrder, Sku sku) {
        for (JsonNode line : cartOrOrder.get("lines")) {
            if (Told.sku(line) == sku) {
                return line.get("id").asText();
            }
        }
        throw new AssertionError("No line with %s in %s".formatted(sku, cartOrOrder));
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }

    /** Lets go of what is held still, so that nobody waits for it. */
    @Override
    public void close() {
        List.copyOf(underWay.keySet()).forEach(this::letGo);
    }
}
