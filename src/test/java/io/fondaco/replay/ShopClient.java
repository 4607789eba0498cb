package io.fondaco.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls the store and admin API over HTTP and sends the latest consistency token. Retries requests that are safe to
 * repeat: reads, and writes with an Idempotency-Key or whose repetition leaves only an abandoned cart behind.
 */
public final class ShopClient implements AutoCloseable {
    private static final String CONSISTENCY_HEADER = "Fondaco-Consistency";
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration DEFAULT_RETRY_TIMEOUT = Duration.ofSeconds(120);
    private static final Duration RETRY_DELAY = Duration.ofMillis(200);
    private static final Duration IMPORT_POLL_INTERVAL = Duration.ofMillis(20);
    private static final Set<Integer> RETRYABLE = Set.of(429, 502, 503, 504);

    private final HttpClient http;
    private final ObjectMapper json = new ObjectMapper();
    private final URI base;
    private final String adminKey;
    private final Duration retryTimeout;
    private final boolean retriesConflicts;
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong retries = new AtomicLong();
    private final AtomicReference<String> consistencyToken = new AtomicReference<>("");

    public ShopClient(URI base, String adminKey) {
        this(base, adminKey, DEFAULT_RETRY_TIMEOUT);
    }

    /** @param retryTimeout how long it retries failed requests */
    public ShopClient(URI base, String adminKey, Duration retryTimeout) {
        this(base, adminKey, retryTimeout, true);
    }

    /** A client that returns the conflict "another request is in progress" instead of retrying. */
    public static ShopClient withoutConflictRetry(URI base, String adminKey) {
        return new ShopClient(base, adminKey, DEFAULT_RETRY_TIMEOUT, false);
    }

    private ShopClient(URI base, String adminKey, Duration retryTimeout, boolean retriesConflicts) {
        this.base = base;
        this.adminKey = adminKey;
        this.retryTimeout = retryTimeout;
        this.retriesConflicts = retriesConflicts;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(2))
                .build();
    }

    /** A response: its status and its JSON body. */
    public record ApiResponse(int status, JsonNode body) {
        public ApiResponse expect(int... statuses) {
            for (int expected : statuses) {
                if (status == expected) {
                    return this;
                }
            }
            throw new IllegalStateException("Unexpected response " + status + ": " + body);
        }
    }

    public long requests() {
        return requests.get();
    }

    public long retries() {
        return retries.get();
    }

    /** The latest consistency token received; empty before the first one. */
    public String consistencyToken() {
        return consistencyToken.get();
    }

    public String adminKey() {
        return adminKey;
    }

    public ApiResponse get(String path, String bearer) {
        return send(HttpRequest.newBuilder(base.resolve(path)).GET(), bearer);
    }

    /** The body of a GET response that is not JSON; not retried. */
    public String getText(String path, String bearer) {
        try {
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(base.resolve(path))
                            .timeout(REQUEST_TIMEOUT)
                            .header("Authorization", "Bearer " + bearer)
                            .header(
                                    CONSISTENCY_HEADER,
                                    consistencyToken.get().isEmpty() ? "start" : consistencyToken.get())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IllegalStateException(
                        "Unexpected response " + response.statusCode() + ": " + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public ApiResponse send(String method, String path, String bearer, Map<String, String> headers, Object body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(write(body)));
        headers.forEach(request::header);
        return send(request, bearer);
    }

    /** The path of a guest's cart and the token that grants access to it. */
    public record GuestCart(String path, String token) {}

    /** @param lines each with a sku and a quantity */
    public GuestCart openCart(String currency, String email, List<? extends Map<String, ?>> lines) {
        JsonNode cart = send(
                        "POST",
                        "/store/v1/carts",
                        "",
                        Map.of(),
                        Map.of("currency", currency, "email", email, "lines", lines))
                .expect(201)
                .body();
        return new GuestCart(
                "/store/v1/carts/" + cart.get("id").asText(),
                cart.get("cart_token").asText());
    }

    /** Sets an address or a shipping method. */
    public void updateCart(GuestCart guestCart, Map<String, ?> change) {
        send("PATCH", guestCart.path(), guestCart.token(), Map.of(), change).expect(200);
    }

    /** Completes the cart with a test payment that succeeds. */
    public ApiResponse complete(GuestCart guestCart, String key) {
        return send(
                "POST",
                guestCart.path() + "/complete",
                guestCart.token(),
                Map.of("Idempotency-Key", key),
                Map.of("payment", Map.of("provider", "test", "token", "tok_ok")));
    }

    /**
     * Buys one unit as a guest with pickup.
     *
     * @return the order
     */
    public JsonNode buy(String currency, String sku) {
        GuestCart guestCart =
                openCart(currency, UUID.randomUUID() + "@example.com", List.of(Map.of("sku", sku, "quantity", 1)));
        updateCart(guestCart, Map.of("shipping_method", "pickup"));
        return complete(guestCart, UUID.randomUUID().toString()).expect(201).body();
    }

    /** Imports a product with one variant for 5.00 GBP; its handle is the SKU in lower case. */
    public void importProduct(String sku) {
        importProducts(
                "GBP",
                "Handle,Title,Status,Variant SKU,Variant Price,Variant Inventory Policy\n%s,Thing,active,%s,5.00,deny\n"
                        .formatted(sku.toLowerCase(Locale.ROOT), sku));
    }

    /** Imports the product of {@link #importProduct} with {@code units} in stock. */
    public void importProductWithStock(String sku, int units) {
        importProduct(sku);
        importStock("sku,location,available\n%s,default,%d\n".formatted(sku, units));
    }

    public ApiResponse importCsv(String query, String csv) {
        return send(
                HttpRequest.newBuilder(base.resolve("/admin/v1/imports?" + query))
                        .header("Content-Type", "text/csv")
                        .POST(HttpRequest.BodyPublishers.ofString(csv)),
                adminKey);
    }

    /** Imports products in the Shopify format and waits until the import has ended. */
    public void importProducts(String currency, String csv) {
        awaitImport(importCsv("kind=products&format=shopify&currency=" + currency, csv)
                .expect(202)
                .body()
                .get("id")
                .asText());
    }

    /** Imports stock and waits until the import has ended. */
    public void importStock(String csv) {
        awaitImport(importCsv("kind=stock&create_locations=true", csv)
                .expect(202)
                .body()
                .get("id")
                .asText());
    }

    /** Waits for at most ten minutes until an import has ended; returns its final state. */
    public JsonNode awaitImport(String id) {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(10);
        while (System.nanoTime() < deadline) {
            ApiResponse apiResponse = get("/admin/v1/imports/" + id, adminKey);
            // The import may be read from a replica that does not have it yet.
            if (apiResponse.status() == 200) {
                String status = apiResponse.body().path("status").asText();
                if (status.equals("done") || status.equals("failed")) {
                    return apiResponse.body();
                }
            }
            LockSupport.parkNanos(IMPORT_POLL_INTERVAL.toNanos());
        }
        throw new IllegalStateException("Import " + id + " did not end within ten minutes");
    }

    private ApiResponse send(HttpRequest.Builder builder, String bearer) {
        String token = consistencyToken.get();
        if (!token.isEmpty()) {
            builder.header(CONSISTENCY_HEADER, token);
        }
        HttpRequest request = builder.timeout(REQUEST_TIMEOUT)
                .header("Authorization", "Bearer " + bearer)
                .header("Accept", "application/json")
                .build();
        long deadline = System.nanoTime() + retryTimeout.toNanos();
        while (true) {
            requests.incrementAndGet();
            try {
                HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
                response.headers().firstValue(CONSISTENCY_HEADER).ifPresent(this::updateConsistencyToken);
                boolean inFlight = retriesConflicts
                        && response.statusCode() == 409
                        && (response.body().contains("request_in_flight")
                                || response.body().contains("completion_in_progress"));
                if (!RETRYABLE.contains(response.statusCode()) && !inFlight) {
                    return new ApiResponse(
                            response.statusCode(),
                            response.body().isEmpty() ? json.nullNode() : json.readTree(response.body()));
                }
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("Still " + response.statusCode() + ": " + response.body());
                }
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw new UncheckedIOException(e);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
            retries.incrementAndGet();
            LockSupport.parkNanos(RETRY_DELAY.toNanos());
        }
    }

    /** Of the tokens of concurrent requests, the one that sorts later is kept. */
    private void updateConsistencyToken(String received) {
        consistencyToken.accumulateAndGet(received, (mine, theirs) -> mine.compareTo(theirs) > 0 ? mine : theirs);
    }

    private String write(Object body) {
        try {
            return json.writeValueAsString(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
