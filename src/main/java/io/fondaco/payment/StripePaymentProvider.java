package io.fondaco.payment;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.stripe.StripeClient;
import com.stripe.exception.ApiConnectionException;
import com.stripe.exception.CardException;
import com.stripe.exception.IdempotencyException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.RateLimitException;
import com.stripe.exception.StripeException;
import com.stripe.model.PaymentIntent;
import com.stripe.net.RequestOptions;
import com.stripe.param.PaymentIntentCaptureParams;
import com.stripe.param.PaymentIntentConfirmParams;
import com.stripe.param.PaymentIntentCreateParams;
import com.stripe.param.PaymentIntentCreateParams.AutomaticPaymentMethods;
import com.stripe.param.PaymentIntentCreateParams.CaptureMethod;
import com.stripe.param.RefundCreateParams;
import com.stripe.param.RefundListParams;
import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.money.Money;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Payments with Stripe PaymentIntents. An intent is created without a payment method, its id is recorded, and only then
 * is it confirmed with the token of the shopper. So money can be taken only under an id that we have recorded,
 * whichever response was lost and however long ago. Creating the intent again needs no token and does no harm.
 *
 * <p>A declined intent could be confirmed again by any holder of its client secret. So it is cancelled before the
 * decline is reported.
 */
@ApplicationScoped
class StripePaymentProvider implements PaymentProvider {
    private static final Logger LOG = Logger.getLogger(StripePaymentProvider.class);
    private static final String REFUND_METADATA_KEY = "fondaco_refund";
    private static final String CONFIRMATION_TOKEN_PREFIX = "ctoken_";
    private static final long REFUNDS_PER_PAGE = 100;
    private static final int CONNECT_TIMEOUT_MILLIS = 2_000;
    private static final Duration WEBHOOK_SIGNATURE_MAX_AGE = Duration.ofMinutes(5);
    private static final int MIN_SERVER_ERROR_STATUS = 500;

    private final PaymentSettings.Stripe settings;
    private final ProviderReferences references;
    private final StripeWebhookParser webhooks;
    private final StripeClient stripe;

    StripePaymentProvider(PaymentSettings settings, ProviderReferences references, ObjectMapper json) {
        this.settings = settings.stripe();
        this.references = references;
        this.webhooks = new StripeWebhookParser(
                this.settings.webhookSecrets().orElse(List.of()), WEBHOOK_SIGNATURE_MAX_AGE, json);
        // We retry ourselves: the retries of the client do not know the time limit.
        this.stripe = StripeClient.builder()
                .setApiKey(this.settings.apiKey().orElse("not configured"))
                .setApiBase(this.settings.apiBase())
                .setConnectTimeout(CONNECT_TIMEOUT_MILLIS)
                .setReadTimeout((int) this.settings.readTimeout().toMillis())
                .setMaxNetworkRetries(0)
                .build();
    }

    @Override
    public String name() {
        return "stripe";
    }

    @Override
    public boolean isEnabled() {
        if (settings.apiKey().isPresent() && settings.webhookSecrets().isEmpty()) {
            LOG.warn("Stripe has no webhook secret: its webhooks are rejected, and payments are only polled");
        }
        return settings.apiKey().isPresent();
    }

    @Override
    public String signatureHeader() {
        return "Stripe-Signature";
    }

    @Override
    public PaymentResult authorize(Payment payment, String token) {
        if (token.isBlank()) {
            return PaymentResult.of(PaymentOutcome.DECLINED);
        }
        String id;
        try {
            id = findOrCreateIntent(payment);
        } catch (UnsupportedPayment e) {
            LOG.errorf("Payment %s is not supported by Stripe: %s", payment.id(), e.getMessage());
            return PaymentResult.of(PaymentOutcome.DECLINED);
        } catch (StripeException e) {
            throw new ProviderUnavailable(describeForLog(e));
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new OutcomeUnknown("Cancelled before the confirmation of " + id);
        }
        return confirm(payment, id, token);
    }

    private PaymentResult confirm(Payment payment, String id, String token) {
        PaymentIntentConfirmParams.Builder params = PaymentIntentConfirmParams.builder();
        if (token.startsWith(CONFIRMATION_TOKEN_PREFIX)) {
            params.setConfirmationToken(token);
        } else {
            params.setPaymentMethod(token);
        }
        settings.returnUrl().ifPresent(params::setReturnUrl);
        try {
            return toResult(
                    payment,
                    stripe.v1().paymentIntents().confirm(id, params.build(), idempotencyOptions(payment, "confirm")));
        } catch (CardException e) {
            LOG.infof("Payment %s was declined: %s", payment.id(), describeForLog(e));
            return cancelDeclined(payment, id);
        } catch (IdempotencyException e) {
            throw new OutcomeUnknown(describeForLog(e));
        } catch (InvalidRequestException e) {
            LOG.infof("Payment %s could not be confirmed: %s", payment.id(), describeForLog(e));
            return retrieveResult(payment, id, true);
        } catch (RateLimitException e) {
            throw cancelAfterRateLimit(payment, id, e);
        } catch (StripeException e) {
            throw new OutcomeUnknown(describeForLog(e));
        }
    }

    /** The client secret was not given out yet, so the intent stays declined even if it cannot be cancelled. */
    private PaymentResult cancelDeclined(Payment payment, String id) {
        try {
            PaymentResult result = cancelIntent(payment, id);
            return result.outcome().isSuccessful() ? result : PaymentResult.of(PaymentOutcome.DECLINED);
        } catch (StripeException e) {
            LOG.infof("Payment %s was declined, but %s was not cancelled: %s", payment.id(), id, describeForLog(e));
            return PaymentResult.of(PaymentOutcome.DECLINED);
        }
    }

    /** Stripe did not process the confirmation. It has no effect once the intent is cancelled. */
    private RuntimeException cancelAfterRateLimit(Payment payment, String id, StripeException cause) {
        try {
            return cancelIntent(payment, id).outcome() == PaymentOutcome.VOIDED
                    ? new ProviderUnavailable(describeForLog(cause))
                    : new OutcomeUnknown(describeForLog(cause));
        } catch (StripeException e) {
            return new OutcomeUnknown(describeForLog(e));
        }
    }

    @Override
    public PaymentResult fetchStatus(Payment payment) {
        try {
            return retrieveResult(payment, findOrCreateIntent(payment), false);
        } catch (UnsupportedPayment _) {
            return PaymentResult.of(PaymentOutcome.NOT_FOUND);
        } catch (StripeException e) {
            throw new OutcomeUnknown(describeForLog(e));
        }
    }

    @Override
    public PaymentResult voidPayment(Payment payment) {
        try {
            return cancelIntent(payment, findOrCreateIntent(payment));
        } catch (UnsupportedPayment _) {
            return PaymentResult.of(PaymentOutcome.VOIDED);
        } catch (StripeException e) {
            throw new OutcomeUnknown(describeForLog(e));
        }
    }

    /**
     * Cancels the intent. {@code CAPTURED} if the money was taken already; {@code PENDING} while Stripe is processing
     * it.
     */
    private PaymentResult cancelIntent(Payment payment, String id) throws StripeException {
        try {
            return toResult(payment, changeIntent("cancel", payment, options -> stripe.v1()
                    .paymentIntents()
                    .cancel(id, options)));
        } catch (InvalidRequestException e) {
            LOG.infof("Payment %s could not be cancelled: %s", payment.id(), describeForLog(e));
            return toResult(payment, stripe.v1().paymentIntents().retrieve(id));
        }
    }

    @Override
    public PaymentResult capture(Payment payment, Money amount) {
        try {
            String id = findOrCreateIntent(payment);
            PaymentIntentCaptureParams params = PaymentIntentCaptureParams.builder()
                    .setAmountToCapture(StripeAmounts.toStripe(amount))
                    .build();
            try {
                return toResult(payment, changeIntent("capture", payment, options -> stripe.v1()
                        .paymentIntents()
                        .capture(id, params, options)));
            } catch (InvalidRequestException | IdempotencyException e) {
                // The intent is captured or cancelled already, or was never authorized.
                LOG.infof("Payment %s could not be captured: %s", payment.id(), describeForLog(e));
                return toResult(payment, stripe.v1().paymentIntents().retrieve(id));
            }
        } catch (UnsupportedPayment | ArithmeticException e) {
            LOG.errorf("Payment %s cannot be captured: %s", payment.id(), e.getMessage());
            return PaymentResult.of(PaymentOutcome.NOT_FOUND);
        } catch (StripeException e) {
            throw new OutcomeUnknown(describeForLog(e));
        }
    }

    /**
     * Stripe keeps an Idempotency-Key for 24 hours, and replays even a stored 500 until then. A refund that may have
     * been sent before is therefore searched among the refunds of its payment, which Stripe lists in their current
     * state, before it is sent again.
     */
    @Override
    public RefundResult refund(Payment payment, Refund refund) {
        try {
            if (refund.providerReference() != null) {
                return toResult(stripe.v1().refunds().retrieve(refund.providerReference()));
            }
            Optional<String> intent = references.find(payment.id());
            if (intent.isEmpty()) {
                LOG.errorf("Refund %s failed: payment %s has no PaymentIntent", refund.id(), payment.id());
                return RefundResult.of(Refund.State.FAILED);
            }
            Optional<com.stripe.model.Refund> sent =
                    refund.possiblySent() ? findSentRefund(intent.get(), refund) : Optional.empty();
            return toResult(sent.isPresent() ? sent.get() : createRefund(intent.get(), refund));
        } catch (IdempotencyException e) {
            throw new OutcomeUnknown(describeForLog(e));
        } catch (InvalidRequestException | CardException e) {
            LOG.errorf("Stripe refused refund %s: %s", refund.id(), describeForLog(e));
            return RefundResult.of(Refund.State.FAILED);
        } catch (ArithmeticException _) {
            LOG.errorf("Refund %s failed: Stripe cannot represent the amount %s", refund.id(), refund.amount());
            return RefundResult.of(Refund.State.FAILED);
        } catch (StripeException e) {
            throw new OutcomeUnknown(describeForLog(e));
        }
    }

    private Optional<com.stripe.model.Refund> findSentRefund(String intent, Refund refund) throws StripeException {
        for (com.stripe.model.Refund known : listRefunds(intent)) {
            if (ourRefundId(known).filter(refund.id().toString()::equals).isPresent()) {
                return Optional.of(known);
            }
        }
        return Optional.empty();
    }

    private Iterable<com.stripe.model.Refund> listRefunds(String intent) throws StripeException {
        RefundListParams params = RefundListParams.builder()
                .setPaymentIntent(intent)
                .setLimit(REFUNDS_PER_PAGE)
                .build();
        return stripe.v1().refunds().list(params).autoPagingIterable();
    }

    @Override
    public List<ExternalRefund> listExternalRefunds(Payment payment) {
        Optional<String> intent = references.find(payment.id());
        if (intent.isEmpty()) {
            return List.of();
        }
        List<ExternalRefund> externalRefunds = new ArrayList<>();
        try {
            for (com.stripe.model.Refund known : listRefunds(intent.get())) {
                if (ourRefundId(known).isEmpty()) {
                    externalRefunds.add(new ExternalRefund(
                            known.getId(),
                            toMoney(known.getAmount(), known.getCurrency()),
                            toResult(known).state()));
                }
            }
        } catch (StripeException e) {
            throw new OutcomeUnknown(describeForLog(e));
        }
        return externalRefunds;
    }

    /** Our refund id, if we sent this refund. */
    private static Optional<String> ourRefundId(com.stripe.model.Refund refund) {
        return Optional.ofNullable(refund.getMetadata()).map(metadata -> metadata.get(REFUND_METADATA_KEY));
    }

    private com.stripe.model.Refund createRefund(String intent, Refund refund) throws StripeException {
        RefundCreateParams params = RefundCreateParams.builder()
                .setPaymentIntent(intent)
                .setAmount(StripeAmounts.toStripe(refund.amount()))
                .putMetadata(REFUND_METADATA_KEY, refund.id().toString())
                .putMetadata(
                        StripeWebhookParser.PAYMENT_METADATA_KEY,
                        refund.paymentId().toString())
                .build();
        return stripe.v1().refunds().create(params, withIdempotencyKey(refund.id() + ":refund"));
    }

    private static RefundResult toResult(com.stripe.model.Refund refund) {
        Refund.State state =
                switch (String.valueOf(refund.getStatus())) {
                    case "succeeded" -> Refund.State.SUCCEEDED;
                    case "failed", "canceled" -> Refund.State.FAILED;
                    default -> Refund.State.PENDING;
                };
        return new RefundResult(state, Optional.of(refund.getId()));
    }

    @Override
    public Optional<PaymentWebhookEvent> parseWebhook(byte[] body, String signature) {
        return webhooks.parseWebhook(body, signature);
    }

    /**
     * Returns the intent that this payment is bound to. If there is none, creates it; the same idempotency key returns
     * an intent that was created before. Creating an intent takes no money.
     *
     * @throws UnsupportedPayment if Stripe will never accept such a payment
     */
    private String findOrCreateIntent(Payment payment) throws StripeException {
        Optional<String> known = references.find(payment.id());
        if (known.isPresent()) {
            return known.get();
        }
        try {
            PaymentIntent created =
                    stripe.v1().paymentIntents().create(intentParams(payment), idempotencyOptions(payment, "create"));
            return references.bind(payment.id(), created.getId());
        } catch (IdempotencyException e) {
            throw e;
        } catch (InvalidRequestException e) {
            throw new UnsupportedPayment(describeForLog(e));
        } catch (ArithmeticException _) {
            throw new UnsupportedPayment("Stripe cannot represent the amount " + payment.amount());
        }
    }

    private PaymentIntentCreateParams intentParams(Payment payment) {
        return PaymentIntentCreateParams.builder()
                .setAmount(StripeAmounts.toStripe(payment.amount()))
                .setCurrency(payment.amount().currency().toLowerCase(Locale.ROOT))
                .setCaptureMethod(
                        settings.capture() == PaymentSettings.CaptureMode.MANUAL
                                ? CaptureMethod.MANUAL
                                : CaptureMethod.AUTOMATIC)
                .setAutomaticPaymentMethods(AutomaticPaymentMethods.builder()
                        .setEnabled(true)
                        .setAllowRedirects(
                                settings.returnUrl().isPresent()
                                        ? AutomaticPaymentMethods.AllowRedirects.ALWAYS
                                        : AutomaticPaymentMethods.AllowRedirects.NEVER)
                        .build())
                .putMetadata(StripeWebhookParser.PAYMENT_METADATA_KEY, payment.reference())
                .build();
    }

    /**
     * Returns the state of the intent; a declined intent is cancelled first.
     *
     * @param tried whether we know that it was confirmed and refused
     */
    private PaymentResult retrieveResult(Payment payment, String id, boolean tried) {
        try {
            PaymentIntent intent = stripe.v1().paymentIntents().retrieve(id);
            boolean declined = "requires_payment_method".equals(intent.getStatus())
                    && (tried || intent.getLastPaymentError() != null);
            if (!declined) {
                return toResult(payment, intent);
            }
            PaymentResult result = cancelIntent(payment, id);
            return result.outcome() == PaymentOutcome.VOIDED ? PaymentResult.of(PaymentOutcome.DECLINED) : result;
        } catch (StripeException e) {
            throw new OutcomeUnknown(describeForLog(e));
        }
    }

    private PaymentResult toResult(Payment payment, PaymentIntent intent) {
        return switch (String.valueOf(intent.getStatus())) {
            case "succeeded" -> PaymentResult.captured(toMoney(intent.getAmountReceived(), intent.getCurrency()));
            case "requires_capture" ->
                PaymentResult.authorized(toMoney(intent.getAmountCapturable(), intent.getCurrency()));
            case "requires_action" -> PaymentResult.requiresAction(toAction(intent));
            case "canceled" -> PaymentResult.of(PaymentOutcome.VOIDED);
            case "requires_payment_method", "requires_confirmation" -> PaymentResult.of(PaymentOutcome.NOT_FOUND);
            case "processing" -> PaymentResult.of(PaymentOutcome.PENDING);
            default ->
                throw new OutcomeUnknown(
                        "Payment %s has an unknown status at Stripe: %s".formatted(payment.id(), intent.getStatus()));
        };
    }

    private static Money toMoney(@Nullable Long amount, String currency) {
        if (amount == null) {
            throw new OutcomeUnknown("Stripe returned no amount");
        }
        try {
            return StripeAmounts.fromStripe(amount, currency);
        } catch (ArithmeticException | IllegalArgumentException _) {
            throw new OutcomeUnknown("Stripe returned an invalid amount: %d %s".formatted(amount, currency));
        }
    }

    private static PaymentAction toAction(PaymentIntent intent) {
        PaymentIntent.NextAction next = intent.getNextAction();
        if (next == null) {
            return new PaymentAction("use_stripe_sdk", intent.getClientSecret(), null);
        }
        PaymentIntent.NextAction.RedirectToUrl redirect = next.getRedirectToUrl();
        return new PaymentAction(next.getType(), intent.getClientSecret(), redirect == null ? null : redirect.getUrl());
    }

    /** A call that takes effect once because of the state of the intent, whatever its idempotency key. */
    private interface IntentChange {
        PaymentIntent apply(RequestOptions options) throws StripeException;
    }

    /**
     * Stripe stores the response of an idempotency key, including a 500, for 24 hours. The state of the intent prevents
     * a second effect, so a call that failed with a 500 is repeated once with another key.
     */
    private PaymentIntent changeIntent(String operation, Payment payment, IntentChange intentChange)
            throws StripeException {
        try {
            return intentChange.apply(idempotencyOptions(payment, operation));
        } catch (StripeException e) {
            if (e.getStatusCode() == null || e.getStatusCode() < MIN_SERVER_ERROR_STATUS) {
                throw e;
            }
            LOG.infof(
                    "Payment %s: %s is retried with another idempotency key: %s",
                    payment.id(), operation, describeForLog(e));
            return intentChange.apply(idempotencyOptions(payment, operation + ":" + TypeId.newUuid()));
        }
    }

    private static RequestOptions idempotencyOptions(Payment payment, String operation) {
        return withIdempotencyKey(payment.reference() + ":" + operation);
    }

    private static RequestOptions withIdempotencyKey(String key) {
        return RequestOptions.builder().setIdempotencyKey(key).build();
    }

    /** Text for the log, without the message of Stripe, which may quote the request. */
    private static String describeForLog(StripeException e) {
        String kind =
                switch (e) {
                    case ApiConnectionException _ -> "Stripe is unreachable or did not answer";
                    case RateLimitException _ -> "Stripe received too many requests";
                    default -> "Stripe answered " + e.getStatusCode();
                };
        return "%s (code %s, request %s)".formatted(kind, e.getCode(), e.getRequestId());
    }

    /** Stripe will never accept such a payment. */
    private static final class UnsupportedPayment extends RuntimeException {
        UnsupportedPayment(String message) {
            super(message);
        }
    }
}
