package io.fondaco.faults;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.platform.embedded.ReplicatedPostgres;
import io.fondaco.platform.roles.PodRole;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One pod for each role: each serves only its role, and together they are the whole shop. */
class RolesIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PRODUCTS = "Handle,Title,Status,Variant SKU,Variant Price,Variant Inventory Policy\n"
            + "roles-%1$s,Thing,active,ROLES-%1$s,5.00,deny\n";

    private static final Duration JOB_START_TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    private static Path directory;

    private static final Map<PodRole, PackagedApp> PODS = new EnumMap<>(PodRole.class);
    private static ReplicatedPostgres database;

    @BeforeAll
    static void open() {
        database = ReplicatedPostgres.start(directory, 1);
        for (PodRole podRole : PodRole.values()) {
            PODS.put(podRole, PackagedApp.launch("role-" + podRole.label(), environment(podRole)));
        }
        PODS.values().forEach(PackagedApp::awaitReady);
    }

    private static Map<String, String> environment(PodRole podRole) {
        Map<String, String> environment = Pods.sellingEnvironment(database);
        environment.put("FONDACO_ROLES", podRole.label());
        return environment;
    }

    @AfterAll
    static void close() {
        List<AutoCloseable> all = new ArrayList<>(PODS.values());
        all.add(database);
        Pods.closeAll(all);
    }

    private static PackagedApp pod(PodRole podRole) {
        return PODS.get(podRole);
    }

    private static ShopClient client(PodRole podRole) {
        return new ShopClient(pod(podRole).base(), PackagedApp.ADMIN_KEY);
    }

    @Test
    void everyContractPathIsServedByExactlyOneRole() throws IOException {
        List<String> served = new ArrayList<>();
        for (PodRole podRole : PodRole.values()) {
            JsonNode paths =
                    JSON.readTree(pod(podRole).get("/q/openapi?format=json")).path("paths");
            assertThat(paths.isEmpty()).as("paths of %s", podRole).isEqualTo(podRole == PodRole.WORKER);
            paths.fieldNames().forEachRemaining(served::add);
            assertThat(pod(podRole).get("/q/health/ready")).contains("\"UP\"");
        }
        assertThat(served).doesNotHaveDuplicates();
        List<String> contract;
        try (Stream<String> lines = Files.lines(Path.of("docs", "openapi.yaml"))) {
            contract = lines.filter(line -> line.matches("  /\\S+:"))
                    .map(line -> line.strip().replaceAll(":$", ""))
                    .toList();
        }
        assertThat(contract).isNotEmpty();
        assertThat(served).containsExactlyInAnyOrderElementsOf(contract);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/admin/v1/products", "/admin/v1/nothing", "/store/v1/carts/cart_x", "/store/v1/orders/order_x"})
    void pathOfAnotherRoleIsNotFoundForAnyCaller(String path) {
        String url = pod(PodRole.BROWSE).base().resolve(path).toString();
        given().get(url)
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .header("Request-Id", notNullValue())
                .body("code", equalTo("not_found"))
                .body("type", equalTo("urn:fondaco:problem:not_found"))
                .body("title", equalTo("Not Found"));
        given().header("Authorization", "Bearer " + PackagedApp.ADMIN_KEY)
                .get(url)
                .then()
                .statusCode(404);
        given().contentType("application/json").body("{}").post(url).then().statusCode(404);
    }

    @Test
    void ownPathsAreServedAndMetricsNameTheRole() {
        String browse = pod(PodRole.BROWSE).base().toString();
        given().get(browse + "/store/v1/products").then().statusCode(200);
        given().get(browse + "/store/v1/categories").then().statusCode(200);
        assertThat(pod(PodRole.BROWSE).get("/q/metrics").lines())
                .contains("fondaco_role{role=\"browse\"} 1.0", "fondaco_role{role=\"worker\"} 0.0");
    }

    @Test
    void orderUsesThePodsOfAllRoles() {
        try (ShopClient staff = client(PodRole.ADMIN);
                ShopClient shopper = client(PodRole.BUY);
                ShopClient visitor = client(PodRole.BROWSE)) {
            staff.importProducts("GBP", PRODUCTS.formatted("order"));
            staff.importStock("sku,location,available\nROLES-order,default,5\n");
            visitor.get("/store/v1/products/roles-order", "").expect(200);
            visitor.get("/store/v1/orders/order_00000000000000000000000000", "").expect(404);
            shopper.get("/store/v1/products/roles-order", "").expect(404);
            ShopClient.GuestCart guestCart =
                    shopper.openCart("GBP", "roles@example.com", List.of(Map.of("sku", "ROLES-order", "quantity", 1)));
            shopper.updateCart(guestCart, Map.of("shipping_method", "pickup"));
            JsonNode order =
                    shopper.complete(guestCart, "roles-order-key").expect(201).body();
            staff.get("/admin/v1/orders/" + order.path("id").asText(), PackagedApp.ADMIN_KEY)
                    .expect(200);
        }
        // A worker that has just started runs its first job a little later.
        await().atMost(JOB_START_TIMEOUT).until(() -> jobRuns(PodRole.WORKER) > 0);
        assertThat(List.of(jobRuns(PodRole.BROWSE), jobRuns(PodRole.BUY), jobRuns(PodRole.ADMIN)))
                .containsOnly(0.0);
    }

    private static double jobRuns(PodRole podRole) {
        return Pods.metric(pod(podRole), "fondaco_jobs_runs_seconds_count", "task=");
    }

    @Test
    void importWaitsUntilAWorkerRuns() {
        try (ShopClient staff = client(PodRole.ADMIN)) {
            pod(PodRole.WORKER).close();
            String id = staff.importCsv("kind=products&format=shopify&currency=GBP", PRODUCTS.formatted("waits"))
                    .expect(202)
                    .body()
                    .get("id")
                    .asText();
            // Longer than a worker's poll interval.
            Pods.sleep(Duration.ofSeconds(5));
            assertThat(staff.get("/admin/v1/imports/" + id, PackagedApp.ADMIN_KEY)
                            .expect(200)
                            .body()
                            .path("status")
                            .asText())
                    .isEqualTo("queued");
            PODS.put(PodRole.WORKER, pod(PodRole.WORKER).relaunch("role-worker-again", environment(PodRole.WORKER)));
            pod(PodRole.WORKER).awaitReady();
            assertThat(staff.awaitImport(id).path("status").asText()).isEqualTo("done");
        }
    }
}
