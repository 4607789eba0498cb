package io.fondaco.faults;

import com.fasterxml.jackson.databind.JsonNode;
import io.fondaco.checkout.PaymentWebhookSender;
import io.fondaco.platform.embedded.ReplicatedPostgres;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** Two pods and their database, all real processes, with requests of shoppers, staff and the payment provider. */
public final class ShopCluster implements AutoCloseable {
    /**
     * Settings for a recovery within {@link #RECOVERY_TIMEOUT}: the lease of a checkout attempt is 3 s, pending
     * payments are queried after 1 s, the recovery job runs every second.
     */
    static final Map<String, String> FAST_RECOVERY = Map.of(
            "FONDACO_CHECKOUT_ATTEMPT_LEASE",
            "3s",
            "FONDACO_PAYMENT_TIMEOUT",
            "2s",
            "FONDACO_CHECKOUT_PENDING_PAYMENT_QUERY_DELAY",
            "1s",
            "FONDACO_CHECKOUT_RECOVERY_INTERVAL",
            "1s",
            "FONDACO_JOBS_LEASE",
            "4s");

    static final Duration RECOVERY_TIMEOUT = Duration.ofSeconds(45);

    private final String name;
    private final ReplicatedPostgres database;
    private final Map<String, String> environment;
    private final List<PackagedApp> pods = new ArrayList<>();
    private final List<ShopClient> clients = new ArrayList<>();
    private final AtomicInteger products = new AtomicInteger();

    private ShopCluster(String name, ReplicatedPostgres database, Map<String, String> environment) {
        this.name = name;
        this.database = database;
        this.environment = environment;
    }

    /** @param settings additional settings of the pods */
    public static ShopCluster open(String name, Path directory, Map<String, String> settings) {
        return open(name, ReplicatedPostgres.start(directory, 1), settings);
    }

    /** @param database closed together with the cluster */
    static ShopCluster open(String name, ReplicatedPostgres database, Map<String, String> settings) {
        Map<String, String> environment = settings(database);
        environment.putAll(settings);
        ShopCluster shop = new ShopCluster(name, database, environment);
        try {
            for (int pod = 0; pod < 2; pod++) {
                shop.pods.add(PackagedApp.launch(name + "-pod-" + pod, environment));
                shop.clients.add(new ShopClient(shop.pods.get(pod).base(), PackagedApp.ADMIN_KEY));
            }
            shop.pods.forEach(PackagedApp::awaitReady);
            return shop;
        } catch (RuntimeException | Error e) {
            shop.close();
            throw e;
        }
    }

    /** The settings of a pod on this database. */
    public static Map<String, String> settings(ReplicatedPostgres database) {
        Map<String, String> environment = Pods.sellingEnvironment(database);
        environment.put("FONDACO_CACHE_ENABLED", "false");
        return environment;
    }

    public ReplicatedPostgres database() {
        return database;
    }

    /** The settings of the cluster's pods. */
    Map<String, String> environment() {
        return new TreeMap<>(environment);
    }

    public PackagedApp pod(int pod) {
        return pods.get(pod % pods.size());
    }

    /** Starts a pod that has exited, with additional settings. */
    public void relaunchPod(int pod, Map<String, String> settings) {
        Map<String, String> all = environment();
        all.putAll(settings);
        pods.set(pod, pods.get(pod).relaunch(name + "-pod-" + pod, all));
    }

    /** A client of this pod. */
    public ShopClient client(int pod) {
        return clients.get(pod % clients.size());
    }

    /** Creates a product for 5.00 GBP with the given units by location. @return its SKU */
    String createProduct(Map<String, Integer> stock) {
        String sku = "FIRE-" + products.incrementAndGet();
        ShopClient staff = client(0);
        staff.importProduct(sku);
        stock.forEach((location, units) -> staff.send(
                        "POST",
                        "/admin/v1/stock/adjustments",
                        PackagedApp.ADMIN_KEY,
                        Map.of("Idempotency-Key", UUID.randomUUID().toString()),
                        Map.of("sku", sku, "location", location, "create_location", true, "delta", units))
                .expect(200));
        return sku;
    }

    /** Creates a fixed-amount promotion with a usage limit. @return its code */
    String createCoupon(int pence, int uses) {
        return createCoupon(
                Map.of("kind", "amount", "amounts", List.of(Map.of("amount", pence, "currency", "GBP"))), uses);
    }

    /** Creates a promotion with a usage limit. @return its code */
    public String createCoupon(Map<String, ?> rule, int uses) {
        String code = "FIRE" + products.incrementAndGet();
        Map<String, Object> promotion = new TreeMap<>(rule);
        promotion.putAll(Map.of("code", code, "title", "A race", "usage_limit", uses));
        client(0)
                .send("POST", "/admin/v1/promotions", PackagedApp.ADMIN_KEY, Map.of(), promotion)
                .expect(201);
        return code;
    }

    /** Creates a cart that can be completed. */
    ShopClient.GuestCart createCart(int pod, String sku, int quantity) {
        ShopClient.GuestCart guestCart = client(pod)
                .openCart("GBP", UUID.randomUUID() + "@example.com", List.of(Map.of("sku", sku, "quantity", quantity)));
        client(pod).updateCart(guestCart, Map.of("shipping_method", "pickup"));
        return guestCart;
    }

    ShopClient.ApiResponse complete(int pod, ShopClient.GuestCart guestCart, String token, String key) {
        return complete(client(pod), guestCart, token, key);
    }

    static ShopClient.ApiResponse complete(
            ShopClient client, ShopClient.GuestCart guestCart, String token, String key) {
        return client.send(
                "POST",
                guestCart.path() + "/complete",
                guestCart.token(),
                Map.of("Idempotency-Key", key),
                Map.of("payment", Map.of("provider", "test", "token", token)));
    }

    /**
     * Completes a cart with a new key and a payment that succeeds, unless its total differs.
     *
     * @param expectedTotal an amount and its currency
     */
    ShopClient.ApiResponse complete(int pod, ShopClient.GuestCart guestCart, Object expectedTotal) {
        return client(pod)
                .send(
                        "POST",
                        guestCart.path() + "/complete",
                        guestCart.token(),
                        Map.of("Idempotency-Key", UUID.randomUUID().toString()),
                        Map.of(
                                "payment",
                                Map.of("provider", "test", "token", "tok_ok"),
                                "expected_total",
                                expectedTotal));
    }

    /** A client of this pod that retries for half a second only. */
    ShopClient shortTimeoutClient(int pod) {
        return new ShopClient(pod(pod).base(), PackagedApp.ADMIN_KEY, Duration.ofMillis(500));
    }

    /** Sends the provider's webhook that the payment is captured. */
    ShopClient.ApiResponse sendCapturedWebhook(int pod, String reference) {
        return sendPaymentWebhook(client(pod), reference, "payment.captured");
    }

    /** Sends a webhook of the provider about a payment. */
    public static ShopClient.ApiResponse sendPaymentWebhook(ShopClient provider, String reference, String type) {
        Map<String, String> event = new TreeMap<>(Map.of("reference", reference, "type", type));
        String body = "{\"reference\":\"%s\",\"type\":\"%s\"}".formatted(reference, type);
        String signature = PaymentWebhookSender.signature(body.getBytes(StandardCharsets.UTF_8));
        return provider.send(
                "POST", "/store/v1/payment-webhooks/test", "", Map.of("Fondaco-Signature", signature), event);
    }

    public String query(String sql) {
        return database.primary().query(sql);
    }

    public static String statusAndCode(ShopClient.ApiResponse apiResponse) {
        JsonNode code = apiResponse.body().path("code");
        return code.isMissingNode()
                ? Integer.toString(apiResponse.status())
                : apiResponse.status() + " " + code.asText();
    }

    @Override
    public void close() {
        List<AutoCloseable> all = new ArrayList<>(clients);
        all.addAll(pods);
        all.add(database);
        Pods.closeAll(all);
    }
}
