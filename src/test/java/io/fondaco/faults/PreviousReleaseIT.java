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
 * The schema of this release carries the release before: that one's pods go on beside new ones, and alone again when the new ones are
 * taken back. {@code -Dprevious.release=} names a directory with the {@code quarkus-app} of the release before.
 */
class PreviousReleaseIT {
    private static final String PREVIOUS = System.getProperty("previous.release", "");
    private static final Duration SETTLED = Duration.ofMinutes(2);
    private static final Duration ENDED = Duration.ofMinutes(2);

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

    private PackagedApp add(PackagedApp pod) {
        pods.add(pod);
        return pod;
    }

    private PackagedApp startPrevious(String name) {
        return add(PackagedApp.startBuild(Path.of(PREVIOUS), "previous-release-" + name, environment));
    }

    private void migrate() throws InterruptedException {
        PackagedApp migration = add(PackagedApp.launch("previous-release-migrate", environment, "migrate"));
        assertThat(migration.awaitExit(ENDED)).isZero();
    }

    @Test
    void theReleaseBeforeSellsOnTheSchemaOfThisOneBesideItAndAloneAgain() throws Exception {
        assumeThat(PREVIOUS).as("no -Dprevious.release=, so nothing to try").isNotEmpty();
        assertThat(Path.of(PREVIOUS, "quarkus-run.jar")).isRegularFile();
        migrate();
        PackagedApp before = startPrevious("before");
        PackagedApp now = add(PackagedApp.start("previous-release-now", withRoles("browse,buy,admin")));
        ShopClient old = new ShopClient(before.base(), PackagedApp.ADMIN_KEY);
        ShopClient fresh = new ShopClient(now.base(), PackagedApp.ADMIN_KEY);
        try (old;
                fresh) {
            createProductAndWebhook(old);
            browse(old);
            browse(fresh);
            List<String> orders = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                orders.add(buy(old));
                orders.add(buy(fresh));
            }
            // No other worker is there: what both releases tell, the release before carries.
            awaitWebhooks(orders);
            // Each goes on with what the other began.
            cancel(fresh, orders.get(0));
            cancel(old, orders.get(1));
        }
        now.close();
        before.close();

        PackagedApp alone = add(PackagedApp.start("previous-release-upgraded", environment));
        String upgraded;
        try (ShopClient client = new ShopClient(alone.base(), PackagedApp.ADMIN_KEY)) {
            upgraded = buy(client);
            awaitWebhooks(List.of(upgraded));
        }
        alone.close();

        PackagedApp back = startPrevious("back");
        try (ShopClient client = new ShopClient(back.base(), PackagedApp.ADMIN_KEY)) {
            browse(client);
            awaitWebhooks(List.of(buy(client)));
            cancel(client, upgraded);
        }
        assertThat(database.primary().query("SELECT count(*) FROM messaging.dead_letter"))
                .isEqualTo("0");
        assertThat(database.primary().query("SELECT count(*) FROM messaging.retry"))
                .isEqualTo("0");
        await().atMost(SETTLED)
                .untilAsserted(() -> assertThat(database.primary().query("""
                                SELECT on_hand || ' ' || reserved || ' ' || available FROM inventory.stock_level
                                """))
                        .as("1,000 units, 8 orders of one, 3 of them cancelled")
                        .isEqualTo("995 0 995"));
    }

    @Test
    void aPodRefusesSchemasThatAreOlderThanItNeeds() throws Exception {
        PackagedApp early = add(PackagedApp.launch("previous-release-early", environment));
        assertThat(early.awaitExit(ENDED)).isEqualTo(1);
        assertThat(Files.readString(early.log()))
                .contains("older than this release needs (access is at 0 and must be at %d, "
                        .formatted(migrations("access")))
                .contains("run this release with the argument migrate first");
        migrate();
        PackagedApp ready = add(PackagedApp.start("previous-release-ready", environment));
        assertThat(ready.get("/q/health/ready")).contains("up to date");
    }

    /** How many a module has, which are numbered from 1. */
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
        await().atMost(SETTLED).untilAsserted(() -> assertThat(visitor.get("/store/v1/products/thing", "")
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

    /** Each order was told of, by a webhook. */
    private void awaitWebhooks(List<String> orders) {
        await().atMost(SETTLED).untilAsserted(() -> assertThat(faultyWebhookReceiver.acceptedEvents("/good"))
                .filteredOn(receivedEvent -> receivedEvent.type().equals("order.placed"))
                .extracting(FaultyWebhookReceiver.ReceivedEvent::subject)
                .containsAll(orders));
    }
}
