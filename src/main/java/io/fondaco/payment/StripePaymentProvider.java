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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Stripe, by its PaymentIntents. An intent is made without a way to pay, its id is written down, and only then is it
 * confirmed with what the shopper brought: so money can only be taken under an id that we hold, whatever answer was lost, and
 * however long ago. Making it again needs no token and does no harm.
 *
 * <p>After it was declined an intent could be confirmed anew by whoever has its client secret: so it is cancelled before
 * anybody is told that it was.
 */
@ApplicationScoped
class StripePaymentProvider implements PaymentProvider {
    private static final Logger LOG = Logger.getLogger(StripePaymentProvider.class);
    private static final String REFUND_METADATA_KEY = "fondaco_refund";
    private static final String CONFIRMATION_TOKEN_PREFIX = "ctoken_";
    private static final long REFUNDS_PER_PAGE = 100;
    private static final int MIN_SERVER_ERROR_STATUS = 500;

    private final PaymentSettings.Stripe settings;
    private final ProviderReferences references;
    private final StripeWebhookParser webhooks;
    private final StripeClient stripe;

    StripePaymentProvider(PaymentSettings settings, ProviderReferences references, ObjectMapper json) {
        this.settings = settings.stripe();
        this.references = references;
        this.webhooks = new StripeWebhookParser(
                this.settings.webhookSecrets().orElse(List.of()), this.settings.webhookTolerance(), json);
        // Retries are ours: its own would not know whether there is still time.
        this.stripe = StripeClient.builder()
                .setApiKey(this.settings.apiKey().orElse("not configured"))
                .setApiBase(this.settings.apiBase())
                .setConnectTimeout((int) this.settings.connectTimeout().toMillis())
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
            LOG.warn("Stripe has no webhook secret: what shoppers do is only seen when it is asked for");
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
            LOG.errorf("Payment %s cannot be asked for: %s", payment.id(), e.getMessage());
            return PaymentResult.of(PaymentOutcome.DECLINED);
        } catch (StripeException e) {
            throw new ProviderUnavailable(describeForLog(e));
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new OutcomeUnknown("Out of time before " + id + " was confirmed");
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

    /** Nobody has its client secret yet, so it stays declined even if it cannot be cancelled. */
    private PaymentResult cancelDeclined(Payment payment, String id) {
        try {
            PaymentResult end = cancelIntent(payment, id);
            return end.outcome().isSuccessful() ? end : PaymentResult.of(PaymentOutcome.DECLINED);
        } catch (StripeException e) {
            LOG.infof("Payment %s was declined and not cancelled: %s", payment.id(), describeForLog(e));
            return PaymentResult.of(PaymentOutcome.DECLINED);
        }
    }

    /** Stripe did not look at the confirmation. Once the intent is cancelled nothing will come of it. */
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

    /** Too late for what is taken already; while Stripe is still processing, it cannot be said. */
    private PaymentResult cancelIntent(Payment payment, String id) throws StripeException {
        try {
            return toResult(payment, changeIntent("cancel", payment, options -> stripe.v1()
                    .paymentIntents()
                    .cancel(id, options)));
        } catch (InvalidRequestException e) {
            LOG.infof("Payment %s is not to be cancelled: %s", payment.id(), describeForLog(e));
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
                // It is captured or cancelled already, or never was authorised.
                LOG.infof("Payment %s is not to be captured: %s", payment.id(), describeForLog(e));
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
     * Stripe forgets an Idempotency-Key after 24 hours, and keeps a 500 under it until then. A refund that may have been sent
     * before is therefore looked for among the refunds of its payment, which are listed as they are, before it is sent again.
     */
    @Override
    public RefundResult refund(Payment payment, Refund refund) {
        try {
            if (refund.providerReference() != null) {
                return toResult(stripe.v1().refunds().retrieve(refund.providerReference()));
            }
            Optional<String> intent = references.find(payment.id());
            if (intent.isEmpty()) {
                LOG.errorf("Refund %s: payment %s is none of Stripe's", refund.id(), payment.id());
                return RefundResult.of(Refund.State.FAILED);
            }
            Optional<com.stripe.model.Refund> sent =
                    refund.possiblySent() ? findSentRefund(intent.get(), refund) : Optional.empty();
            return toResult(sent.isPresent() ? sent.get() : createRefund(intent.get(), refund));
        } catch (IdempotencyException e) {
            throw new OutcomeUnknown(describeForLog(e));
        } catch (InvalidRequestException | CardException e) {
            LOG.errorf("Refund %s was refused: %s", refund.id(), describeForLog(e));
            return RefundResult.of(Refund.State.FAILED);
        } catch (ArithmeticException _) {
            LOG.errorf("Refund %s: Stripe has no such fraction of the currency: %s", refund.id(), refund.amount());
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
        List<ExternalRefund> made = new ArrayList<>();
        try {
            for (com.stripe.model.Refund known : listRefunds(intent.get())) {
                if (ourRefundId(known).isEmpty()) {
                    made.add(new ExternalRefund(
                            known.getId(),
                            toMoney(known.getAmount(), known.getCurrency()),
                            toResult(known).state()));
                }
            }
        } catch (StripeException e) {
            throw new OutcomeUnknown(describeForLog(e));
        }
        return made;
    }

    /** Our reference, on a refund that we have sent. */
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
     * The intent that this payment is bound to; made, or found by making it again with the same key, if there is none. Making
     * one takes no money.
     *
     * @throws UnsupportedPayment if Stripe will never take such a payment
     */
    private String findOrCreateIntent(Payment payment) throws StripeException {
        Optional<String> known = references.find(payment.id());
        if (known.isPresent()) {
            return known.get();
        }
        try {
            PaymentIntent made =
                    stripe.v1().paymentIntents().create(intentParams(payment), idempotencyOptions(payment, "create"));
            return references.bind(payment.id(), made.getId());
        } catch (IdempotencyException e) {
            throw e;
        } catch (InvalidRequestException e) {
            throw new UnsupportedPayment(describeForLog(e));
        } catch (ArithmeticException _) {
            throw new UnsupportedPayment("Stripe has no such fraction of the currency: " + payment.amount());
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
     * Where the intent stands; one that was declined is cancelled first.
     *
     * @param tried whether we know that it was confirmed, and refused
     */
    private PaymentResult retrieveResult(Payment payment, String id, boolean tried) {
        try {
            PaymentIntent intent = stripe.v1().paymentIntents().retrieve(id);
            boolean declined = "requires_payment_method".equals(intent.getStatus())
                    && (tried || intent.getLastPaymentError() != null);
            if (!declined) {
                return toResult(payment, intent);
            }
            PaymentResult end = cancelIntent(payment, id);
            return end.outcome() == PaymentOutcome.VOIDED ? PaymentResult.of(PaymentOutcome.DECLINED) : end;
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
                throw new OutcomeUnknown("Payment %s has a status at Stripe that we do not know: %s"
                        .formatted(payment.id(), intent.getStatus()));
        };
    }

    private static Money toMoney(@Nullable Long amount, String currency) {
        if (amount == null) {
            throw new OutcomeUnknown("Stripe does not say how much");
        }
        try {
            return StripeAmounts.fromStripe(amount, currency);
        } catch (ArithmeticException | IllegalArgumentException _) {
            throw new OutcomeUnknown("Stripe says %d %s, which is no money".formatted(amount, currency));
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

    /** A call that takes effect once by the intent's own state, whatever its key. */
    private interface IntentChange {
        PaymentIntent apply(RequestOptions options) throws StripeException;
    }

    /**
     * Stripe keeps the answer of a key, a 500 too, for 24 hours: where the state of the intent lets nothing happen twice, a
     * 500 that changed nothing is asked for once more under another key.
     */
    private PaymentIntent changeIntent(String verb, Payment payment, IntentChange intentChange) throws StripeException {
        try {
            return intentChange.apply(idempotencyOptions(payment, verb));
        } catch (StripeException e) {
            if (e.getStatusCode() == null || e.getStatusCode() < MIN_SERVER_ERROR_STATUS) {
                throw e;
            }
            LOG.infof("Payment %s: %s is tried again: %s", payment.id(), verb, describeForLog(e));
            return intentChange.apply(idempotencyOptions(payment, verb + ":" + TypeId.newUuid()));
        }
    }

    private static RequestOptions idempotencyOptions(Payment payment, String verb) {
        return withIdempotencyKey(payment.reference() + ":" + verb);
    }

    private static RequestOptions withIdempotencyKey(String key) {
        return RequestOptions.builder().setIdempotencyKey(key).build();
    }

    /** For the log: no message of Stripe's, which may quote what it was sent. */
    private static String describeForLog(StripeException e) {
        String kind =
                switch (e) {
                    case ApiConnectionException _ -> "Stripe was not reached, or did not answer";
                    case RateLimitException _ -> "Stripe has too many of our requests";
                    default -> "Stripe said " + e.getStatusCode();
                };
        return "%s (code %s, request %s)".formatted(kind, e.getCode(), e.getRequestId());
    }

    /** Stripe will never take such a payment. */
    private static final class UnsupportedPayment extends RuntimeException {
        UnsupportedPayment(String message) {
            super(message);
        }
    }
}
