import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Runs Fondaco with a database of its own, simulates some shoppers, and stops it. The JVM then writes an AOT cache of
 * the classes that it has loaded and linked and of the methods that it has profiled. A single file without
 * dependencies, run from source by {@code ./mvnw package} and while the image is built (Dockerfile).
 *
 * <pre>java TrainAotCache.java CACHE DATA JAVA [OPTION…]</pre>
 *
 * The options end with the absolute path of the jar. A later run uses the cache only with the same options, JVM and
 * jars (names, order, sizes and modification times). It does not start with the cache after the jars were moved to
 * another directory: the file CACHE.jar beside the cache records where they were. The directory DATA is deleted at the
 * end.
 */
final class TrainAotCache {
    private static final long START_SECONDS = 900;
    private static final long WRITE_SECONDS = 900;
    private static final long PAUSE_MILLIS = 200;
    private static final int ROUNDS = 20;
    private static final String ADMIN = "fk_local_admin";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Process fondaco;
    private final URI shop;

    private TrainAotCache(Process fondaco, int port) {
        this.fondaco = fondaco;
        this.shop = URI.create("http://127.0.0.1:" + port);
    }

    public static void main(String... arguments) throws Exception {
        Path cache = Path.of(arguments[0]);
        Path data = Path.of(arguments[1]);
        int port = freePort();
        List<String> command = new ArrayList<>(List.of(arguments).subList(2, arguments.length));
        command.add(1, "-XX:AOTCacheOutput=" + cache);
        if (!Path.of(command.getLast()).isAbsolute()) {
            throw new IllegalArgumentException("Not an absolute path: " + command.getLast());
        }
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().keySet().removeIf(name -> name.startsWith("FONDACO_") || name.startsWith("QUARKUS_"));
        builder.environment().put("FONDACO_DATA_DIR", data.toString());
        builder.environment().put("QUARKUS_HTTP_PORT", Integer.toString(port));
        Process process = builder.start();
        try {
            new TrainAotCache(process, port).train();
        } finally {
            process.destroy();
        }
        if (!process.waitFor(WRITE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("No cache after " + WRITE_SECONDS + " s");
        }
        delete(data);
        Files.writeString(Path.of(cache + ".jar"), command.getLast());
        System.out.printf("%s has %d MB%n", cache, Files.size(cache) / 1_000_000);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void train() throws Exception {
        await("/q/health/ready", "\"UP\"");
        await("/store/v1/products?limit=1", "\"sku\"");
        for (int round = 0; round < ROUNDS; round++) {
            browse();
            buy(round);
            manage();
        }
    }

    private void browse() throws Exception {
        get("/store/v1/categories");
        get("/store/v1/products?limit=20&sort=price");
        String id = first("\"id\":\"(product_[^\"]+)\"", get("/store/v1/products?limit=1"));
        get("/store/v1/products/" + id);
    }

    private void buy(int round) throws Exception {
        List<String> skus = Stream.of(get("/store/v1/products?limit=100").split("\"sku\":\"", -1))
                .skip(1)
                .filter(variant -> variant.contains("\"available\":true"))
                .map(variant -> variant.substring(0, variant.indexOf('"')))
                .toList();
        String sku = skus.get(round % skus.size());
        String cart = send("POST", "/store/v1/carts", "", """
                {"currency": "EUR", "email": "shopper@example.com", "lines": [{"sku": "%s", "quantity": 1}]}
                """.formatted(sku));
        String path = "/store/v1/carts/" + first("\"id\":\"(cart_[^\"]+)\"", cart);
        String token = first("\"cart_token\":\"([^\"]+)\"", cart);
        send("PATCH", path, token, """
                {"shipping_address": {"name": "Ada Lovelace", "line1": "12 Analytical Row", "city": "Berlin",
                 "postal_code": "10115", "country": "DE"}}
                """);
        expect(200, request(path + "/shipping-methods", token).GET().build());
        send("PATCH", path, token, "{\"shipping_method\": \"pickup\"}");
        send("POST", path + "/complete", token, "{\"payment\": {\"provider\": \"test\", \"token\": \"tok_ok\"}}");
    }

    private void manage() throws Exception {
        expect(200, request("/admin/v1/orders?limit=10", ADMIN).GET().build());
        get("/q/health/ready");
        get("/q/health/live");
        get("/q/metrics");
    }

    private void await(String path, String content) throws Exception {
        for (long left = START_SECONDS * 1000; left > 0; left -= PAUSE_MILLIS) {
            if (!fondaco.isAlive()) {
                throw new IllegalStateException("Ended with " + fondaco.exitValue());
            }
            try {
                HttpResponse<String> answer = answer(request(path, "").GET().build());
                if (answer.statusCode() == 200 && answer.body().contains(content)) {
                    return;
                }
            } catch (IOException _) {
                // Not listening yet.
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        throw new IllegalStateException(path + " was not there after " + START_SECONDS + " s");
    }

    private String get(String path) throws Exception {
        return expect(200, request(path, "").GET().build());
    }

    private String send(String method, String path, String token, String json) throws Exception {
        HttpRequest request = request(path, token)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", path + "-" + System.nanoTime())
                .method(method, HttpRequest.BodyPublishers.ofString(json))
                .build();
        return expect(method.equals("POST") ? 201 : 200, request);
    }

    private HttpRequest.Builder request(String path, String token) {
        HttpRequest.Builder request = HttpRequest.newBuilder(shop.resolve(path))
                .timeout(java.time.Duration.ofSeconds(30));
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    private String expect(int status, HttpRequest request) throws Exception {
        HttpResponse<String> answer = answer(request);
        if (answer.statusCode() != status) {
            throw new IllegalStateException("%s: %d %s".formatted(request, answer.statusCode(), answer.body()));
        }
        return answer.body();
    }

    private HttpResponse<String> answer(HttpRequest request) throws Exception {
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static String first(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .findFirst()
                .map(found -> found.group(1))
                .orElseThrow(() -> new IllegalStateException("No " + pattern + " in " + text));
    }
}
