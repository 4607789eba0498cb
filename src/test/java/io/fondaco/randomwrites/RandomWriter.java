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

/** Writes something, by one of all ways; what is right and what is not is up to the shop. */
final class RandomWriter {
    private static final int REMEMBERED = 30;
    private static final int VARIANTS = 3;
    private static final List<String> HANDLES = named("walk-", 8);
    private static final List<String> SKUS = named("WALK-", 8 * VARIANTS);
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
    private final Deque<String> last = new ArrayDeque<>();
    private final SortedMap<String, Integer> outcomes = new TreeMap<>();
    private final Map<String, Runnable> ways = new LinkedHashMap<>();
    private Optional<String> order = Optional.empty();

    RandomWriter(ShopClient staff, Random random) {
        this.staff = staff;
        this.random = random;
        ways.put("new product", this::newProduct);
        ways.put("changed product", this::changeProduct);
        ways.put("archived product", () -> withMatch("DELETE", any("/admin/v1/products"), Map.of()));
        ways.put("new variant", this::newVariant);
        ways.put("changed variant", this::changeVariant);
        ways.put("deleted variant", () -> withMatch("DELETE", any("/admin/v1/variants"), Map.of()));
        ways.put("Shopify file", this::shopifyFile);
        ways.put("second Shopify file", this::shopifyFile);
        ways.put("Fondaco file", this::fondacoFile);
        ways.put("new category", this::newCategory);
        ways.put("changed category", this::changeCategory);
        ways.put("deleted category", () -> withMatch("DELETE", any("/admin/v1/categories"), Map.of()));
        ways.put("adjustment of stock", this::adjust);
        ways.put("stock file", this::stockFile);
        ways.put("new location", this::newLocation);
        ways.put("changed location", this::changeLocation);
        ways.put("selling policy", this::sellingPolicy);
        ways.put("purchase", this::buy);
        ways.put("second purchase", this::buy);
        ORDER_VERBS.forEach(verb -> ways.put("order: " + verb, () -> changeOrder(verb)));
        ways.put("new key", this::newKey);
        ways.put("changed key", this::changeKey);
        ways.put("revoked key", () -> withMatch("DELETE", any("/admin/v1/api-keys"), Map.of()));
    }

    private static List<String> named(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(n -> prefix + n).toList();
    }

    /** Gives the shop something to sell and an order for each product, so that the first writes find something. */
    void begin() {
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

    /** Writes once. */
    void write() {
        List<String> names = List.copyOf(ways.keySet());
        String way = of(names);
        note(way);
        ways.get(way).run();
    }

    /** The last writes and their answers, the oldest first. */
    String last() {
        return String.join("\n", last);
    }

    /** The path of the order that was changed last. */
    Optional<String> order() {
        return order;
    }

    /** How often which answer came, by what was asked for. */
    Map<String, Integer> outcomes() {
        return outcomes;
    }

    private void note(String what) {
        if (last.size() >= REMEMBERED) {
            last.removeFirst();
        }
        last.addLast(what);
    }

    private ShopClient.Answer send(String method, String path, Map<String, String> headers, Object body) {
        return send(method, path, staff.adminKey(), headers, body);
    }

    private ShopClient.Answer send(
            String method, String path, String bearer, Map<String, String> headers, Object body) {
        ShopClient.Answer answer = staff.send(method, path, bearer, headers, body);
        note("  %s %s %s -> %d %s".formatted(method, path, body, answer.status(), answer.body()));
        String kind = "%s %s %d"
                .formatted(
                        method,
                        path.replaceAll("[a-z]+_[0-9a-z]{26}", "{id}").replaceAll("(WALK|walk)-\\d+", "{name}"),
                        answer.status());
        outcomes.merge(kind, 1, Integer::sum);
        assertThat(answer.status()).as(last()).isLessThan(500);
        return answer;
    }

    private static Map<String, String> key() {
        return Map.of("Idempotency-Key", UUID.randomUUID().toString());
    }

    private <T> T of(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private boolean maybe(int inTen) {
        return random.nextInt(10) < inTen;
    }

    /** The path of any one of a list; one that is not there if it is empty. */
    private String any(String list) {
        return any(list, "id");
    }

    private String any(String list, String name) {
        JsonNode all = staff.get(list + "?limit=100", staff.adminKey())
                .expect(200)
                .body()
                .get("data");
        return all.isEmpty()
                ? list + "/none"
                : list + "/" + all.get(random.nextInt(all.size())).get(name).asText();
    }

    private ShopClient.Answer withMatch(String method, String path, Object body) {
        return send(method, path, Map.of("If-Match", "*"), body);
    }

    private void newProduct() {
        Map<String, Object> product = product();
        product.put("slug", of(HANDLES));
        send("POST", "/admin/v1/products", Map.of(), product);
    }

    private void changeProduct() {
        withMatch("PATCH", any("/admin/v1/products"), product());
    }

    private Map<String, Object> product() {
        Map<String, Object> product = new HashMap<>();
        product.put("title", of(TITLES));
        product.put("status", of(STATUSES));
        List<String> options =
                IntStream.range(0, random.nextInt(3)).mapToObj(_ -> of(OPTIONS)).toList();
        if (maybe(7)) {
            product.put("options", options);
        }
        if (maybe(5)) {
            product.put("tags", List.of(of(VALUES), of(VALUES)));
        }
        if (maybe(3)) {
            String category = any("/admin/v1/categories");
            product.put("category_ids", List.of(category.substring(category.lastIndexOf('/') + 1)));
        }
        if (maybe(3)) {
            product.put("attributes", Map.of("care", of(TITLES)));
        }
        if (maybe(6)) {
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
        variant.put("sku", of(SKUS));
        Map<String, String> values = new HashMap<>();
        options.forEach(option -> values.put(option, of(VALUES)));
        variant.put("options", values);
        if (maybe(8)) {
            variant.put("prices", List.of(Map.of("price", money(1 + random.nextInt(2_000)))));
        }
        if (maybe(3)) {
            variant.put("weight_grams", random.nextInt(5_000));
        }
        if (maybe(2)) {
            variant.put("inventory_tracked", maybe(5));
        }
        return variant;
    }

    private static Map<String, Object> money(long pence) {
        return Map.of("amount", pence, "currency", "GBP");
    }

    private void newVariant() {
        String product = any("/admin/v1/products");
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
        Map<String, Object> change = variant(List.of(of(OPTIONS)));
        if (maybe(6)) {
            change.remove("sku");
        }
        if (maybe(7)) {
            change.remove("options");
        }
        withMatch("PATCH", any("/admin/v1/variants"), change);
    }

    /** Some rows of one product, of which any may be wrong. */
    private void shopifyFile() {
        StringBuilder file = new StringBuilder(
                "Handle,Title,Published,Status,Option1 Name,Option1 Value,Option2 Name,"
                        + "Option2 Value,Variant SKU,Variant Grams,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Tags\n");
        String handle = of(HANDLES);
        String first = of(OPTIONS);
        String second = maybe(4) ? of(OPTIONS) : "";
        int rows = 1 + random.nextInt(4);
        for (int row = 0; row < rows; row++) {
            file.append(String.join(
                    ",",
                    handle,
                    row == 0 ? quoted(of(TITLES)) : "",
                    row == 0 ? of(List.of("TRUE", "FALSE", "")) : "",
                    row == 0 ? of(STATUSES) : "",
                    row == 0 ? first : "",
                    quoted(of(VALUES)),
                    row == 0 ? second : "",
                    second.isEmpty() ? "" : quoted(of(VALUES)),
                    maybe(3) ? "" : of(SKUS),
                    Integer.toString(random.nextInt(3_000)),
                    Integer.toString(random.nextInt(50)),
                    of(List.of("deny", "continue")),
                    "%d.%02d".formatted(random.nextInt(50), random.nextInt(100)),
                    quoted("a, B")));
            file.append('\n');
        }
        importFile("kind=products&format=shopify&currency=GBP", file.toString());
    }

    private void fondacoFile() {
        String options = maybe(5) ? "[\"Colour\"]" : "[]";
        StringBuilder file = new StringBuilder("slug,title,status,options,sku,option_values,price_GBP,categories\n");
        String slug = of(HANDLES);
        int rows = 1 + random.nextInt(3);
        for (int row = 0; row < rows; row++) {
            file.append(String.join(
                    ",",
                    slug,
                    quoted(of(TITLES)),
                    of(STATUSES),
                    quoted(options),
                    of(SKUS),
                    options.equals("[]") ? "[]" : quoted("[\"%s\"]".formatted(of(VALUES))),
                    "%d.%02d".formatted(random.nextInt(50), random.nextInt(100)),
                    quoted("[[\"Kitchen\",\"%s\"]]".formatted(of(VALUES)))));
            file.append('\n');
        }
        importFile("kind=products&format=fondaco", file.toString());
    }

    private void stockFile() {
        StringBuilder file = new StringBuilder("sku,location,available\n");
        for (int row = random.nextInt(4); row >= 0; row--) {
            file.append("%s,%s,%d\n".formatted(of(SKUS), of(LOCATIONS), random.nextInt(100) - 5));
        }
        importFile("kind=stock&create_locations=" + maybe(5), file.toString());
    }

    private void importFile(String query, String file) {
        ShopClient.Answer accepted = staff.importCsv(query, file);
        note("  import %s%n%s -> %d %s".formatted(query, file, accepted.status(), accepted.body()));
        assertThat(accepted.status()).as(last()).isEqualTo(202);
        JsonNode end = staff.awaitImport(accepted.body().get("id").asText());
        note("  " + end);
        outcomes.merge("%s %s".formatted(query, end.get("status").asText()), 1, Integer::sum);
        assertThat(end.get("status").asText()).as(last()).isEqualTo("done");
    }

    private static String quoted(String cell) {
        return '"' + cell.replace("\"", "\"\"") + '"';
    }

    private void newCategory() {
        Map<String, Object> category = new HashMap<>(Map.of("name", of(VALUES)));
        parent(category);
        send("POST", "/admin/v1/categories", Map.of(), category);
    }

    private void changeCategory() {
        Map<String, Object> category = new HashMap<>();
        if (maybe(6)) {
            category.put("name", of(VALUES));
        }
        parent(category);
        withMatch("PATCH", any("/admin/v1/categories"), category);
    }

    private void parent(Map<String, Object> category) {
        if (maybe(4)) {
            String parent = any("/admin/v1/categories");
            category.put("parent_id", parent.substring(parent.lastIndexOf('/') + 1));
        }
    }

    private void adjust() {
        Map<String, Object> adjustment = new HashMap<>(Map.of("sku", of(SKUS), "location", of(LOCATIONS)));
        adjustment.put(of(List.of("delta", "available")), random.nextInt(60) - 20);
        adjustment.put("create_location", maybe(5));
        send("POST", "/admin/v1/stock/adjustments", key(), adjustment);
    }

    private void newLocation() {
        send(
                "POST",
                "/admin/v1/stock-locations",
                Map.of(),
                Map.of("code", of(LOCATIONS), "name", of(TITLES), "priority", random.nextInt(5)));
    }

    private void changeLocation() {
        Map<String, Object> change = new HashMap<>();
        if (maybe(5)) {
            change.put("name", of(TITLES));
        }
        if (maybe(4)) {
            change.put("active", maybe(7));
        }
        if (maybe(4)) {
            change.put("ships_online", maybe(7));
        }
        String location = any("/admin/v1/stock-locations", "code");
        withMatch("PATCH", location.replace(" ", "%20"), change);
    }

    private void sellingPolicy() {
        Map<String, Object> policy = new HashMap<>(Map.of("policy", of(List.of("deny", "backorder", "preorder"))));
        if (maybe(8)) {
            policy.put("limit", 1 + random.nextInt(20));
        }
        withMatch("PUT", "/admin/v1/stock/%s/selling-policy".formatted(of(SKUS)), policy);
    }

    private void buy() {
        List<String> offered = offered();
        List<Map<String, Object>> lines = IntStream.range(0, 1 + random.nextInt(3))
                .mapToObj(_ -> Map.<String, Object>of(
                        "sku",
                        offered.isEmpty() || maybe(1) ? of(SKUS) : of(offered),
                        "quantity",
                        1 + random.nextInt(4)))
                .toList();
        Map<String, Object> cart = Map.of("currency", "GBP", "email", "ada@example.com", "lines", lines);
        ShopClient.Answer opened = send("POST", "/store/v1/carts", "", Map.of(), cart);
        if (opened.status() != 201) {
            return;
        }
        String path = "/store/v1/carts/" + opened.body().get("id").asText();
        String token = opened.body().get("cart_token").asText();
        send("PATCH", path, token, Map.of(), Map.of("shipping_method", "pickup"));
        String money = of(List.of("tok_ok", "tok_ok", "tok_ok", "tok_decline"));
        Map<String, Object> payment = Map.of("payment", Map.of("provider", "test", "token", money));
        send("POST", path + "/complete", token, key(), payment);
    }

    /** SKUs that shoppers see and can have. */
    private List<String> offered() {
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
        String order = any("/admin/v1/orders");
        Map<String, Object> request = new HashMap<>();
        List<Map<String, Object>> lines = new ArrayList<>();
        staff.get(order, staff.adminKey()).body().path("lines").forEach(line -> {
            if (maybe(6)) {
                lines.add(Map.of("line_id", line.get("id").asText(), "quantity", 1 + random.nextInt(3)));
            }
        });
        if (maybe(7) && !verb.equals("capture")) {
            request.put("lines", lines);
        }
        if (verb.equals("refunds") && maybe(4)) {
            request.put("amount", money(1 + random.nextInt(1_500)));
        }
        if (verb.equals("refunds") || verb.equals("returns")) {
            request.put("restock", maybe(5));
        }
        if (verb.equals("returns")) {
            request.put("refund", maybe(5));
        }
        this.order =
                send("POST", order + "/" + verb, key(), request).status() < 300 ? Optional.of(order) : Optional.empty();
    }

    private void newKey() {
        Map<String, Object> key = new HashMap<>(Map.of("name", of(TITLES), "scopes", List.of(of(SCOPES), of(SCOPES))));
        if (maybe(5)) {
            key.put(
                    "expires_at",
                    Instant.now().plusSeconds(random.nextInt(2_000) - 200).toString());
        }
        send("POST", "/admin/v1/api-keys", Map.of(), key);
    }

    private void changeKey() {
        Map<String, Object> change = new HashMap<>();
        if (maybe(5)) {
            change.put("scopes", List.of(of(SCOPES)));
        }
        if (maybe(5)) {
            change.put(
                    "expires_at",
                    Instant.now().plusSeconds(random.nextInt(2_000)).toString());
        }
        withMatch("PATCH", any("/admin/v1/api-keys"), change);
    }
}
