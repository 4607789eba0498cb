package io.fondaco.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.fondaco.IntegrationsProfile;
import io.fondaco.ShopDatabase;
import io.fondaco.checkout.AdminApi;
import io.fondaco.checkout.ProductFixture;
import io.fondaco.checkout.Shopper;
import io.fondaco.platform.database.Connections;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Deliveries of events to the endpoints that subscribe to them: once, signed, thin and in order. */
@QuarkusTest
@TestProfile(IntegrationsProfile.class)
@Tag("integrations")
class WebhookDeliveryTest {
    private static final int MAX_PAYLOAD_BYTES = 20_000;

    @Inject
    ProductFixture productFixture;

    @Inject
    Connections connections;

    @Inject
    ShopDatabase database;

    private final StubWebhookReceiver receiver = new StubWebhookReceiver();

    @AfterEach
    void deleteWebhooks() {
        WebhookAdminClient.deleteAll();
        receiver.close();
    }

    @Test
    void orderPlacedIsDeliveredOnceSignedAndThin() {
        Response webhook = WebhookAdminClient.register(
                receiver.stub("/orders", StubWebhookReceiver.respondWith(200)), "order.placed");
        String secret = webhook.path("secret");
        Response placed = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 2)
                .complete("tok_ok");
        String order = placed.path("id");
        await().until(() -> receiver.requests("/orders", order).size() == 1);
        ReceivedWebhook call = receiver.requests("/orders", order).getFirst();

        assertThat(call.signatures()).containsExactly(WebhookSignatures.expected(secret, call));
        assertThat(Long.parseLong(call.header("webhook-timestamp")))
                .isCloseTo(Instant.now().getEpochSecond(), Offset.offset(60L));
        assertThat(call.header("content-type")).isEqualTo("application/json");
        assertThat(call.body().length()).isLessThan(MAX_PAYLOAD_BYTES);
        assertThat(call.json().getMap("$").keySet().stream().map(String::valueOf))
                .containsExactlyInAnyOrder(
                        "id", "type", "timestamp", "subject", "sequence", "resource_version", "data");
        assertThat(call.id()).startsWith("event_").isEqualTo(call.json().getString("id"));
        assertThat(call.type()).isEqualTo("order.placed");
        assertThat(call.sequence()).isEqualTo(1);
        assertThat(Instant.parse(call.json().getString("timestamp"))).isBeforeOrEqualTo(Instant.now());
        assertThat(call.json().getLong("data.total.amount")).isEqualTo(500);
        assertThat(call.body().toLowerCase(Locale.ROOT)).doesNotContain("ada", "example.org", "email", "address");

        AdminApi.request()
                .header("Fondaco-Consistency", call.header("fondaco-consistency"))
                .get("/admin/v1/orders/" + order)
                .then()
                .statusCode(200)
                .header("ETag", '"' + call.json().getString("resource_version") + '"');
        await().untilAsserted(() -> WebhookAdminClient.deliveries(webhook.path("id"))
                .then()
                .body("data.size()", equalTo(1))
                .body("data[0].status", equalTo("delivered"))
                .body("data[0].event_id", equalTo(call.id()))
                .body("data[0].attempts.size()", equalTo(1))
                .body("data[0].attempts[0].status", equalTo(200))
                .body("data[0].attempts[0].error", equalTo(""))
                .body("data[0].attempts[0].response", equalTo("OK")));
        assertThat(receiver.requests("/orders", order)).hasSize(1);
    }

    @Test
    void endpointReceivesOnlyItsEventTypes() {
        WebhookAdminClient.registerForId(
                receiver.stub("/exact", StubWebhookReceiver.respondWith(200)), "order.fulfilled", "product.created");
        WebhookAdminClient.registerForId(receiver.stub("/orders", StubWebhookReceiver.respondWith(200)), "order.*");
        WebhookAdminClient.registerForId(receiver.stub("/all", StubWebhookReceiver.respondWith(204)), "*");
        Response placed = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 1)
                .complete("tok_ok");
        String order = placed.path("id");
        AdminApi.orderAction(order, "fulfillments", Map.of()).then().statusCode(201);
        String product = WebhookAdminClient.createProduct();

        await().untilAsserted(() -> {
            assertThat(types("/all", order)).containsExactly("order.placed", "order.fulfilled");
            assertThat(types("/all", product)).contains("product.created");
            assertThat(types("/orders", order)).containsExactly("order.placed", "order.fulfilled");
            assertThat(types("/exact", order)).containsExactly("order.fulfilled");
            assertThat(types("/exact", product)).containsExactly("product.created");
        });
        assertThat(receiver.requests("/orders"))
                .allSatisfy(call -> assertThat(call.type()).startsWith("order."));
        assertThat(receiver.requests("/exact"))
                .allSatisfy(call -> assertThat(call.type()).isIn("order.fulfilled", "product.created"));
    }

    @Test
    void bothSecretsSignForADayAfterARotation() throws Exception {
        Response webhook = WebhookAdminClient.register(
                receiver.stub("/rotated", StubWebhookReceiver.respondWith(200)), "webhook.test");
        String id = webhook.path("id");
        String before = webhook.path("secret");
        WebhookAdminClient.test(id);
        await().until(() -> receiver.requests("/rotated").size() == 1);
        ReceivedWebhook early = receiver.requests("/rotated").getFirst();
        assertThat(early.signatures()).containsExactly(WebhookSignatures.expected(before, early));

        Instant beforeRotation = Instant.now().truncatedTo(ChronoUnit.MICROS);
        Response rotated = WebhookAdminClient.rotate(id);
        String after = rotated.path("secret");
        assertThat(after).startsWith("whsec_").isNotEqualTo(before);
        WebhookAdminClient.test(id);
        await().until(() -> receiver.requests("/rotated").size() == 2);
        ReceivedWebhook between = receiver.requests("/rotated").getLast();
        assertThat(between.signatures())
                .containsExactly(
                        WebhookSignatures.expected(after, between), WebhookSignatures.expected(before, between));

        Instant until = Instant.parse(WebhookAdminClient.get(id).path("previous_secret_until"));
        assertThat(until)
                .isBetween(
                        beforeRotation.plus(Duration.ofDays(1)), Instant.now().plus(Duration.ofDays(1)));
        database.execute("UPDATE webhook.endpoint SET previous_until = now() WHERE id = '"
                + WebhookId.parse(id).value() + "'");
        await().until(() -> WebhookAdminClient.get(id).path("previous_secret_until") == null);
        WebhookAdminClient.test(id);
        await().until(() -> receiver.requests("/rotated").size() == 3);
        ReceivedWebhook late = receiver.requests("/rotated").getLast();
        assertThat(late.signatures()).containsExactly(WebhookSignatures.expected(after, late));
    }

    @Test
    void failedDeliveryIsRetriedUnderTheSameId() {
        String id = WebhookAdminClient.registerForId(
                receiver.stub("/moody", StubWebhookReceiver.acceptEveryThird()), "product.created");
        String product = WebhookAdminClient.createProduct();
        await().untilAsserted(() -> WebhookAdminClient.deliveries(id)
                .then()
                .body("data.size()", equalTo(1))
                .body("data[0].subject", equalTo(product))
                .body("data[0].status", equalTo("delivered"))
                .body("data[0].attempts.status", equalTo(List.of(500, 500, 200)))
                .body(
                        "data[0].attempts.error",
                        equalTo(List.of("The endpoint returned 500", "The endpoint returned 500", ""))));
        assertThat(receiver.requests("/moody")).hasSize(3);
        assertThat(receiver.requests("/moody").stream().map(ReceivedWebhook::id).distinct())
                .hasSize(1);
        assertThat(receiver.requests("/moody").stream()
                        .map(ReceivedWebhook::body)
                        .distinct())
                .hasSize(1);
        WebhookAdminClient.get(id)
                .then()
                .body("consecutive_failures", equalTo(0))
                .body("failing_since", equalTo(null));
    }

    @Test
    void eventsOfAnOrderArriveInOrderAtASlowReceiver() {
        CountDownLatch released = new CountDownLatch(1);
        StubWebhookReceiver.ResponseBehavior slow = (call, socket) -> {
            if (call.type().startsWith("order.")) {
                released.await();
            }
            StubWebhookReceiver.respondWith(200).respond(call, socket);
        };
        String id = WebhookAdminClient.registerForId(receiver.stub("/slow", slow), "order.*", "product.created");
        WebhookAdminClient.registerForId(
                receiver.stub("/quick", StubWebhookReceiver.respondWith(200)), "order.*", "product.created");
        WebhookAdminClient.change(id, Map.of("status", "disabled")).then().statusCode(200);
        Instant from = Instant.now();
        String order = Shopper.readyToCheckout(productFixture.createProduct(250, 10), 2)
                .complete("manual", "", UUID.randomUUID().toString())
                .path("id");
        AdminApi.orderAction(order, "capture", Map.of()).then().statusCode(200);
        AdminApi.orderAction(order, "fulfillments", Map.of()).then().statusCode(201);
        AdminApi.orderAction(
                        order, "refunds", Map.of("amount", Map.of("amount", 100, "currency", "GBP"), "reason", "late"))
                .then()
                .statusCode(201);
        String product = WebhookAdminClient.createProduct();
        List<String> expected = List.of("order.placed", "order.captured", "order.fulfilled", "order.refunded");
        await().until(() -> types("/quick", order).equals(expected)
                && !receiver.requests("/quick", product).isEmpty());

        // All of these deliveries are due at the same time.
        WebhookAdminClient.change(id, Map.of("status", "enabled")).then().statusCode(200);
        WebhookAdminClient.replay(
                        id, Map.of("from", from.toString(), "to", Instant.now().toString()))
                .then()
                .statusCode(202);
        await().pollInterval(Duration.ofMillis(10))
                .until(() -> !receiver.requests("/slow", product).isEmpty());
        // A later event of another subject was delivered first, so the pod has skipped the order's later events.
        assertThat(types("/slow", order)).containsExactly("order.placed");
        released.countDown();
        await().until(() -> firstAttempts(order).size() == expected.size());
        assertThat(firstAttempts(order)).isEqualTo(expected);
        assertThat(receiver.requests("/slow", order).stream().map(ReceivedWebhook::sequence))
                .isSorted();
    }

    @Test
    void secretIsInNoLogAndInNoTable() throws Exception {
        try (LogRecorder log = LogRecorder.open()) {
            Response webhook = WebhookAdminClient.register(
                    receiver.stub("/gone", StubWebhookReceiver.respondWith(410)), "product.created");
            String id = webhook.path("id");
            List<String> secrets = List.of(
                    webhook.path("secret"), WebhookAdminClient.rotate(id).path("secret"));
            WebhookAdminClient.createProduct();
            await().until(() -> "disabled".equals(WebhookAdminClient.get(id).path("status")));
            assertThat(log.lines()).as("the log is recorded").anyMatch(line -> line.contains(id));
            for (String secret : secrets) {
                for (String encoding : encodings(secret)) {
                    assertThat(log.lines()).noneMatch(line -> line.contains(encoding));
                    assertThat(columnsContaining(encoding)).isEmpty();
                }
            }
            assertThat(columnsContaining("/gone"))
                    .as("the search finds an existing text")
                    .contains("webhook.endpoint.url");
        }
    }

    @Test
    void testEventIsSentOnlyToTheTestedWebhook() {
        String tested = WebhookAdminClient.registerForId(
                receiver.stub("/tested", StubWebhookReceiver.respondWith(200)), "order.placed");
        WebhookAdminClient.registerForId(receiver.stub("/other", StubWebhookReceiver.respondWith(200)), "*");
        WebhookAdminClient.test(tested);
        await().until(() -> receiver.requests("/tested").size() == 1);
        assertThat(receiver.requests("/tested").getFirst().json().getString("data.id"))
                .isEqualTo(tested);
        String product = WebhookAdminClient.createProduct();
        await().until(() -> !receiver.requests("/other", product).isEmpty());
        assertThat(receiver.requests("/other").stream().map(ReceivedWebhook::type))
                .doesNotContain("webhook.test");
        WebhookAdminClient.change(tested, Map.of("status", "disabled")).then().statusCode(200);
        WebhookAdminClient.request()
                .post(WebhookAdminClient.PATH + "/" + tested + "/test")
                .then()
                .statusCode(409)
                .body("code", equalTo("webhook_disabled"))
                .body("detail", containsString("Enable"));
    }

    private List<String> types(String path, String subject) {
        return receiver.requests(path, subject).stream()
                .map(ReceivedWebhook::type)
                .toList();
    }

    /** The types in the order of their first attempts; an attempt that is cut off is repeated. */
    private List<String> firstAttempts(String order) {
        return types("/slow", order).stream().distinct().toList();
    }

    /** The secret in base64 as the API returns it, and in hexadecimal as Postgres prints bytes. */
    private static List<String> encodings(String secret) {
        String base64 = secret.substring("whsec_".length());
        String hex = HexFormat.of().formatHex(Base64.getDecoder().decode(base64));
        return List.of(base64, hex);
    }

    /** The columns of all tables that contain the text. */
    private List<String> columnsContaining(String text) throws SQLException {
        List<String> matches = new ArrayList<>();
        try (Connection connection = connections.toPrimary();
                Statement statement = connection.createStatement()) {
            List<String[]> columns = new ArrayList<>();
            try (ResultSet row = statement.executeQuery("""
                    SELECT c.table_schema, c.table_name, c.column_name
                      FROM information_schema.columns c
                      JOIN information_schema.tables t USING (table_schema, table_name)
                     WHERE t.table_type = 'BASE TABLE' AND c.table_schema NOT IN ('pg_catalog', 'information_schema')
                    """)) {
                while (row.next()) {
                    columns.add(new String[] {row.getString(1), row.getString(2), row.getString(3)});
                }
            }
            for (String[] column : columns) {
                try (PreparedStatement search = connection.prepareStatement(
                        "SELECT EXISTS (SELECT FROM \"%s\".\"%s\" WHERE strpos(\"%s\"::text, ?) > 0)"
                                .formatted((Object[]) column))) {
                    search.setString(1, text);
                    try (ResultSet row = search.executeQuery()) {
                        row.next();
                        if (row.getBoolean(1)) {
                            matches.add(String.join(".", column));
                        }
                    }
                }
            }
        }
        return matches;
    }
}
