package io.fondaco.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With the default settings only public addresses are called, and only with https. */
@QuarkusTest
class WebhookAddressTest {
    @AfterEach
    void deleteWebhooks() {
        WebhookAdminClient.deleteAll();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://10.1.2.3/",
                "https://172.16.0.1/",
                "https://192.168.1.1/",
                "https://127.0.0.1/",
                "https://127.8.8.8:8443/x?y=z",
                "https://169.254.169.254/latest/meta-data/",
                "https://0.0.0.0/",
                "https://100.64.0.1/",
                "https://224.0.0.1/",
                "https://255.255.255.255/",
                "https://[::]/",
                "https://[::1]/",
                "https://[fd00::1]/",
                "https://[fe80::1]/",
                "https://[::ffff:10.0.0.1]/",
                "https://[::ffff:7f00:1]/",
                "https://[64:ff9b::a9fe:a9fe]/",
                "https://[2002:7f00:1::]/"
            })
    void nonPublicAddressIsRefused(String url) {
        assertRefused(WebhookAdminClient.register(url, "order.placed"), "address_not_allowed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://example.com/",
                "ftp://example.com/",
                "file:///etc/passwd",
                "javascript:alert(1)",
                "HTTPS://example.com/",
                "https:example.com",
                "https:///path",
                "https://",
                "//example.com/",
                "example.com",
                "https://user@example.com/",
                "https://user:password@example.com/",
                "https://example.com@10.0.0.1/",
                "https://example.com/#fragment",
                "https://example.com#",
                "https://example.com:0/",
                "https://example.com:65536/",
                "https://example.com:99999999999999999999/",
                "https://example.com:-1/",
                "https://example.com:x/",
                "https://exa mple.com/",
                "https://example.com/a b",
                "https://example.com/\r\nHost: 10.0.0.1",
                "https://example.com\\@10.0.0.1/",
                "https://2130706433/",
                "https://0x7f.1/",
                "https://127.1/",
                "https://[::1",
                "https://[fe80::1%25lo]:x/",
                "https://[v1.x]/",
                "https://b\u00fccher.example/",
                "https://\uff11\uff10.0.0.1/",
                "   ",
                ""
            })
    void invalidUrlIsRefused(String url) {
        Response response = WebhookAdminClient.register(url, "order.placed");
        assertThat(response.statusCode()).as(response.asString()).isEqualTo(422);
        assertThat((String) response.path("errors[0].pointer")).isEqualTo("/url");
    }

    @Test
    void tooLongUrlAndNulAreRefused() {
        Response tooLong = WebhookAdminClient.register("https://example.com/" + "x".repeat(2_000), "order.placed");
        assertThat(tooLong.statusCode()).isEqualTo(422);
        Response withNul = WebhookAdminClient.register("https://example.com/\u0000", "order.placed");
        assertThat(withNul.statusCode()).isEqualTo(422);
        Response named = WebhookAdminClient.request()
                .body(Map.of("url", "https://example.com/", "event_types", List.of("*"), "description", "\u0000"))
                .post(WebhookAdminClient.PATH);
        assertThat(named.statusCode()).isEqualTo(422);
    }

    @Test
    void changedUrlIsValidatedLikeANewOne() {
        String id = WebhookAdminClient.registerForId("https://hooks.example.com/", "webhook.test");
        for (String url : List.of("https://10.0.0.1/", "http://example.com/", "", "https://a@b/", "\u0000")) {
            Response response = WebhookAdminClient.change(id, Map.of("url", url));
            assertThat(response.statusCode()).as(response.asString()).isEqualTo(422);
        }
        WebhookAdminClient.get(id).then().body("url", equalTo("https://hooks.example.com/"));
    }

    /** Names, and spellings of addresses that are not literals for Java but may be for other programs. */
    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST", "localhost.", "0x7f000001", "127.000.000.001", "[::1%25lo]"})
    void hostWithAPrivateAddressIsNeverCalled(String host) {
        try (StubWebhookReceiver internal = new StubWebhookReceiver()) {
            Response webhook =
                    WebhookAdminClient.register("https://" + host + ":" + internal.port() + "/", "webhook.test");
            if (webhook.statusCode() == 201) {
                String id = webhook.path("id");
                WebhookAdminClient.test(id);
                await().until(() -> attempts(id) > 0);
            } else {
                webhook.then().statusCode(422);
            }
            assertThat(internal.connections()).isZero();
        }
    }

    @Test
    void reasonOfARefusedAddressIsStoredWithTheAttempt() {
        String id = WebhookAdminClient.registerForId("https://localhost:9/", "webhook.test");
        WebhookAdminClient.test(id);
        await().until(() -> attempts(id) > 0);
        WebhookAdminClient.deliveries(id)
                .then()
                .body("data[0].status", equalTo("pending"))
                .body("data[0].attempts[0].status", equalTo(null))
                .body(
                        "data[0].attempts[0].error",
                        equalTo("The address of localhost is not public; no request was sent"));
        String unknown = WebhookAdminClient.registerForId("https://no-such-host.invalid/", "webhook.test");
        WebhookAdminClient.test(unknown);
        await().until(() -> attempts(unknown) > 0);
        WebhookAdminClient.deliveries(unknown)
                .then()
                .body(
                        "data[0].attempts[0].error",
                        startsWith("The DNS lookup of no-such-host.invalid found no address"));
    }

    static List<Map<String, Object>> badTypes() {
        return List.of(
                Map.of("types", List.of("order.placed", "order.eaten"), "pointer", "/event_types/1"),
                Map.of("types", List.of("nothing.*"), "pointer", "/event_types/0"),
                Map.of("types", List.of("order*"), "pointer", "/event_types/0"),
                Map.of("types", List.of("*.placed"), "pointer", "/event_types/0"),
                Map.of("types", List.of(".*"), "pointer", "/event_types/0"),
                Map.of("types", List.of(""), "pointer", "/event_types/0"),
                Map.of("types", List.of("ORDER.PLACED"), "pointer", "/event_types/0"),
                Map.of("types", List.of("x".repeat(101)), "pointer", "/event_types/0"),
                Map.of("types", List.of("\u0000"), "pointer", "/event_types/0"),
                Map.of("types", List.of(), "pointer", "/event_types"));
    }

    @ParameterizedTest
    @MethodSource("badTypes")
    void unknownEventTypeIsRefusedWithItsPointer(Map<String, Object> bad) {
        Map<String, Object> body = new HashMap<>(Map.of("url", "https://example.com/"));
        body.put("event_types", bad.get("types"));
        Response response = WebhookAdminClient.request().body(body).post(WebhookAdminClient.PATH);
        assertThat(response.statusCode()).as(response.asString()).isEqualTo(422);
        assertThat((String) response.path("errors[0].pointer")).isEqualTo(bad.get("pointer"));
    }

    private static void assertRefused(Response response, String code) {
        assertThat(response.statusCode()).as(response.asString()).isEqualTo(422);
        assertThat((String) response.path("code")).isEqualTo(code);
        assertThat((String) response.path("errors[0].pointer")).isEqualTo("/url");
    }

    private static int attempts(String id) {
        List<?> attempts = WebhookAdminClient.deliveries(id).path("data[0].attempts");
        return attempts == null ? 0 : attempts.size();
    }
}
