package io.fondaco.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.fondaco.IntegrationsProfile;
import io.fondaco.checkout.Shelf;
import io.fondaco.checkout.Shopper;
import io.fondaco.checkout.Staff;
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

/** Events reach the endpoints that they are for: once, signed, thin and in order. */
@QuarkusTest
@TestProfile(IntegrationsProfile.class)
@Tag("integrations")
class WebhookDeliveryTest {
    private static final int MOST_BYTES = 20_000;

    @Inject
    Shelf shelf;

    @Inject
    Connections connections;

    private final Receiver receiver = new Receiver();

    @AfterEach
    void nothingIsLeft() {
        Webhooks.deleteAll();
        receiver.close();
    }

    @Test
    void anOrderPlacedReachesTheEndpointOnceSignedThinAndReadable() {
        Response webhook = Webhooks.register(receiver.at("/orders", Receiver.answers(200)), "order.placed");
        String secret = webhook.path("secret");
        Response placed = Shopper.ready(shelf.put(250, 10), 2).complete("tok_ok");
        String order = placed.path("id");
        await().until(() -> receiver.calls("/orders", order).size() == 1);
        Received call = receiver.calls("/orders", order).getFirst();

        assertThat(call.signatures()).containsExactly(Signatures.of(secret, call));
        assertThat(Long.parseLong(call.header("webhook-timestamp")))
                .isCloseTo(Instant.now().getEpochSecond(), Offset.offset(60L));
        assertThat(call.header("content-type")).isEqualTo("application/json");
        assertThat(call.body().length()).isLessThan(MOST_BYTES);
        assertThat(call.json().getMap("$").keySet().stream().map(String::valueOf))
                .containsExactlyInAnyOrder(
                        "id", "type", "timestamp", "subject", "sequence", "resource_version", "data");
        assertThat(call.id()).startsWith("event_").isEqualTo(call.json().getString("id"));
        assertThat(call.type()).isEqualTo("order.placed");
        assertThat(call.sequence()).isEqualTo(1);
        assertThat(Instant.parse(call.json().getString("timestamp"))).isBeforeOrEqualTo(Instant.now());
        assertThat(call.json().getLong("data.total.amount")).isEqualTo(500);
        assertThat(call.body().toLowerCase(Locale.ROOT)).doesNotContain("ada", "example.org", "email", "address");

        Staff.request()
                .header("Fondaco-Consistency", call.header("fondaco-consistency"))
                .get("/admin/v1/orders/" + order)
                .then()
                .statusCode(200)
                .header("ETag", '"' + call.json().getString("resource_version") + '"');
        await().untilAsserted(() -> Webhooks.log(webhook.path("id"))
                .then()
                .body("data.size()", equalTo(1))
                .body("data[0].status", equalTo("delivered"))
                .body("data[0].event_id", equalTo(call.id()))
                .body("data[0].attempts.size()", equalTo(1))
                .body("data[0].attempts[0].status", equalTo(200))
                .body("data[0].attempts[0].error", equalTo(""))
                .body("data[0].attempts[0].response", equalTo("OK")));
        assertThat(receiver.calls("/orders", order)).hasSize(1);
    }

    @Test
    void anEndpointGetsWhatItIsForAndNothingElse() {
        Webhooks.registered(receiver.at("/exact", Receiver.answers(200)), "order.fulfilled", "product.created");
        Webhooks.registered(receiver.at("/orders", Receiver.answers(200)), "order.*");
        Webhooks.registered(receiver.at("/all", Receiver.answers(204)), "*");
        Response placed = Shopper.ready(shelf.put(250, 10), 1).complete("tok_ok");
        String order = placed.path("id");
        Staff.verb(order, "fulfillments", Map.of()).then().statusCode(201);
        String product = Webhooks.product();

        await().untilAsserted(() -> {
            assertThat(types("/all", order)).containsExactly("order.placed", "order.fulfilled");
            assertThat(types("/all", product)).contains("product.created");
            assertThat(types("/orders", order)).containsExactly("order.placed", "order.fulfilled");
            assertThat(types("/exact", order)).containsExactly("order.fulfilled");
            assertThat(types("/exact", product)).containsExactly("product.created");
        });
        assertThat(receiver.calls("/orders"))
                .allSatisfy(call -> assertThat(call.type()).startsWith("order."));
        assertThat(receiver.calls("/exact"))
                .allSatisfy(call -> assertThat(call.type()).isIn("order.fulfilled", "product.created"));
    }

    @Test
    void afterARotationBothSecretsSignForAWhileAndThenTheNewOneAlone() {
        Response webhook = Webhooks.register(receiver.at("/rotated", Receiver.answers(200)), "webhook.test");
        String id = webhook.path("id");
        String before = webhook.path("secret");
        Webhooks.test(id);
        await().until(() -> receiver.calls("/rotated").size() == 1);
        Received early = receiver.calls("/rotated").getFirst();
        assertThat(early.signatures()).containsExactly(Signatures.of(before, early));

        Response rotated = Webhooks.rotate(id);
        String after = rotated.path("secret");
        assertThat(after).startsWith("whsec_").isNotEqualTo(before);
        Webhooks.test(id);
        await().until(() -> receiver.calls("/rotated").size() == 2);
        Received between = receiver.calls("/rotated").getLast();
        assertThat(between.signatures()).containsExactly(Signatures.of(after, between), Signatures.of(before, between));

        await().until(() -> Webhooks.get(id).path("previous_secret_until") == null);
        Webhooks.test(id);
        await().until(() -> receiver.calls("/rotated").size() == 3);
        Received late = receiver.calls("/rotated").getLast();
        assertThat(late.signatures()).containsExactly(Signatures.of(after, late));
    }

    @Test
    void aReceiverThatTakesEveryThirdCallGetsItInTheEndUnderTheSameId() {
        String id = Webhooks.registered(receiver.at("/moody", Receiver.takesEveryThird()), "product.created");
        String product = Webhooks.product();
        await().untilAsserted(() -> Webhooks.log(id)
                .then()
                .body("data.size()", equalTo(1))
                .body("data[0].subject", equalTo(product))
                .body("data[0].status", equalTo("delivered"))
                .body("data[0].attempts.status", equalTo(List.of(500, 500, 200)))
                .body("data[0].attempts.error", equalTo(List.of("It answered 500", "It answered 500", ""))));
        assertThat(receiver.calls("/moody")).hasSize(3);
        assertThat(receiver.calls("/moody").stream().map(Received::id).distinct())
                .hasSize(1);
        assertThat(receiver.calls("/moody").stream().map(Received::body).distinct())
                .hasSize(1);
        Webhooks.get(id).then().body("consecutive_failures", equalTo(0)).body("failing_since", equalTo(null));
    }

    @Test
    void anOrdersEventsArriveInTheirOrderThoughTheReceiverIsSlow() {
        CountDownLatch released = new CountDownLatch(1);
        Receiver.Manner slow = (call, socket) -> {
            if (call.type().startsWith("order.")) {
                released.await();
            }
            Receiver.answers(200).answer(call, socket);
        };
        String id = Webhooks.registered(receiver.at("/slow", slow), "order.*", "product.created");
        Webhooks.registered(receiver.at("/quick", Receiver.answers(200)), "order.*", "product.created");
        Webhooks.change(id, Map.of("status", "disabled")).then().statusCode(200);
        Instant from = Instant.now();
        String order = Shopper.ready(shelf.put(250, 10), 2)
                .complete("manual", "", UUID.randomUUID().toString())
                .path("id");
        Staff.verb(order, "capture", Map.of()).then().statusCode(200);
        Staff.verb(order, "fulfillments", Map.of()).then().statusCode(201);
        Staff.verb(order, "refunds", Map.of("amount", Map.of("amount", 100, "currency", "GBP"), "reason", "late"))
                .then()
                .statusCode(201);
        String product = Webhooks.product();
        List<String> told = List.of("order.placed", "order.captured", "order.fulfilled", "order.refunded");
        await().until(() -> types("/quick", order).equals(told)
                && !receiver.calls("/quick", product).isEmpty());

        // All of it is due at once.
        Webhooks.change(id, Map.of("status", "enabled")).then().statusCode(200);
        Webhooks.replay(id, Map.of("from", from.toString(), "to", Instant.now().toString()))
                .then()
                .statusCode(202);
        await().pollInterval(Duration.ofMillis(10))
                .until(() -> !receiver.calls("/slow", product).isEmpty());
        // Something that happened later has overtaken the order's later events: they were seen, and left.
        assertThat(types("/slow", order)).containsExactly("order.placed");
        released.countDown();
        await().until(() -> firstAttempts(order).size() == told.size());
        assertThat(firstAttempts(order)).isEqualTo(told);
        assertThat(receiver.calls("/slow", order).stream().map(Received::sequence))
                .isSorted();
    }

    @Test
    void theSecretIsInNoLogAndInNoTable() throws Exception {
        try (LogRecorder log = LogRecorder.open()) {
            Response webhook = Webhooks.register(receiver.at("/gone", Receiver.answers(410)), "product.created");
            String id = webhook.path("id");
            List<String> secrets =
                    List.of(webhook.path("secret"), Webhooks.rotate(id).path("secret"));
            Webhooks.product();
            await().until(() -> "disabled".equals(Webhooks.get(id).path("status")));
            assertThat(log.lines()).as("it does record").anyMatch(line -> line.contains(id));
            for (String secret : secrets) {
                for (String spelling : spellings(secret)) {
                    assertThat(log.lines()).noneMatch(line -> line.contains(spelling));
                    assertThat(placesOf(spelling)).isEmpty();
                }
            }
            assertThat(placesOf("/gone")).as("the search finds what is there").contains("webhook.endpoint.url");
        }
    }

    @Test
    void aTrialIsSentToTheWebhookThatIsTriedAndToNoOther() {
        String tried = Webhooks.registered(receiver.at("/tried", Receiver.answers(200)), "order.placed");
        Webhooks.registered(receiver.at("/other", Receiver.answers(200)), "*");
        Webhooks.test(tried);
        await().until(() -> receiver.calls("/tried").size() == 1);
        assertThat(receiver.calls("/tried").getFirst().json().getString("data.id"))
                .isEqualTo(tried);
        String product = Webhooks.product();
        await().until(() -> !receiver.calls("/other", product).isEmpty());
        assertThat(receiver.calls("/other").stream().map(Received::type)).doesNotContain("webhook.test");
        Webhooks.change(tried, Map.of("status", "disabled")).then().statusCode(200);
        Webhooks.staff()
                .post(Webhooks.PATH + "/" + tried + "/test")
                .then()
                .statusCode(409)
                .body("code", equalTo("webhook_disabled"))
                .body("detail", containsString("Enable"));
    }

    private List<String> types(String path, String subject) {
        return receiver.calls(path, subject).stream().map(Received::type).toList();
    }

    /** A call that is cut off is made again. */
    private List<String> firstAttempts(String order) {
        return types("/slow", order).stream().distinct().toList();
    }

    /** As it is shown, and its bytes as Postgres shows them. */
    private static List<String> spellings(String secret) {
        String base64 = secret.substring("whsec_".length());
        String hex = HexFormat.of().formatHex(Base64.getDecoder().decode(base64));
        return List.of(base64, hex);
    }

    /** The columns of all tables that hold the text. */
    private List<String> placesOf(String text) throws SQLException {
        List<String> places = new ArrayList<>();
        try (Connection connection = connections.toPrimary();
                Statement statement = connection.createStatement()) {
            List<String[]> columns = new ArrayList<>();
            try (ResultSet row = statement.executeQuery("""
                    SELECT c.table_schema, c.table_name, c.column_name
                      FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
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
                            places.add(String.join(".", column));
                        }
                    }
                }
            }
        }
        return places;
    }
}
