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
 * A provider that takes no real money. Its tokens say how it behaves: {@code tok_ok}, {@code tok_declined},
 * {@code tok_slow}, {@code tok_unknown}, {@code tok_async}, {@code tok_flaky}; any other is declined.
 */
@ApplicationScoped
class TestProvider implements PaymentProvider {
    private static final long SLOW_SECONDS = 3;
    private static final String SCHEME = "sha256=";

    private final TestLedger ledger;
    private final PaymentSettings settings;
    private final ObjectMapper json;

    TestProvider(TestLedger ledger, PaymentSettings settings, ObjectMapper json) {
        this.ledger = ledger;
        this.settings = settings;
        this.json = json;
    }

    @Override
    public String name() {
        return "test";
    }

    @Override
    public boolean offered() {
        return settings.test().enabled();
    }

    @Override
    public PaymentAnswer authorise(Payment payment, String token) {
        return answer(charge(payment.reference(), payment.amount(), token), payment);
    }

    private String charge(String reference, Money amount, String token) {
        return switch (token) {
            case "tok_ok" -> ledger.enter(reference, amount, "captured");
            case "tok_slow" -> {
                CompletableFuture.runAsync(() -> {}, CompletableFuture.delayedExecutor(SLOW_SECONDS, TimeUnit.SECONDS))
                        .join();
                yield ledger.enter(reference, amount, "captured");
            }
            case "tok_unknown" -> {
                String taken = ledger.enter(reference, amount, "captured");
                throw new NoAnswer("tok_unknown: %s, and nobody is told".formatted(taken));
            }
            case "tok_async" -> ledger.enter(reference, amount, "pending");
            case "tok_flaky" -> {
                String state = ledger.enterFlaky(reference, amount);
                if (state.equals("failed_once")) {
                    throw new TryAgain("tok_flaky: fails once");
                }
                yield state;
            }
            default -> ledger.enter(reference, amount, "declined");
        };
    }

    @Override
    public PaymentAnswer capture(Payment payment, Money amount) {
        return query(payment);
    }

    @Override
    public PaymentAnswer query(Payment payment) {
        return answer(ledger.state(payment.reference()), payment);
    }

    @Override
    public PaymentAnswer abandon(Payment payment) {
        return answer(ledger.voidCharge(payment.reference(), payment.amount()), payment);
    }

    @Override
    public RefundAnswer refund(Payment payment, Refund refund) {
        return RefundAnswer.of(
                ledger.refund(payment.reference(), refund.id().toString(), refund.amount())
                        ? Refund.State.SUCCEEDED
                        : Refund.State.FAILED);
    }

    /** {@code {"reference": "payment_…", "type": "payment.captured" | "payment.declined"}}, signed over its raw bytes. */
    @Override
    public Optional<PaymentNotice> receive(byte[] body, String signature) {
        if (settings.test()
                .webhookSecret()
                .filter(secret -> isSigned(body, signature, secret))
                .isEmpty()) {
            throw new ApiException(401, "invalid_signature", "The signature does not fit the body.");
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
            throw ApiException.badRequest("malformed_event", "The event names no payment of ours.");
        }
        ledger.decide(reference, state);
        return Optional.of(new PaymentNotice(Optional.of(payment), Optional.empty(), false, Optional.empty()));
    }

    private JsonNode parse(byte[] body) {
        try {
            return json.readTree(body);
        } catch (IOException _) {
            throw ApiException.badRequest("malformed_json", "The body is not valid JSON.");
        }
    }

    private static boolean isSigned(byte[] body, String signature, String secret) {
        byte[] right = Hmac.of(body, Hmac.key(secret.getBytes(StandardCharsets.UTF_8)));
        return MessageDigest.isEqual(
                (SCHEME + HexFormat.of().formatHex(right)).getBytes(StandardCharsets.US_ASCII),
                signature.getBytes(StandardCharsets.UTF_8));
    }

    private static PaymentAnswer answer(String state, Payment payment) {
        return switch (state) {
            case "captured" -> PaymentAnswer.captured(payment.amount());
            case "declined" -> PaymentAnswer.of(PaymentOutcome.DECLINED);
            case "pending" -> PaymentAnswer.of(PaymentOutcome.PENDING);
            case "voided" -> PaymentAnswer.of(PaymentOutcome.VOIDED);
            default -> PaymentAnswer.of(PaymentOutcome.NOT_FOUND);
        };
    }
}
