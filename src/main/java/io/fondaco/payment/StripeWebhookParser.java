package io.fondaco.payment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.stripe.exception.SignatureVerificationException;
import com.stripe.net.Webhook;
import io.fondaco.payment.PaymentProvider.PaymentWebhookEvent;
import io.fondaco.platform.identity.InvalidId;
import io.fondaco.platform.web.ApiException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Parses webhook events of Stripe: checks the signature and finds the payment. The state in the event is not trusted.
 */
final class StripeWebhookParser {
    static final String PAYMENT_METADATA_KEY = "fondaco_payment";

    private final List<String> secrets;
    private final Duration tolerance;
    private final ObjectMapper json;

    StripeWebhookParser(List<String> secrets, Duration tolerance, ObjectMapper json) {
        this.secrets = List.copyOf(secrets);
        this.tolerance = tolerance;
        this.json = json;
    }

    /**
     * @return empty for an event without a PaymentIntent
     * @throws ApiException 401 {@code invalid_signature}; 400 if the body is malformed
     */
    Optional<PaymentWebhookEvent> parseWebhook(byte[] body, String signature) {
        String text = new String(body, StandardCharsets.UTF_8);
        if (secrets.stream().noneMatch(secret -> isSignatureValid(text, signature, secret))) {
            throw new ApiException(401, "invalid_signature", "The signature does not match the body, or is too old.");
        }
        JsonNode event = parseJson(text);
        JsonNode object = event.path("data").path("object");
        String type = event.path("type").asText();
        Optional<String> intent = type.startsWith("payment_intent.")
                ? nonEmptyText(object.path("id"))
                : nonEmptyText(object.path("payment_intent"));
        boolean refundRelated = type.startsWith("charge.refund") || type.startsWith("refund.");
        Optional<String> refund =
                object.path("object").asText().equals("refund") ? nonEmptyText(object.path("id")) : Optional.empty();
        return intent.map(id -> new PaymentWebhookEvent(paymentId(object), Optional.of(id), refundRelated, refund));
    }

    private boolean isSignatureValid(String body, String signature, String secret) {
        try {
            return Webhook.Signature.verifyHeader(body, signature, secret, tolerance.toSeconds());
        } catch (SignatureVerificationException | NumberFormatException | ArrayIndexOutOfBoundsException _) {
            // Stripe's client fails on a header with parts that are not numbers or have no value.
            return false;
        }
    }

    private JsonNode parseJson(String body) {
        try {
            return json.readTree(body);
        } catch (IOException _) {
            throw ApiException.badRequest("malformed_json", "The body is not valid JSON.");
        }
    }

    private static Optional<PaymentId> paymentId(JsonNode object) {
        try {
            return nonEmptyText(object.path("metadata").path(PAYMENT_METADATA_KEY))
                    .map(PaymentId::parse);
        } catch (InvalidId _) {
            return Optional.empty();
        }
    }

    private static Optional<String> nonEmptyText(JsonNode node) {
        return node.isTextual() && !node.asText().isEmpty() ? Optional.of(node.asText()) : Optional.empty();
    }
}
