package io.fondaco.randomwrites;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fondaco.replay.ShopClient;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;

/** Sends random write requests of every kind, valid or not. */
final class RandomWriter {
    private static final int HISTORY_SIZE = 30;
    private static final int VARIANTS = 3;
    private static final List<String> HANDLES = numbered("walk-", 8);
    private static final List<String> SKUS = numbered("WALK-", 8 * VARIANTS);
    private static final List<String> LOCATIONS = List.of("default", "north", "south", "Depot 3");
    private static final List<String> TITLES =
            List.of("Mug", "  Mug  ", "Crème brûlée", "=1+1", "a, \"b\"; c", "'101", "موكا", "-5%", "x".repeat(200));
    private static final List<String> OPTIONS = List.of("Colour", "Size", "Material", "colour", "Title");
    private static final List<String> VALUES = List.of("Red", "red", "Blue", "L", "XL", "Default Title", " L ", "10,5");
    private static final List<String> STATUSES = List.of("draft", "active", "active", "active", "archived");
    private static final List<String> SCOPES =
            List.of("catalog:read", "catalog:write", "orders:read", "orders:write", "stock:read", "keys:write");
    private static final List<String> ORDER_VERBS = List.of("fulfillments", "cancel", "refunds", "returns", "capture");

    private final ShopClient staff;
    private final Random random;
    private final Deque<String> history = new ArrayDeque<>();
    private final SortedMap<String, Integer> outcomes = new TreeMap<>();
    private final Map<String, Runnable> writeOperations = new LinkedHashMap<>();
    private Optional<String> lastOrderPath = Optional.empty();

    RandomWriter(ShopClient staff, Random random) {
        this.staff = staff;
        this.random = random;
        writeOperations.put("new product", this::newProduct);
        writeOperations.put("changed product", this::changeProduct);
        writeOperations.put(
                "archived product", () -> sendWithIfMatch("DELETE", anyPath("/admin/v1/products"), Map.of()));
        writeOperations.put("new variant", this::newVariant);
        writeOperations.put("changed variant", this::changeVariant);
        writeOperations.put(
                "deleted variant", () -> sendWithIfMatch("DELETE", anyPath("/admin/v1/variants"), Map.of()));
        writeOperations.put("Shopify file", this::shopifyFile);
        writeOperations.put("second Shopify file", this::shopifyFile);
        writeOperations.put("Fondaco file", this::fondacoFile);
        writeOperations.put("new category", this::newCategory);
        writeOperations.put("changed category", this::changeCategory);
        writeOperations.put(
                "deleted category", () -> sendWithIfMatch("DELETE", anyPath("/admin/v1/categories"), Map.of()));
        writeOperations.put("adjustment of stock", this::adjustStock);
        writeOperations.put("stock file", this::stockFile);
        writeOperations.put("new location", this::newLocation);
        writeOperations.put("changed location", this::changeLocation);
        writeOperations.put("selling policy", this::sellingPolicy);
        writeOperations.put("purchase", this::buy);
        writeOperations.put("second purchase", this::buy);
        ORDER_VERBS.forEach(verb -> writeOperations.put("order: " + verb, () -> changeOrder(verb)));
        writeOperations.put("new key", this::newKey);
        writeOperations.put("changed key", this::changeKey);
        writeOperations.put("revoked key", () -> sendWithIfMatch("DELETE", anyPath("/admin/v1/api-keys"), Map.of()));
    }

    private static List<String> numbered(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(n -> prefix + n).toList();
    }

    /** Creates products, stock and one order per product, so that the first writes have something to change. */
    void seedShop() {
        StringBuilder products = new StringBuilder("slug,title,status,options,sku,option_values,price_GBP\n");
        StringBuilder stock = new StringBuilder("sku,location,available\n");
        for (int n = 0; n < SKUS.size(); n++) {
            products.append("%s,Mug,active,\"[\"\"Size\"\"]\",%s,\"[\"\"%d\"\"]\",4.50\n"
                    .formatted(HANDLES.get(n / VARIANTS), SKUS.get(n), n % VARIANTS));
            stock.append("%s,default,40\n".formatted(SKUS.get(n)));
        }
        importFile("kind=products&format=fondaco", products.toString());
        importFile("kind=stock&create_locations=true", stock.toString());
        HANDLES.forEach(_ -> buy());
    }

    /** Sends one random write. */
    void write() {
        List<String> names = List.copyOf(writeOperations.keySet());
        String name = pick(names);
        addToHistory(name);
        writeOperations.get(name).run();
    }

    /** The last writes and their responses, oldest first. */
    String history() {
        return String.join("\n", history);
    }

    /** The path of the order that was changed last. */
    Optional<String> lastOrderPath() {
        return lastOrderPath;
    }

    /** The number of responses by method, path and status. */
    Map<String, Integer> outcomes() {
        return outcomes;
    }

    private void addToHistory(String entry) {
        if (history.size() >= HISTORY_SIZE) {
            history.removeFirst();
        }
        history.addLast(entry);
    }

    private ShopClient.ApiResponse send(String method, String path, Map<String, String> headers, Object body) {
        return send(method, path, staff.adminKey(), headers, body);
    }

    private ShopClient.ApiResponse send(
            String method, String path, String bearer, Map<String, String> headers, Object body) {
        ShopClient.ApiResponse apiResponse = staff.send(method, path, bearer, headers, body);
        addToHistory("  %s %s %s -> %d %s".formatted(method, path, body, apiResponse.status(), apiResponse.body()));
        String kind = "%s %s %d"
                .formatted(
                        method,
                        path.replaceAll("[a-z]+_[0-9a-z]{26}", "{id}").replaceAll("(WALK|walk)-\\d+", "{name}"),
                        apiResponse.status());
        outcomes.merge(kind, 1, Integer::sum);
        assertThat(apiResponse.status()).as(history()).isLessThan(500);
        return apiResponse;
    }

    private static Map<String, String> idempotencyKey() {
        return Map.of("Idempotency-Key", UUID.randomUUID().toString());
    }

    private <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private boolean chance(int inTen) {
        return random.nextInt(10) < inTen;
    }

    /** The path of a random entry of a list; a path that does not exist if the list is empty. */
    private String anyPath(String list) {
        return anyPath(list, "id");
    }

    private String anyPath(String list, String name) {
        JsonNode entries = staff.get(list + "?limit=100", staff.adminKey())
                .expect(200)
                .body()
                .get("data");
        return entries.isEmpty()
                ? list + "/none"
                : list + "/"
                        + entries.get(random.nextInt(entries.size())).get(name).asText();
    }

    private ShopClient.ApiResponse sendWithIfMatch(String method, String path, Object body) {
        return send(method, path, Map.of("If-Match", "*"), body);
    }

    private void newProduct() {
        Map<String, Object> product = product();
        product.put("slug", pick(HANDLES));
        send("POST", "/admin/v1/products", Map.of(), product);
    }

    private void changeProduct() {
        sendWithIfMatch("PATCH", anyPath("/admin/v1/products"), product());
    }

    private Map<String, Object> product() {
        Map<String, Object> product = new HashMap<>();
        product.put("title", pick(TITLES));
        product.put("status", pick(STATUSES));
        List<String> options = IntStream.range(0, random.nextInt(3))
                .mapToObj(_ -> pick(OPTIONS))
                .toList();
        if (chance(7)) {
            product.put("options", options);
        }
        if (chance(5)) {
            product.put("tags", List.of(pick(VALUES), pick(VALUES)));
        }
        if (chance(3)) {
            String category = anyPath("/admin/v1/categories");
            product.put("category_ids", List.of(category.substring(category.lastIndexOf('/') + 1)));
        }
        if (chance(3)) {
            product.put("attributes", Map.of("care", pick(TITLES)));
        }
        if (chance(6)) {
            product.put(
                    "variants",
                    IntStream.range(0, 1 + random.nextInt(3))
                            .mapToObj(_ -> variant(options))
                            .toList());
        }
        return product;
    }

    private Map<String, Object> variant(List<String> options) {
        Map<String, Object> variant = new HashMap<>();
        variant.put("sku", pick(SKUS));
        Map<String, String> values = new HashMap<>();
        options.forEach(option -> values.put(option, pick(VALUES)));
        variant.put("options", values);
        if (chance(8)) {
            variant.put("prices", List.of(Map.of("price", money(1 + random.nextInt(2_000)))));
        }
        if (chance(3)) {
            variant.put("weight_grams", random.nextInt(5_000));
            variant.put("length_mm", random.nextInt(2_000));
        }
        if (chance(2)) {
            variant.put("inventory_tracked", chance(5));
        }
        return variant;
    }

    private static Map<String, Object> money(long pence) {
        return Map.of("amount", pence, "currency", "GBP");
    }

    private void newVariant() {
        String product = anyPath("/admin/v1/products");
        Map<String, Object> variant = variant(optionsOf(product));
        variant.put("product_id", product.substring(product.lastIndexOf('/') + 1));
        send("POST", "/admin/v1/variants", Map.of(), variant);
    }

    private List<String> optionsOf(String product) {
        List<String> options = new ArrayList<>();
        staff.get(product, staff.adminKey()).body().path("options").forEach(option -> options.add(option.asText()));
        return options;
    }

    private void changeVariant() {
        Map<String, Object> change = variant(List.of(pick(OPTIONS)));
        if (chance(6)) {
            change.remove("sku");
        }
        if (chance(7)) {
            change.remove("options");
        }
        sendWithIfMatch("PATCH", anyPath("/admin/v1/variants"), change);
    }

    /** Some rows of one product; any of them may be invalid. */
    private void shopifyFile() {
        StringBuilder file =
                new StringBuilder("Handle,Title,Published,Status,Option1 Name,Option1 Value,Option2 Name,Option2 Value,"
                        + "Variant SKU,Variant Grams,Variant Inventory Qty,Variant Inventory Policy,Variant Price,"
                        + "Tags\n");
        String handle = pick(HANDLES);
        String first = pick(OPTIONS);
        String second = chance(4) ? pick(OPTIONS) : "";
        int rows = 1 + random.nextInt(4);
        for (int row = 0; row < rows; row++) {
            file.append(String.join(
                    ",",
                    handle,
                    row == 0 ? quoted(pick(TITLES)) : "",
                    row == 0 ? pick(List.of("TRUE", "FALSE", "")) : "",
                    row == 0 ? pick(STATUSES) : "",
                    row == 0 ? first : "",
                    quoted(pick(VALUES)),
                    row == 0 ? second : "",
                    second.isEmpty() ? "" : quoted(pick(VALUES)),
                    chance(3) ? "" : pick(SKUS),
                    Integer.toString(random.nextInt(3_000)),
                    Integer.toString(random.nextInt(50)),
                    pick(List.of("deny", "continue")),
                    "%d.%02d".formatted(random.nextInt(50), random.nextInt(100)),
                    quoted("a, B")));
            file.append('\n');
        }
        importFile("kind=products&format=shopify&currency=GBP", file.toString());
    }

    private void fondacoFile() {
        String options = chance(5) ? "[\"Colour\"]" : "[]";
        StringBuilder file = new StringBuilder("slug,title,status,options,sku,option_values,price_GBP,categories\n");
        String slug = pick(HANDLES);
        int rows = 1 + random.nextInt(3);
        for (int row = 0; row < rows; row++) {
            file.append(String.join(
                    ",",
                    slug,
                    quoted(pick(TITLES)),
                    pick(STATUSES),
                    quoted(options),
                    pick(SKUS),
                    options.equals("[]") ? "[]" : quoted("[\"%s\"]".formatted(pick(VALUES))),
                    "%d.%02d".formatted(random.nextInt(50), random.nextInt(100)),
                    quoted("[[\"Kitchen\",\"%s\"]]".formatted(pick(VALUES)))));
            file.append('\n');
        }
        importFile("kind=products&format=fondaco", file.toString());
    }

    private void stockFile() {
        StringBuilder file = new StringBuilder("sku,location,available\n");
        for (int row = random.nextInt(4); row >= 0; row--) {
            file.append("%s,%s,%d\n".formatted(pick(SKUS), pick(LOCATIONS), random.nextInt(100) - 5));
        }
        importFile("kind=stock&create_locations=" + chance(5), file.toString());
    }

    private void importFile(String query, String file) {
        ShopClient.ApiResponse accepted = staff.importCsv(query, file);
        addToHistory("  import %s%n%s -> %d %s".formatted(query, file, accepted.status(), accepted.body()));
        assertThat(accepted.status()).as(history()).isEqualTo(202);
        JsonNode end = staff.awaitImport(accepted.body().get("id").asText());
        addToHistory("  " + end);
        outcomes.merge("%s %s".formatted(query, end.get("status").asText()), 1, Integer::sum);
        assertThat(end.get("status").asText()).as(history()).isEqualTo("done");
    }

    private static String quoted(String cell) {
        return '"' + cell.replace("\"", "\"\"") + '"';
    }

    private void newCategory() {
        Map<String, Object> category = new HashMap<>(Map.of("name", pick(VALUES)));
        addRandomParent(category);
        send("POST", "/admin/v1/categories", Map.of(), category);
    }

    private void changeCategory() {
        Map<String, Object> category = new HashMap<>();
        if (chance(6)) {
            category.put("name", pick(VALUES));
        }
        addRandomParent(category);
        sendWithIfMatch("PATCH", anyPath("/admin/v1/categories"), category);
    }

    private void addRandomParent(Map<String, Object> category) {
        if (chance(4)) {
            String parent = anyPath("/admin/v1/categories");
            category.put("parent_id", parent.substring(parent.lastIndexOf('/') + 1));
        }
    }

    private void adjustStock() {
        Map<String, Object> adjustment = new HashMap<>(Map.of("sku", pick(SKUS), "location", pick(LOCATIONS)));
        adjustment.put(pick(List.of("delta", "available")), random.nextInt(60) - 20);
        adjustment.put("create_location", chance(5));
        send("POST", "/admin/v1/stock/adjustments", idempotencyKey(), adjustment);
    }

    private void newLocation() {
        send(
                "POST",
                "/admin/v1/stock-locations",
                Map.of(),
                Map.of("code", pick(LOCATIONS), "name", pick(TITLES), "priority", random.nextInt(5)));
    }

    private void changeLocation() {
        Map<String, Object> change = new HashMap<>();
        if (chance(5)) {
            change.put("name", pick(TITLES));
        }
        if (chance(4)) {
            change.put("active", chance(7));
        }
        if (chance(4)) {
            change.put("ships_online", chance(7));
        }
        String location = anyPath("/admin/v1/stock-locations", "code");
        sendWithIfMatch("PATCH", location.replace(" ", "%20"), change);
    }

    private void sellingPolicy() {
        Map<String, Object> policy = new HashMap<>(Map.of("policy", pick(List.of("deny", "backorder", "preorder"))));
        if (chance(8)) {
            policy.put("limit", 1 + random.nextInt(20));
        }
        sendWithIfMatch("PUT", "/admin/v1/stock/%s/selling-policy".formatted(pick(SKUS)), policy);
    }

    private void buy() {
        List<String> purchasable = purchasableSkus();
        List<Map<String, Object>> lines = IntStream.range(0, 1 + random.nextInt(3))
                .mapToObj(_ -> Map.<String, Object>of(
                        "sku",
                        purchasable.isEmpty() || chance(1) ? pick(SKUS) : pick(purchasable),
                        "quantity",
                        1 + random.nextInt(4)))
                .toList();
        Map<String, Object> cart = Map.of("currency", "GBP", "email", "ada@example.com", "lines", lines);
        ShopClient.ApiResponse opened = send("POST", "/store/v1/carts", "", Map.of(), cart);
        if (opened.status() != 201) {
            return;
        }
        String path = "/store/v1/carts/" + opened.body().get("id").asText();
        String token = opened.body().get("cart_token").asText();
        send("PATCH", path, token, Map.of(), Map.of("shipping_method", "pickup"));
        String paymentToken = pick(List.of("tok_ok", "tok_ok", "tok_ok", "tok_decline"));
        Map<String, Object> payment = Map.of("payment", Map.of("provider", "test", "token", paymentToken));
        send("POST", path + "/complete", token, idempotencyKey(), payment);
    }

    /** SKUs that are visible and available in the store. */
    private List<String> purchasableSkus() {
        List<String> skus = new ArrayList<>();
        staff.get("/store/v1/products?limit=100", "")
                .expect(200)
                .body()
                .get("data")
                .forEach(product -> product.get("variants").forEach(variant -> {
                    if (variant.get("available").asBoolean()) {
                        skus.add(variant.get("sku").asText());
                    }
                }));
        return skus;
    }

    private void changeOrder(String verb) {
        String order = anyPath("/admin/v1/orders");
        Map<String, Object> request = new HashMap<>();
        List<Map<String, Object>> lines = new ArrayList<>();
        staff.get(order, staff.adminKey()).body().path("lines").forEach(line -> {
            if (chance(6)) {
                lines.add(Map.of("line_id", line.get("id").asText(), "quantity", 1 + random.nextInt(3)));
            }
        });
        if (chance(7) && !verb.equals("capture")) {
            request.put("lines", lines);
        }
        if (verb.equals("refunds") && chance(4)) {
            request.put("amount", money(1 + random.nextInt(1_500)));
        }
        if (verb.equals("refunds") || verb.equals("returns")) {
            request.put("restock", chance(5));
        }
        if (verb.equals("returns")) {
            request.put("refund", chance(5));
        }
        this.lastOrderPath =
                send("POST", order + "/" + verb, idempotencyKey(), request).status() < 300
                        ? Optional.of(order)
                        : Optional.empty();
    }

    private void newKey() {
        Map<String, Object> key =
                new HashMap<>(Map.of("name", pick(TITLES), "scopes", List.of(pick(SCOPES), pick(SCOPES))));
        if (chance(5)) {
            key.put(
                    "expires_at",
                    Instant.now().plusSeconds(random.nextInt(2_000) - 200).toString());
        }
        send("POST", "/admin/v1/api-keys", Map.of(), key);
    }

    private void changeKey() {
        Map<String, Object> change = new HashMap<>();
        if (chance(5)) {
            change.put("scopes", List.of(pick(SCOPES)));
        }
        if (chance(5)) {
            change.put(
                    "expires_at",
                    Instant.now().plusSeconds(random.nextInt(2_000)).toString());
        }
        sendWithIfMatch("PATCH", anyPath("/admin/v1/api-keys"), change);
    }
}
