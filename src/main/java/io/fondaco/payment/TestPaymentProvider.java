package io.fondaco.payment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fondaco.platform.identity.Hmac;
import io.fondaco.platform.identity.InvalidId;
import io.fondaco.platform.money.Money;
import io.fondaco.platform.web.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A provider that takes no real money. The token selects its behavior: {@code tok_ok}, {@code tok_declined},
 * {@code tok_slow}, {@code tok_unknown}, {@code tok_async}, {@code tok_flaky}; any other token is declined.
 */
@ApplicationScoped
class TestPaymentProvider implements PaymentProvider {
    private static final long SLOW_SECONDS = 3;
    private static final String SIGNATURE_PREFIX = "sha256=";

    private final TestChargeStore charges;
    private final PaymentSettings settings;
    private final ObjectMapper json;

    TestPaymentProvider(TestChargeStore charges, PaymentSettings settings, ObjectMapper json) {
        this.charges = charges;
        this.settings = settings;
        this.json = json;
    }

    @Override
    public String name() {
        return "test";
    }

    @Override
    public boolean isEnabled() {
        return settings.test().enabled();
    }

    @Override
    public PaymentResult authorize(Payment payment, String token) {
        return toResult(charge(payment.reference(), payment.amount(), token), payment);
    }

    private String charge(String reference, Money amount, String token) {
        return switch (token) {
            case "tok_ok" -> charges.createCharge(reference, amount, "captured");
            case "tok_slow" -> {
                CompletableFuture.runAsync(() -> {}, CompletableFuture.delayedExecutor(SLOW_SECONDS, TimeUnit.SECONDS))
                        .join();
                yield charges.createCharge(reference, amount, "captured");
            }
            case "tok_unknown" -> {
                String state = charges.createCharge(reference, amount, "captured");
                throw new OutcomeUnknown(
                        "tok_unknown: the charge is %s, but the result is not returned".formatted(state));
            }
            case "tok_async" -> charges.createCharge(reference, amount, "pending");
            case "tok_flaky" -> {
                String state = charges.createFlakyCharge(reference, amount);
                if (state.equals("failed_once")) {
                    throw new RetryableFailure("tok_flaky: fails once");
                }
                yield state;
            }
            default -> charges.createCharge(reference, amount, "declined");
        };
    }

    @Override
    public PaymentResult capture(Payment payment, Money amount) {
        return fetchStatus(payment);
    }

    @Override
    public PaymentResult fetchStatus(Payment payment) {
        return toResult(charges.findState(payment.reference()), payment);
    }

    @Override
    public PaymentResult voidPayment(Payment payment) {
        return toResult(charges.voidCharge(payment.reference(), payment.amount()), payment);
    }

    @Override
    public RefundResult refund(Payment payment, Refund refund) {
        return RefundResult.of(
                charges.createRefund(payment.reference(), refund.id().toString(), refund.amount())
                        ? Refund.State.SUCCEEDED
                        : Refund.State.FAILED);
    }

    /**
     * Body: {@code {"reference": "payment_…", "type": "payment.captured" | "payment.declined"}}; the signature covers
     * its raw bytes.
     */
    @Override
    public Optional<PaymentWebhookEvent> parseWebhook(byte[] body, String signature) {
        if (settings.test()
                .webhookSecret()
                .filter(secret -> isSigned(body, signature, secret))
                .isEmpty()) {
            throw new ApiException(401, "invalid_signature", "The signature does not match the body.");
        }
        JsonNode event = parse(body);
        String state =
                switch (event.path("type").asText()) {
                    case "payment.captured" -> "captured";
                    case "payment.declined" -> "declined";
                    default -> "";
                };
        if (state.isEmpty()) {
            return Optional.empty();
        }
        String reference = event.path("reference").asText();
        PaymentId payment;
        try {
            payment = PaymentId.parse(reference);
        } catch (InvalidId _) {
            throw ApiException.badRequest("malformed_event", "The reference of the event is not a payment id.");
        }
        charges.resolvePending(reference, state);
        return Optional.of(new PaymentWebhookEvent(Optional.of(payment), Optional.empty(), false, Optional.empty()));
    }

    private JsonNode parse(byte[] body) {
        try {
            return json.readTree(body);
        } catch (IOException _) {
            throw ApiException.badRequest("malformed_json", "The body is not valid JSON.");
        }
    }

    private static boolean isSigned(byte[] body, String signature, String secret) {
        byte[] expected = Hmac.of(body, Hmac.key(secret.getBytes(StandardCharsets.UTF_8)));
        return MessageDigest.isEqual(
                (SIGNATURE_PREFIX + HexFormat.of().formatHex(expected)).getBytes(StandardCharsets.US_ASCII),
                signature.getBytes(StandardCharsets.UTF_8));
    }

    private static PaymentResult toResult(String state, Payment payment) {
        return switch (state) {
            case "captured" -> PaymentResult.captured(payment.amount());
            case "declined" -> PaymentResult.of(PaymentOutcome.DECLINED);
            case "pending" -> PaymentResult.of(PaymentOutcome.PENDING);
            case "voided" -> PaymentResult.of(PaymentOutcome.VOIDED);
            default -> PaymentResult.of(PaymentOutcome.NOT_FOUND);
        };
    }
}
