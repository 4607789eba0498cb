package io.fondaco.checkout;

import static io.restassured.RestAssured.given;

import io.fondaco.platform.identity.Hmac;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Sends webhooks as the test provider. */
public final class PaymentWebhookSender {
    private static final String SECRET = "test-webhook-secret";

    private PaymentWebhookSender() {}

    public static Response send(String reference, String type) {
        return send(reference, type, signature(body(reference, type)));
    }

    public static Response send(String reference, String type, String signature) {
        return given().contentType("application/json")
                .header("Fondaco-Signature", signature)
                .body(body(reference, type))
                .post("/store/v1/payment-webhooks/test");
    }

    private static byte[] body(String reference, String type) {
        return "{\"reference\": \"%s\", \"type\": \"%s\"}"
                .formatted(reference, type)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** The signature of a webhook body. */
    public static String signature(byte[] body) {
        return "sha256=" + HexFormat.of().formatHex(Hmac.of(body, Hmac.key(SECRET.getBytes(StandardCharsets.UTF_8))));
    }
}
