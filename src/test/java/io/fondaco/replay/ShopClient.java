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
 * A shop's front end and back office over HTTP; carries the consistency token that it is given. Repeats what may be repeated: reads, and writes that carry an
 * Idempotency-Key or whose repetition leaves nothing but an abandoned cart behind.
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

    /** @param giveUp how long it repeats what fails */
    public ShopClient(URI base, String adminKey, Duration giveUp) {
        this(base, adminKey, giveUp, true);
    }

    /** Somebody to whom it is an answer, too, that another request is at the same. */
    public static ShopClient withoutConflictRetry(URI base, String adminKey) {
        return new ShopClient(base, adminKey, DEFAULT_RETRY_TIMEOUT, false);
    }

    private ShopClient(URI base, String adminKey, Duration giveUp, boolean waitsForOthers) {
        this.base = base;
        this.adminKey = adminKey;
        this.retryTimeout = giveUp;
        this.retriesConflicts = waitsForOthers;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(2))
                .build();
    }

    /** An answer: its status and its JSON. */
    public record ApiResponse(int status, JsonNode body) {
        public ApiResponse expect(int... statuses) {
            for (int expected : statuses) {
                if (status == expected) {
                    return this;
                }
            }
            throw new IllegalStateException("Unexpected answer " + status + ": " + body);
        }
    }

    public long requests() {
        return requests.get();
    }

    public long retries() {
        return retries.get();
    }

    /** The consistency token that it holds; empty before its first write. */
    public String consistencyToken() {
        return consistencyToken.get();
    }

    public String adminKey() {
        return adminKey;
    }

    public ApiResponse get(String path, String bearer) {
        return send(HttpRequest.newBuilder(base.resolve(path)).GET(), bearer);
    }

    /** What a GET answers that is no JSON, once. */
    public String getText(String path, String bearer) {
        try {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(base.resolve(path))
                            .timeout(REQUEST_TIMEOUT)
                            .header("Authorization", "Bearer " + bearer)
                            .header(
                                    CONSISTENCY_HEADER,
                                    consistencyToken.get().isEmpty() ? "start" : consistencyToken.get())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException("Unexpected answer " + answer.statusCode() + ": " + answer.body());
            }
            return answer.body();
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

    /** A cart of a guest: where it is, and what opens it. */
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

    /** Sets an address, a shipping method. */
    public void updateCart(GuestCart guestCart, Map<String, ?> choice) {
        send("PATCH", guestCart.path(), guestCart.token(), Map.of(), choice).expect(200);
    }

    /** Pays with money of the test provider. */
    public ApiResponse complete(GuestCart guestCart, String key) {
        return send(
                "POST",
                guestCart.path() + "/complete",
                guestCart.token(),
                Map.of("Idempotency-Key", key),
                Map.of("payment", Map.of("provider", "test", "token", "tok_ok")));
    }

    /** Buys one of it, as a guest who fetches it. @return the order */
    public JsonNode buy(String currency, String sku) {
        GuestCart guestCart =
                openCart(currency, UUID.randomUUID() + "@example.com", List.of(Map.of("sku", sku, "quantity", 1)));
        updateCart(guestCart, Map.of("shipping_method", "pickup"));
        return complete(guestCart, UUID.randomUUID().toString()).expect(201).body();
    }

    /** A product for 5.00 GBP with the one variant; its handle is the SKU in small letters. */
    public void importProduct(String sku) {
        importProducts(
                "GBP",
                "Handle,Title,Status,Variant SKU,Variant Price,Variant Inventory Policy\n%s,Thing,active,%s,5.00,deny\n"
                        .formatted(sku.toLowerCase(Locale.ROOT), sku));
    }

    /** {@link #importProduct}, and so many of it. */
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

    /** Imports products in Shopify's format, and waits until they are there. */
    public void importProducts(String currency, String csv) {
        awaitImport(importCsv("kind=products&format=shopify&currency=" + currency, csv)
                .expect(202)
                .body()
                .get("id")
                .asText());
    }

    /** Imports stock, and waits until it is there. */
    public void importStock(String csv) {
        awaitImport(importCsv("kind=stock&create_locations=true", csv)
                .expect(202)
                .body()
                .get("id")
                .asText());
    }

    /** Waits, for at most ten minutes, until an import is done; answers its last state. */
    public JsonNode awaitImport(String id) {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(10);
        while (System.nanoTime() < deadline) {
            ApiResponse apiResponse = get("/admin/v1/imports/" + id, adminKey);
            // The list of imports may be read from a replica that has not seen it yet.
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
        String seen = consistencyToken.get();
        if (!seen.isEmpty()) {
            builder.header(CONSISTENCY_HEADER, seen);
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

    /** Of tokens of requests that were under way together the one that sorts later counts. */
    private void updateConsistencyToken(String answered) {
        consistencyToken.accumulateAndGet(answered, (mine, theirs) -> mine.compareTo(theirs) > 0 ? mine : theirs);
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
