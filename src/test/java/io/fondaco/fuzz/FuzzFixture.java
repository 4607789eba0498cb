package io.fondaco.fuzz;

import static org.hamcrest.Matchers.lessThan;

import io.fondaco.OpenApiOperation;
import io.fondaco.PostgresTestResource;
import io.fondaco.checkout.AdminApi;
import io.fondaco.checkout.Shopper;
import io.restassured.response.Response;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Test data: one resource of each kind, created again for each operation because an operation may delete it. */
final class FuzzFixture {
    private static final String ADMIN = PostgresTestResource.ADMIN_KEY;
    private static final Pattern ID = Pattern.compile("\\b([a-z]+)_[0-9a-hjkmnp-tv-z]{26}\\b");
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String tag = "fuzz-" + COUNT.incrementAndGet() + "-" + Long.toString(System.nanoTime(), 36);
    private final String sku = tag.toUpperCase(Locale.ROOT);
    private final String category;
    private final String product;
    private final String variant;
    private final Shopper shopper;
    private final String cartLine;
    private final String order;
    private final String orderToken;
    private final String orderLine;

    FuzzFixture() {
        category = post("/admin/v1/categories", "{\"name\": \"%s\"}".formatted(tag))
                .path("id");
        Response created = post("/admin/v1/products", """
                {"title": "Cup", "slug": "%s", "status": "active", "category_ids": ["%s"], "options": ["Colour"], \
                "variants": [
                  {"sku": "%s", "options": {"Colour": "Red"}, "prices": [
                    {"price": {"amount": 500, "currency": "EUR"}}, {"price": {"amount": 400, "currency": "GBP"}}]}]}
                """.formatted(tag, category, sku));
        product = created.path("id");
        variant = created.path("variants[0].id");
        post("/admin/v1/stock/adjustments", "{\"sku\": \"%s\", \"available\": 1000}".formatted(sku));
        Response completed = Shopper.readyToCheckout(sku, 2).complete("tok_ok");
        completed.then().statusCode(201);
        order = completed.path("id");
        orderToken = completed.path("order_token");
        orderLine = completed.path("lines[0].id");
        shopper = Shopper.readyToCheckout(sku, 2);
        cartLine = shopper.getCart().path("lines[0].id");
    }

    /** The bearer token that authorizes the operation. */
    String bearerToken(OpenApiOperation openApiOperation) {
        if (openApiOperation.isAdmin()) {
            return ADMIN;
        }
        return openApiOperation.path().startsWith("/store/v1/orders/") ? orderToken : shopper.token();
    }

    /** The path of the operation with the ids of existing resources. */
    String path(OpenApiOperation openApiOperation) {
        String path = openApiOperation.path();
        if (path.contains("{zone}")) {
            String zone = existingId("shipping-zones");
            path = path.replace("{zone}", zone).replace("{id}", path.contains("{id}") ? shippingMethod(zone) : "");
        }
        if (path.contains("{label}")) {
            String sent = createOrderToSend();
            path = path.replace("{id}", sent).replace("{label}", createLabel(sent));
        }
        for (String name : openApiOperation.parameters("path")) {
            path = path.replace("{" + name + "}", pathParameter(openApiOperation, name));
        }
        return path;
    }

    private String pathParameter(OpenApiOperation openApiOperation, String name) {
        return switch (name) {
            case "sku" -> sku;
            case "line" -> cartLine;
            case "product" -> tag;
            case "provider" -> "test";
            case "code" -> existingCode(openApiOperation.path().split("/")[3]);
            case "currency" -> "CHF";
            case "refund" -> createRefund();
            default -> existingId(openApiOperation.path().split("/")[3]);
        };
    }

    private String createRefund() {
        return post(
                        "/admin/v1/orders/%s/refunds".formatted(order),
                        "{\"amount\": {\"amount\": 1, \"currency\": \"GBP\"}}")
                .path("refunds[0].id");
    }

    private String createOrderToSend() {
        Shopper shopper = Shopper.withCart(sku, 1);
        shopper.request().body("""
                        {"shipping_address": {"name": "Ada", "line1": "Main Street 1", "city": "Leeds", \
                        "postal_code": "LS1 4AP", "country": "GB"}, "shipping_method": "standard"}
                        """).patch(shopper.path("")).then().statusCode(200);
        Response completed = shopper.complete("tok_ok");
        completed.then().statusCode(201);
        return completed.path("id");
    }

    private static String createLabel(String order) {
        String line = AdminApi.getOrder(order).path("lines[0].id");
        return post("/admin/v1/orders/%s/labels".formatted(order), """
                        {"provider": "test", "sender": {"name": "Lumen", "line1": "Hof 2", "city": "Berlin", \
                        "postal_code": "10115", "country": "DE"}, \
                        "parcels": [{"weight_grams": 500, "lines": [{"line_id": "%s", "quantity": 1}]}]}
                        """.formatted(line))
                .path("data[0].id");
    }

    /** The fuzz may have removed the seller. */
    private String createInvoice() {
        patch("/admin/v1/settings/seller", """
                {"name": "Lumen", "address_lines": ["Hof 2"], "city": "Berlin", "country": "DE"}
                """);
        return post("/admin/v1/orders/%s/invoices".formatted(order), "").path("id");
    }

    private String existingCode(String collection) {
        if (collection.equals("invoice-series")) {
            return "invoice";
        }
        String code = collection.equals("stock-locations") ? tag : tag.toLowerCase(Locale.ROOT);
        String country = collection.equals("stock-locations") ? ", \"country\": \"IT\"" : "";
        return post("/admin/v1/" + collection, "{\"code\": \"%s\", \"name\": \"Any\"%s}".formatted(code, country))
                .path("code");
    }

    private String shippingMethod(String zone) {
        return post("/admin/v1/shipping-zones/%s/methods".formatted(zone), """
                        {"code": "courier", "name": "Courier", "currency": "EUR", "rates": [{"price":
                         {"amount": 700, "currency": "EUR"}}]}
                        """).path("id");
    }

    private String existingId(String collection) {
        return switch (collection) {
            case "api-keys" ->
                post("/admin/v1/api-keys", "{\"name\": \"%s\", \"scopes\": [\"stock:read\"]}".formatted(tag))
                        .path("id");
            case "categories" -> category;
            case "carts" -> shopper.cartId();
            case "orders" -> order;
            case "products" -> product;
            case "variants" -> variant;
            case "dead-letters" -> "deadletter_00000000000000000000000000";
            case "promotions" ->
                post("/admin/v1/promotions", """
                        {"code": "%s", "title": "Ten", "kind": "percentage", "basis_points": 1000}
                        """.formatted(tag)).path("id");
            case "price-lists" ->
                post("/admin/v1/price-lists", """
                        {"name": "%s", "currency": "EUR"}
                        """.formatted(UUID.randomUUID())).path("id");
            case "shipping-zones" ->
                post("/admin/v1/shipping-zones", """
                        {"name": "%s", "countries": ["IT"]}
                        """.formatted(UUID.randomUUID()))
                        .path("id");
            case "tax-rates" ->
                post("/admin/v1/tax-rates", """
                        {"name": "%s", "country": "SM", "rate": "0.17"}
                        """.formatted(UUID.randomUUID())).path("id");
            case "webhooks" ->
                post("/admin/v1/webhooks", "{\"url\": \"https://hooks.example.com/x\", \"event_types\": [\"order.*\"]}")
                        .path("id");
            case "invoices" -> createInvoice();
            case "imports" ->
                AdminApi.request()
                        .contentType("text/csv")
                        .body("sku,location,available\nNO-SUCH-SKU,default,1\n")
                        .post("/admin/v1/imports?kind=stock")
                        .path("id");
            default -> throw new IllegalArgumentException("Unknown collection " + collection);
        };
    }

    /** The example with the ids of existing resources. */
    String withExistingIds(String example) {
        Matcher ids = ID.matcher(example.replace("LANTERN-AMBER", sku)
                .replace("LANTERN-BLUE", sku)
                .replace("\"spring10\"", '"' + tag + '"')
                .replace("\"leeds\"", '"' + tag + '"')
                .replace("\"murano-lantern\"", '"' + tag + "-2\""));
        return ids.replaceAll(id -> switch (id.group(1)) {
            case "orderline" -> orderLine;
            case "category" -> category;
            case "product" -> product;
            default -> id.group();
        });
    }

    private static void patch(String path, String body) {
        AdminApi.request().header("If-Match", "*").body(body).patch(path).then().statusCode(lessThan(300));
    }

    private static Response post(String path, String body) {
        Response created = AdminApi.request()
                .header("Idempotency-Key", "fuzz-" + System.nanoTime())
                .body(body)
                .post(path);
        created.then().statusCode(lessThan(300));
        return created;
    }
}
