package io.fondaco.checkout;

import static io.restassured.RestAssured.given;

import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The test provider's side of its webhook. */
public final class Provider {
    private static final String SECRET = "test-webhook-secret";

    private Provider() {}

    public static Response tell(String reference, String type) {
        return tell(reference, type, "sha256=" + HexFormat.of().formatHex(sign(body(reference, type))));
    }

    public static Response tell(String reference, String type, String signature) {
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

    private static byte[] sign(byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return mac.doFinal(body);
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
