package io.fondaco.model;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.fondaco.faults.ShopCluster;
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

/**
 * Sends the requests of one sequence to the shop over HTTP, with the sequence's own SKUs, coupon, carts and orders. It
 * also makes reservations expire and recovery due.
 */
final class ShopDriver implements AutoCloseable {
    private static final Executor VIRTUAL_THREADS =
            task -> Thread.ofVirtual().name("shopper").start(task);
    private static final Duration POLL = Duration.ofMillis(10);
    private static final Duration START_TIMEOUT = Duration.ofSeconds(20);
    private static final long RESPONSE_TIMEOUT_SECONDS = 60;

    private final ShopCluster shop;
    private final ShopClient client;
    private final PausableTestProvider provider;
    private final String skuPrefix;
    private final String coupon;
    private final Map<ModelCart, ShopClient.GuestCart> guestCarts = new HashMap<>();
    private final Map<ModelCart, JsonNode> carts = new HashMap<>();
    private final Map<ModelCheckoutAttempt, CheckoutRequest> requests = new HashMap<>();
    private final Map<ModelCheckoutAttempt, CompletableFuture<ShopClient.ApiResponse>> inProgress = new HashMap<>();
    private final Map<ModelOrder, JsonNode> orders = new HashMap<>();
    private Optional<StaffRequest> lastStaffRequest = Optional.empty();

    /** @param name prefix of the sequence's SKUs, which are already in stock */
    ShopDriver(ShopCluster shop, ShopClient client, PausableTestProvider provider, String name) {
        this.shop = shop;
        this.client = client;
        this.provider = provider;
        this.skuPrefix = name;
        this.coupon = shop.createCoupon(Map.of("kind", "percentage", "basis_points", 2_000), ShopModel.COUPON_USES);
        client.send(
                        "PUT",
                        "/admin/v1/stock/" + sku(name, Sku.BACKORDERABLE) + "/selling-policy",
                        PackagedApp.ADMIN_KEY,
                        Map.of("If-Match", "*"),
                        Map.of("policy", "backorder", "limit", Sku.BACKORDERABLE.backorderLimit()))
                .expect(200);
    }

    static String sku(String name, Sku sku) {
        return name + "-" + sku;
    }

    /** A checkout request as it was sent. */
    private record CheckoutRequest(String key, Map<String, Object> body) {}

    /** A successful request of the staff, with its response. */
    private record StaffRequest(String path, String key, Map<String, ?> body, ShopClient.ApiResponse response) {}

    ShopClient.ApiResponse openCart(ModelCart modelCart, Sku sku, int units) {
        ShopClient.GuestCart guestCart = client.openCart(
                "GBP", skuPrefix + "@example.com", List.of(Map.of("sku", sku(skuPrefix, sku), "quantity", units)));
        guestCarts.put(modelCart, guestCart);
        return sendAsShopper(modelCart, "PATCH", "", Map.of("shipping_method", "pickup"));
    }

    ShopClient.ApiResponse add(ModelCart modelCart, Sku sku, int units) {
        return sendAsShopper(modelCart, "POST", "/lines", Map.of("sku", sku(skuPrefix, sku), "quantity", units));
    }

    ShopClient.ApiResponse setQuantity(ModelCart modelCart, Sku sku, int units) {
        return sendAsShopper(
                modelCart, "PATCH", "/lines/" + line(carts.get(modelCart), sku), Map.of("quantity", units));
    }

    ShopClient.ApiResponse remove(ModelCart modelCart, Sku sku) {
        return sendAsShopper(modelCart, "DELETE", "/lines/" + line(carts.get(modelCart), sku), Map.of());
    }

    ShopClient.ApiResponse setCoupon(ModelCart modelCart, boolean on) {
        return sendAsShopper(modelCart, "PATCH", "", Map.of("coupon_codes", on ? List.of(coupon) : List.of()));
    }

    private ShopClient.ApiResponse sendAsShopper(ModelCart modelCart, String method, String path, Map<String, ?> body) {
        ShopClient.GuestCart guestCart = guestCarts.get(modelCart);
        ShopClient.ApiResponse apiResponse =
                client.send(method, guestCart.path() + path, guestCart.token(), Map.of("Idempotency-Key", key()), body);
        if (apiResponse.status() == 200) {
            carts.put(modelCart, apiResponse.body());
        }
        return apiResponse;
    }

    ShopClient.ApiResponse complete(ModelCheckoutAttempt modelCheckoutAttempt) {
        CheckoutRequest checkoutRequest = request(modelCheckoutAttempt);
        requests.put(modelCheckoutAttempt, checkoutRequest);
        ShopClient.ApiResponse apiResponse = send(modelCheckoutAttempt, checkoutRequest);
        modelCheckoutAttempt.order().ifPresent(modelOrder -> orders.put(modelOrder, apiResponse.body()));
        return apiResponse;
    }

    private static CheckoutRequest request(ModelCheckoutAttempt modelCheckoutAttempt) {
        return new CheckoutRequest(
                key(),
                Map.of(
                        "payment",
                        payment(modelCheckoutAttempt.payment()),
                        "expected_total",
                        money(modelCheckoutAttempt.expectedTotal())));
    }

    private static Map<String, String> payment(PaymentScenario paymentScenario) {
        return Map.of("provider", paymentScenario.provider(), "token", paymentScenario.token());
    }

    private ShopClient.ApiResponse send(ModelCheckoutAttempt modelCheckoutAttempt, CheckoutRequest checkoutRequest) {
        ShopClient.GuestCart guestCart = guestCarts.get(modelCheckoutAttempt.cart());
        return client.send(
                "POST",
                guestCart.path() + "/complete",
                guestCart.token(),
                Map.of("Idempotency-Key", checkoutRequest.key()),
                checkoutRequest.body());
    }

    /** @return the response, if the attempt ends before it reaches the provider */
    Optional<ShopClient.ApiResponse> startCheckout(ModelCheckoutAttempt modelCheckoutAttempt) {
        CheckoutRequest checkoutRequest = request(modelCheckoutAttempt);
        requests.put(modelCheckoutAttempt, checkoutRequest);
        provider.pause(id(modelCheckoutAttempt.cart()));
        CompletableFuture<ShopClient.ApiResponse> response =
                CompletableFuture.supplyAsync(() -> send(modelCheckoutAttempt, checkoutRequest), VIRTUAL_THREADS);
        inProgress.put(modelCheckoutAttempt, response);
        await().atMost(START_TIMEOUT)
                .pollDelay(Duration.ZERO)
                .pollInterval(POLL)
                .until(() ->
                        response.isDone() || status(modelCheckoutAttempt.cart()).equals("completing"));
        return response.isDone() ? Optional.of(response.join()) : Optional.empty();
    }

    private String status(ModelCart modelCart) {
        ShopClient.GuestCart guestCart = guestCarts.get(modelCart);
        return client.get(guestCart.path(), guestCart.token())
                .expect(200)
                .body()
                .get("status")
                .asText();
    }

    /** Lets the provider answer. @return the response to the checkout request */
    ShopClient.ApiResponse resumePayment(ModelCheckoutAttempt modelCheckoutAttempt) {
        provider.resume(id(modelCheckoutAttempt.cart()));
        ShopClient.ApiResponse apiResponse = inProgress
                .remove(modelCheckoutAttempt)
                .orTimeout(RESPONSE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .join();
        modelCheckoutAttempt.order().ifPresent(modelOrder -> orders.put(modelOrder, apiResponse.body()));
        return apiResponse;
    }

    ShopClient.ApiResponse repeat(ModelCheckoutAttempt modelCheckoutAttempt) {
        return send(modelCheckoutAttempt, requests.get(modelCheckoutAttempt));
    }

    ShopClient.ApiResponse repeatWithDifferentBody(ModelCheckoutAttempt modelCheckoutAttempt) {
        Map<String, Object> body = Map.of("payment", Map.of("provider", "test", "token", "tok_slow"));
        return send(
                modelCheckoutAttempt,
                new CheckoutRequest(requests.get(modelCheckoutAttempt).key(), body));
    }

    void expireReservation(ModelCheckoutAttempt modelCheckoutAttempt) {
        shop.database().primary().execute("""
                UPDATE inventory.reservation SET expires_at = now() - interval '1 second'
                 WHERE id = (SELECT reservation_id FROM checkout.attempt WHERE cart_id = '%s' AND state = 'reserved')
                """.formatted(id(modelCheckoutAttempt.cart())));
    }

    /** Makes the recovery job process the order now; it would otherwise wait for the provider's webhook. */
    void makeRecoveryDue(ModelOrder modelOrder) {
        shop.database()
                .primary()
                .execute("UPDATE checkout.attempt SET next_attempt_at = now(), leased_until = now()"
                        + " WHERE order_id = '%s'".formatted(TypeId.parse("order", orderId(modelOrder))));
    }

    ShopClient.ApiResponse sendPaymentWebhook(ModelOrder modelOrder, boolean captured) {
        String reference = loadOrder(modelOrder).at("/payments/0/reference").asText();
        return ShopCluster.sendPaymentWebhook(client, reference, captured ? "payment.captured" : "payment.declined");
    }

    ShopClient.ApiResponse orderAction(ModelOrder modelOrder, String action, Map<String, ?> body) {
        return sendAsStaff("/admin/v1/orders/" + orderId(modelOrder) + "/" + action, body);
    }

    List<Map<String, Object>> lineQuantities(ModelOrder modelOrder, Sku sku, int units) {
        return List.of(Map.of("line_id", line(orders.get(modelOrder), sku), "quantity", units));
    }

    ShopClient.ApiResponse adjust(Step.StockPlace stockPlace, Map<String, Integer> change) {
        Map<String, Object> body = new HashMap<>(change);
        body.put("sku", sku(skuPrefix, stockPlace.sku()));
        body.put("location", stockPlace.location());
        body.put("create_location", true);
        return sendAsStaff("/admin/v1/stock/adjustments", body);
    }

    private ShopClient.ApiResponse sendAsStaff(String path, Map<String, ?> body) {
        String key = key();
        ShopClient.ApiResponse apiResponse = sendAsStaff(path, key, body);
        if (apiResponse.status() < 300) {
            lastStaffRequest = Optional.of(new StaffRequest(path, key, body, apiResponse));
        }
        return apiResponse;
    }

    private ShopClient.ApiResponse sendAsStaff(String path, String key, Map<String, ?> body) {
        return client.send("POST", path, PackagedApp.ADMIN_KEY, Map.of("Idempotency-Key", key), body);
    }

    /** The response to the last successful request of the staff. */
    Optional<ShopClient.ApiResponse> lastStaffResponse() {
        return lastStaffRequest.map(StaffRequest::response);
    }

    ShopClient.ApiResponse repeatStaffRequest() {
        StaffRequest staffRequest = lastStaffRequest.orElseThrow();
        return sendAsStaff(staffRequest.path(), staffRequest.key(), staffRequest.body());
    }

    /** The order as the admin API returns it. */
    JsonNode loadOrder(ModelOrder modelOrder) {
        return read("/admin/v1/orders/" + orderId(modelOrder));
    }

    JsonNode levels() {
        String skus =
                Stream.of(Sku.values()).map(sku -> "sku=" + sku(skuPrefix, sku)).collect(Collectors.joining("&"));
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

    private String orderId(ModelOrder modelOrder) {
        return orders.get(modelOrder).get("id").asText();
    }

    private UUID id(ModelCart modelCart) {
        String path = guestCarts.get(modelCart).path();
        return TypeId.parse("cart", path.substring(path.lastIndexOf('/') + 1));
    }

    private static String line(JsonNode cartOrOrder, Sku sku) {
        for (JsonNode line : cartOrOrder.get("lines")) {
            if (ResponseParser.sku(line) == sku) {
                return line.get("id").asText();
            }
        }
        throw new AssertionError("No line with %s in %s".formatted(sku, cartOrOrder));
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }

    /** Resumes the paused payments, so that no request keeps waiting. */
    @Override
    public void close() {
        List.copyOf(inProgress.keySet()).forEach(this::resumePayment);
    }
}
