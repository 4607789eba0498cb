package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.fondaco.platform.embedded.ReplicatedPostgres;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The schema of this release supports the previous release: its pods run beside pods of this release, and alone again
 * after a rollback. {@code -Dprevious.release=} names a directory with the {@code quarkus-app} of the previous release.
 */
class PreviousReleaseIT {
    private static final String PREVIOUS = System.getProperty("previous.release", "");
    private static final Duration SETTLE_TIMEOUT = Duration.ofMinutes(2);
    private static final Duration EXIT_TIMEOUT = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    private final List<PackagedApp> pods = new ArrayList<>();
    private ReplicatedPostgres database;
    private FaultyWebhookReceiver faultyWebhookReceiver;
    private Map<String, String> environment;

    @BeforeEach
    void open() throws IOException {
        database = ReplicatedPostgres.startEmpty(directory, 1);
        faultyWebhookReceiver = FaultyWebhookReceiver.open();
        environment = Pods.sellingEnvironment(database);
        environment.put("FONDACO_DATABASE_MIGRATE_AT_START", "false");
        environment.putAll(FaultyWebhookReceiver.settings());
    }

    @AfterEach
    void close() {
        List<AutoCloseable> all = new ArrayList<>(pods);
        all.add(faultyWebhookReceiver);
        all.add(database);
        Pods.closeAll(all);
    }

    private PackagedApp register(PackagedApp pod) {
        pods.add(pod);
        return pod;
    }

    private PackagedApp startPrevious(String name) {
        return register(PackagedApp.startBuild(Path.of(PREVIOUS), "previous-release-" + name, environment));
    }

    private void migrate() throws InterruptedException {
        PackagedApp migration = register(PackagedApp.launch("previous-release-migrate", environment, "migrate"));
        assertThat(migration.awaitExit(EXIT_TIMEOUT)).isZero();
    }

    @Test
    void previousReleaseSellsOnThisSchemaBesideThisReleaseAndAlone() throws Exception {
        assumeThat(PREVIOUS).as("-Dprevious.release= is not set").isNotEmpty();
        assertThat(Path.of(PREVIOUS, "quarkus-run.jar")).isRegularFile();
        migrate();
        PackagedApp previous = startPrevious("before");
        PackagedApp current = register(PackagedApp.start("previous-release-now", withRoles("browse,buy,admin")));
        ShopClient previousClient = new ShopClient(previous.base(), PackagedApp.ADMIN_KEY);
        ShopClient currentClient = new ShopClient(current.base(), PackagedApp.ADMIN_KEY);
        try (previousClient;
                currentClient) {
            createProductAndWebhook(previousClient);
            browse(previousClient);
            browse(currentClient);
            List<String> orders = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                orders.add(buy(previousClient));
                orders.add(buy(currentClient));
            }
            // The previous release is the only worker, so it delivers the events of both releases.
            awaitWebhooks(orders);
            // Each release continues with an order of the other.
            cancel(currentClient, orders.get(0));
            cancel(previousClient, orders.get(1));
        }
        current.close();
        previous.close();

        PackagedApp upgradedPod = register(PackagedApp.start("previous-release-upgraded", environment));
        String upgraded;
        try (ShopClient client = new ShopClient(upgradedPod.base(), PackagedApp.ADMIN_KEY)) {
            upgraded = buy(client);
            awaitWebhooks(List.of(upgraded));
        }
        upgradedPod.close();

        PackagedApp rolledBackPod = startPrevious("back");
        try (ShopClient client = new ShopClient(rolledBackPod.base(), PackagedApp.ADMIN_KEY)) {
            browse(client);
            awaitWebhooks(List.of(buy(client)));
            cancel(client, upgraded);
        }
        assertThat(database.primary().query("SELECT count(*) FROM messaging.dead_letter"))
                .isEqualTo("0");
        assertThat(database.primary().query("SELECT count(*) FROM messaging.retry"))
                .isEqualTo("0");
        await().atMost(SETTLE_TIMEOUT)
                .untilAsserted(() -> assertThat(database.primary().query("""
                                SELECT on_hand || ' ' || reserved || ' ' || available FROM inventory.stock_level
                                """))
                        .as("1,000 units, 8 orders of one, 3 of them cancelled")
                        .isEqualTo("995 0 995"));
    }

    @Test
    void podRefusesSchemasOlderThanItNeeds() throws Exception {
        PackagedApp early = register(PackagedApp.launch("previous-release-early", environment));
        assertThat(early.awaitExit(EXIT_TIMEOUT)).isEqualTo(1);
        assertThat(Files.readString(early.log()))
                .contains("older than this release needs (access is at 0 and must be at %d, "
                        .formatted(migrations("access")))
                .contains("run this release with the argument migrate first");
        migrate();
        PackagedApp ready = register(PackagedApp.start("previous-release-ready", environment));
        assertThat(ready.get("/q/health/ready")).contains("up to date");
    }

    /** The number of migrations of a module, which are numbered from 1. */
    private static long migrations(String module) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("db-migrations", module))) {
            return files.count();
        }
    }

    private Map<String, String> withRoles(String roles) {
        Map<String, String> settings = new TreeMap<>(environment);
        settings.put("FONDACO_ROLES", roles);
        return settings;
    }

    private void createProductAndWebhook(ShopClient staff) {
        staff.importProductWithStock("THING", 1_000);
        faultyWebhookReceiver.subscribeToOrderEvents(staff, "/good");
    }

    private static void browse(ShopClient visitor) {
        await().atMost(SETTLE_TIMEOUT).untilAsserted(() -> assertThat(visitor.get("/store/v1/products/thing", "")
                        .expect(200)
                        .body()
                        .toString())
                .contains("THING", "500"));
        visitor.get("/store/v1/products?limit=10", "").expect(200);
    }

    private static String buy(ShopClient shopper) {
        JsonNode order = shopper.buy("GBP", "THING");
        return order.path("order").path("id").asText(order.path("id").asText());
    }

    private static void cancel(ShopClient staff, String order) {
        String path = "/admin/v1/orders/" + order;
        staff.get(path, PackagedApp.ADMIN_KEY).expect(200);
        staff.send(
                        "POST",
                        path + "/cancel",
                        PackagedApp.ADMIN_KEY,
                        Map.of("Idempotency-Key", UUID.randomUUID().toString()),
                        Map.of())
                .expect(200);
    }

    /** Waits until a webhook has reported each order. */
    private void awaitWebhooks(List<String> orders) {
        await().atMost(SETTLE_TIMEOUT).untilAsserted(() -> assertThat(faultyWebhookReceiver.acceptedEvents("/good"))
                .filteredOn(receivedEvent -> receivedEvent.type().equals("order.placed"))
                .extracting(FaultyWebhookReceiver.ReceivedEvent::subject)
                .containsAll(orders));
    }
}
