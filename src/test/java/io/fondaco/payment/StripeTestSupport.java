package io.fondaco.payment;

import static io.restassured.RestAssured.given;

import com.stripe.net.Webhook;
import io.fondaco.FreePort;
import io.fondaco.checkout.Shopper;
import io.restassured.response.Response;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/** Settings of a shop that uses a fake Stripe on this machine with short time limits, and helpers for its tests. */
public final class StripeTestSupport {
    static final String WEBHOOK_SECRET = "whsec_current";
    static final String OLD_WEBHOOK_SECRET = "whsec_before";
    /** Port of the fake Stripe: chosen here, and passed to the tests by the configuration. */
    static final String PORT_PROPERTY = "stripe-stand-in.port";

    private StripeTestSupport() {}

    /** @param capture {@code automatic}, or {@code manual} if staff captures */
    public static Map<String, String> settings(String capture) {
        String port = Integer.toString(FreePort.find());
        return Map.ofEntries(
                Map.entry(PORT_PROPERTY, port),
                Map.entry("fondaco.payment.stripe.api-base", "http://127.0.0.1:" + port),
                Map.entry("fondaco.payment.stripe.api-key", FakeStripe.API_KEY),
                Map.entry("fondaco.payment.stripe.webhook-secrets", WEBHOOK_SECRET + "," + OLD_WEBHOOK_SECRET),
                Map.entry("fondaco.payment.stripe.capture", capture),
                Map.entry("fondaco.payment.stripe.read-timeout", "3s"),
                Map.entry("fondaco.payment.timeout", "8s"),
                Map.entry("fondaco.payment.breaker.delay", "1s"),
                Map.entry("fondaco.checkout.attempt-lease", "10s"),
                Map.entry("fondaco.checkout.pending-payment-query-delay", "1s"));
    }

    static Response complete(Shopper shopper, String token) {
        return shopper.complete("stripe", token, UUID.randomUUID().toString());
    }

    /** Posts an event with a signature, as Stripe does. */
    static Response postWebhook(String event) {
        return postWebhook(event, signature(event, WEBHOOK_SECRET, Instant.now()));
    }

    static Response postWebhook(String event, String signature) {
        return given().contentType("application/json; charset=utf-8")
                .header("Stripe-Signature", signature)
                .body(event.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .post("/store/v1/payment-webhooks/stripe");
    }

    static String signature(String event, String secret, Instant signedAt) {
        long time = signedAt.getEpochSecond();
        try {
            return "t=%d,v1=%s".formatted(time, Webhook.Util.computeHmacSha256(secret, time + "." + event));
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
