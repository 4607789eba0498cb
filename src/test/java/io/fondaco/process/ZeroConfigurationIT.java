package io.fondaco.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fondaco.replay.ShopClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged application without any configuration, as a new user starts it; killed and started again. */
class ZeroConfigurationIT {
    @TempDir
    private Path data;

    @Test
    void demoShopStartsWithoutConfigurationAndSurvivesKill() throws Exception {
        Map<String, String> environment = Map.of("FONDACO_DATA_DIR", data.toString());
        String number;
        PackagedApp first = PackagedApp.startWithoutOptions("laptop", environment);
        try (ShopClient shop = new ShopClient(first.base(), PackagedApp.ADMIN_KEY)) {
            assertDemoShopIsLoaded(shop);
            assertThat(ProcessHandle.of(first.pid())
                            .orElseThrow()
                            .info()
                            .arguments()
                            .orElseThrow())
                    .as("the process has replaced itself by one with the AOT cache")
                    .contains("-XX:AOTCache=" + PackagedApp.AOT_CACHE.toRealPath());
            assertThat(Files.readString(first.log())).as("a first start").doesNotContain(" ERROR ");
            number = buySomething(shop).get("number").asText();
        } finally {
            first.kill();
        }
        try (PackagedApp second = PackagedApp.start("laptop", environment);
                ShopClient shop = new ShopClient(second.base(), PackagedApp.ADMIN_KEY)) {
            Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                JsonNode orders = shop.get("/admin/v1/orders", PackagedApp.ADMIN_KEY)
                        .expect(200)
                        .body()
                        .get("data");
                assertThat(orders).hasSize(1);
                assertThat(orders.get(0).get("number").asText()).isEqualTo(number);
            });
            assertThat(productCount(shop))
                    .as("the demo shop was not loaded twice")
                    .isEqualTo(productCount(shop))
                    .isBetween(50, 80);
            assertThat(buySomething(shop).get("number").asText()).isNotEqualTo(number);
        }
        assertThat(ProcessHandle.allProcesses()
                        .filter(process ->
                                process.info().commandLine().orElse("").contains(data.toString())))
                .as("processes left behind")
                .isEmpty();
    }

    @Test
    void incompleteConfigurationEndsWithOneLineAndExitCode1() throws Exception {
        PackagedApp app = PackagedApp.launch(
                "half-configured", Map.of("FONDACO_DATABASE_PRIMARY_URL", "jdbc:postgresql://127.0.0.1:1/shop"));
        assertThat(app.awaitExit(Duration.ofSeconds(30))).isEqualTo(1);
        assertThat(Files.readString(app.log()).strip().lines())
                .hasSize(1)
                .first()
                .asString()
                .contains("FONDACO_DATABASE_USERNAME");
    }

    @Test
    void migrateUpdatesTheSchemasAndExits() throws Exception {
        PackagedApp app = PackagedApp.launch("migrate", Map.of("FONDACO_DATA_DIR", data.toString()), "migrate");
        assertThat(app.awaitExit(Duration.ofSeconds(60))).isZero();
        assertThat(Files.readString(app.log())).contains("Database schemas are up to date");
    }

    /** The demo shop must be loaded as soon as the application is ready. */
    static void assertDemoShopIsLoaded(ShopClient shop) {
        JsonNode products =
                shop.get("/store/v1/products?limit=1", "").expect(200).body().get("data");
        assertThat(products).isNotEmpty();
        JsonNode imports = shop.get("/admin/v1/imports?limit=10", PackagedApp.ADMIN_KEY)
                .expect(200)
                .body()
                .get("data");
        assertThat(imports)
                .hasSize(2)
                .allSatisfy(run -> assertThat(run.get("status").asText()).isEqualTo("done"));
        findAvailableSku(shop);
    }

    private static int productCount(ShopClient shop) {
        return shop.get("/store/v1/products?limit=100", "")
                .expect(200)
                .body()
                .get("data")
                .size();
    }

    static JsonNode buySomething(ShopClient shop) {
        return shop.buy("EUR", findAvailableSku(shop));
    }

    /** @return a SKU that is in stock */
    static String findAvailableSku(ShopClient shop) {
        JsonNode products =
                shop.get("/store/v1/products?limit=100", "").expect(200).body().get("data");
        for (JsonNode product : products) {
            for (JsonNode variant : product.get("variants")) {
                if (variant.get("available").asBoolean()) {
                    return variant.get("sku").asText();
                }
            }
        }
        throw new AssertionError("Nothing can be bought: " + products);
    }
}
