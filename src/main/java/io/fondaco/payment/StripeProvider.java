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
class StripeProvider implements PaymentProvider {
    private static final Logger LOG = Logger.getLogger(StripeProvider.class);
    private static final String REFUND_REFERENCE = "fondaco_refund";
    private static final String CONFIRMATION_TOKEN = "ctoken_";
    private static final long REFUNDS_PER_PAGE = 100;
    private static final int SERVER_ERROR = 500;

    private final PaymentSettings.Stripe settings;
    private final ProviderReferences references;
    private final StripeWebhooks webhooks;
    private final StripeClient stripe;

    StripeProvider(PaymentSettings settings, ProviderReferences references, ObjectMapper json) {
        this.settings = settings.stripe();
        this.references = references;
        this.webhooks = new StripeWebhooks(
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
    public boolean offered() {
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
    public PaymentAnswer authorise(Payment payment, String token) {
        if (token.isBlank()) {
            return PaymentAnswer.of(PaymentOutcome.DECLINED);
        }
        String id;
        try {
            id = bound(payment);
        } catch (Refused e) {
            LOG.errorf("Payment %s cannot be asked for: %s", payment.id(), e.getMessage());
            return PaymentAnswer.of(PaymentOutcome.DECLINED);
        } catch (StripeException e) {
            throw new NotAsked(describe(e));
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new NoAnswer("Out of time before " + id + " was confirmed");
        }
        return confirm(payment, id, token);
    }

    private PaymentAnswer confirm(Payment payment, String id, String token) {
        PaymentIntentConfirmParams.Builder params = PaymentIntentConfirmParams.builder();
        if (token.startsWith(CONFIRMATION_TOKEN)) {
            params.setConfirmationToken(token);
        } else {
            params.setPaymentMethod(token);
        }
        settings.returnUrl().ifPresent(params::setReturnUrl);
        try {
            return answer(payment, stripe.v1().paymentIntents().confirm(id, params.build(), once(payment, "confirm")));
        } catch (CardException e) {
            LOG.infof("Payment %s was declined: %s", payment.id(), describe(e));
            return declined(payment, id);
        } catch (IdempotencyException e) {
            throw new NoAnswer(describe(e));
        } catch (InvalidRequestException e) {
            LOG.infof("Payment %s could not be confirmed: %s", payment.id(), describe(e));
            return stand(payment, id, true);
        } catch (RateLimitException e) {
            throw withdrawn(payment, id, e);
        } catch (StripeException e) {
            throw new NoAnswer(describe(e));
        }
    }

    /** Nobody has its client secret yet, so it stays declined even if it cannot be cancelled. */
    private PaymentAnswer declined(Payment payment, String id) {
        try {
            PaymentAnswer end = cancelled(payment, id);
            return end.outcome().paid() ? end : PaymentAnswer.of(PaymentOutcome.DECLINED);
        } catch (StripeException e) {
            LOG.infof("Payment %s was declined and not cancelled: %s", payment.id(), describe(e));
            return PaymentAnswer.of(PaymentOutcome.DECLINED);
        }
    }

    /** Stripe did not look at the confirmation. Once the intent is cancelled nothing will come of it. */
    private RuntimeException withdrawn(Payment payment, String id, StripeException cause) {
        try {
            return cancelled(payment, id).outcome() == PaymentOutcome.VOIDED
                    ? new NotAsked(describe(cause))
                    : new NoAnswer(describe(cause));
        } catch (StripeException e) {
            return new NoAnswer(describe(e));
        }
    }

    @Override
    public PaymentAnswer query(Payment payment) {
        try {
            return stand(payment, bound(payment), false);
        } catch (Refused _) {
            return PaymentAnswer.of(PaymentOutcome.NOT_FOUND);
        } catch (StripeException e) {
            throw new NoAnswer(describe(e));
        }
    }

    @Override
    public PaymentAnswer abandon(Payment payment) {
        try {
            return cancelled(payment, bound(payment));
        } catch (Refused _) {
            return PaymentAnswer.of(PaymentOutcome.VOIDED);
        } catch (StripeException e) {
            throw new NoAnswer(describe(e));
        }
    }

    /** Too late for what is taken already; while Stripe is still processing, it cannot be said. */
    private PaymentAnswer cancelled(Payment payment, String id) throws StripeException {
        try {
            return answer(payment, change("cancel", payment, options -> stripe.v1()
                    .paymentIntents()
                    .cancel(id, options)));
        } catch (InvalidRequestException e) {
            LOG.infof("Payment %s is not to be cancelled: %s", payment.id(), describe(e));
            return answer(payment, stripe.v1().paymentIntents().retrieve(id));
        }
    }

    @Override
    public PaymentAnswer capture(Payment payment, Money amount) {
        try {
            String id = bound(payment);
            PaymentIntentCaptureParams params = PaymentIntentCaptureParams.builder()
                    .setAmountToCapture(StripeAmounts.of(amount))
                    .build();
            try {
                return answer(payment, change("capture", payment, options -> stripe.v1()
                        .paymentIntents()
                        .capture(id, params, options)));
            } catch (InvalidRequestException | IdempotencyException e) {
                // It is captured or cancelled already, or never was authorised.
                LOG.infof("Payment %s is not to be captured: %s", payment.id(), describe(e));
                return answer(payment, stripe.v1().paymentIntents().retrieve(id));
            }
        } catch (Refused | ArithmeticException e) {
            LOG.errorf("Payment %s cannot be captured: %s", payment.id(), e.getMessage());
            return PaymentAnswer.of(PaymentOutcome.NOT_FOUND);
        } catch (StripeException e) {
            throw new NoAnswer(describe(e));
        }
    }

    /**
     * Stripe forgets an Idempotency-Key after 24 hours, and keeps a 500 under it until then. A refund that may have been sent
     * before is therefore looked for among the refunds of its payment, which are listed as they are, before it is sent again.
     */
    @Override
    public RefundAnswer refund(Payment payment, Refund refund) {
        try {
            if (refund.providerReference() != null) {
                return answer(stripe.v1().refunds().retrieve(refund.providerReference()));
            }
            Optional<String> intent = references.of(payment.id());
            if (intent.isEmpty()) {
                LOG.errorf("Refund %s: payment %s is none of Stripe's", refund.id(), payment.id());
                return RefundAnswer.of(Refund.State.FAILED);
            }
            Optional<com.stripe.model.Refund> sent = refund.repeated() ? find(intent.get(), refund) : Optional.empty();
            return answer(sent.isPresent() ? sent.get() : create(intent.get(), refund));
        } catch (IdempotencyException e) {
            throw new NoAnswer(describe(e));
        } catch (InvalidRequestException | CardException e) {
            LOG.errorf("Refund %s was refused: %s", refund.id(), describe(e));
            return RefundAnswer.of(Refund.State.FAILED);
        } catch (ArithmeticException _) {
            LOG.errorf("Refund %s: Stripe has no such fraction of the currency: %s", refund.id(), refund.amount());
            return RefundAnswer.of(Refund.State.FAILED);
        } catch (StripeException e) {
            throw new NoAnswer(describe(e));
        }
    }

    private Optional<com.stripe.model.Refund> find(String intent, Refund refund) throws StripeException {
        for (com.stripe.model.Refund known : refundsOf(intent)) {
            if (ours(known).filter(refund.id().toString()::equals).isPresent()) {
                return Optional.of(known);
            }
        }
        return Optional.empty();
    }

    private Iterable<com.stripe.model.Refund> refundsOf(String intent) throws StripeException {
        RefundListParams params = RefundListParams.builder()
                .setPaymentIntent(intent)
                .setLimit(REFUNDS_PER_PAGE)
                .build();
        return stripe.v1().refunds().list(params).autoPagingIterable();
    }

    @Override
    public List<RefundMade> refundsMade(Payment payment) {
        Optional<String> intent = references.of(payment.id());
        if (intent.isEmpty()) {
            return List.of();
        }
        List<RefundMade> made = new ArrayList<>();
        try {
            for (com.stripe.model.Refund known : refundsOf(intent.get())) {
                if (ours(known).isEmpty()) {
                    made.add(new RefundMade(
                            known.getId(),
                            money(known.getAmount(), known.getCurrency()),
                            answer(known).state()));
                }
            }
        } catch (StripeException e) {
            throw new NoAnswer(describe(e));
        }
        return made;
    }

    /** Our reference, on a refund that we have sent. */
    private static Optional<String> ours(com.stripe.model.Refund refund) {
        return Optional.ofNullable(refund.getMetadata()).map(metadata -> metadata.get(REFUND_REFERENCE));
    }

    private com.stripe.model.Refund create(String intent, Refund refund) throws StripeException {
        RefundCreateParams params = RefundCreateParams.builder()
                .setPaymentIntent(intent)
                .setAmount(StripeAmounts.of(refund.amount()))
                .putMetadata(REFUND_REFERENCE, refund.id().toString())
                .putMetadata(StripeWebhooks.REFERENCE, refund.paymentId().toString())
                .build();
        return stripe.v1().refunds().create(params, key(refund.id() + ":refund"));
    }

    private static RefundAnswer answer(com.stripe.model.Refund refund) {
        Refund.State state =
                switch (String.valueOf(refund.getStatus())) {
                    case "succeeded" -> Refund.State.SUCCEEDED;
                    case "failed", "canceled" -> Refund.State.FAILED;
                    default -> Refund.State.PENDING;
                };
        return new RefundAnswer(state, Optional.of(refund.getId()));
    }

    @Override
    public Optional<PaymentNotice> receive(byte[] body, String signature) {
        return webhooks.read(body, signature);
    }

    /**
     * The intent that this payment is bound to; made, or found by making it again with the same key, if there is none. Making
     * one takes no money.
     *
     * @throws Refused if Stripe will never take such a payment
     */
    private String bound(Payment payment) throws StripeException {
        Optional<String> known = references.of(payment.id());
        if (known.isPresent()) {
            return known.get();
        }
        try {
            PaymentIntent made = stripe.v1().paymentIntents().create(intent(payment), once(payment, "create"));
            return references.bind(payment.id(), made.getId());
        } catch (IdempotencyException e) {
            throw e;
        } catch (InvalidRequestException e) {
            throw new Refused(describe(e));
        } catch (ArithmeticException _) {
            throw new Refused("Stripe has no such fraction of the currency: " + payment.amount());
        }
    }

    private PaymentIntentCreateParams intent(Payment payment) {
        return PaymentIntentCreateParams.builder()
                .setAmount(StripeAmounts.of(payment.amount()))
                .setCurrency(payment.amount().currency().toLowerCase(Locale.ROOT))
                .setCaptureMethod(
                        settings.capture() == PaymentSettings.Capture.MANUAL
                                ? CaptureMethod.MANUAL
                                : CaptureMethod.AUTOMATIC)
                .setAutomaticPaymentMethods(AutomaticPaymentMethods.builder()
                        .setEnabled(true)
                        .setAllowRedirects(
                                settings.returnUrl().isPresent()
                                        ? AutomaticPaymentMethods.AllowRedirects.ALWAYS
                                        : AutomaticPaymentMethods.AllowRedirects.NEVER)
                        .build())
                .putMetadata(StripeWebhooks.REFERENCE, payment.reference())
                .build();
    }

    /**
     * Where the intent stands; one that was declined is cancelled first.
     *
     * @param tried whether we know that it was confirmed, and refused
     */
    private PaymentAnswer stand(Payment payment, String id, boolean tried) {
        try {
            PaymentIntent intent = stripe.v1().paymentIntents().retrieve(id);
            boolean declined = "requires_payment_method".equals(intent.getStatus())
                    && (tried || intent.getLastPaymentError() != null);
            if (!declined) {
                return answer(payment, intent);
            }
            PaymentAnswer end = cancelled(payment, id);
            return end.outcome() == PaymentOutcome.VOIDED ? PaymentAnswer.of(PaymentOutcome.DECLINED) : end;
        } catch (StripeException e) {
            throw new NoAnswer(describe(e));
        }
    }

    private PaymentAnswer answer(Payment payment, PaymentIntent intent) {
        return switch (String.valueOf(intent.getStatus())) {
            case "succeeded" -> PaymentAnswer.captured(money(intent.getAmountReceived(), intent.getCurrency()));
            case "requires_capture" ->
                PaymentAnswer.authorized(money(intent.getAmountCapturable(), intent.getCurrency()));
            case "requires_action" -> PaymentAnswer.awaits(action(intent));
            case "canceled" -> PaymentAnswer.of(PaymentOutcome.VOIDED);
            case "requires_payment_method", "requires_confirmation" -> PaymentAnswer.of(PaymentOutcome.NOT_FOUND);
            case "processing" -> PaymentAnswer.of(PaymentOutcome.PENDING);
            default ->
                throw new NoAnswer("Payment %s has a status at Stripe that we do not know: %s"
                        .formatted(payment.id(), intent.getStatus()));
        };
    }

    private static Money money(@Nullable Long amount, String currency) {
        if (amount == null) {
            throw new NoAnswer("Stripe does not say how much");
        }
        try {
            return StripeAmounts.money(amount, currency);
        } catch (ArithmeticException | IllegalArgumentException _) {
            throw new NoAnswer("Stripe says %d %s, which is no money".formatted(amount, currency));
        }
    }

    private static PaymentAction action(PaymentIntent intent) {
        PaymentIntent.NextAction next = intent.getNextAction();
        if (next == null) {
            return new PaymentAction("use_stripe_sdk", intent.getClientSecret(), null);
        }
        PaymentIntent.NextAction.RedirectToUrl redirect = next.getRedirectToUrl();
        return new PaymentAction(next.getType(), intent.getClientSecret(), redirect == null ? null : redirect.getUrl());
    }

    /** A call that takes effect once by the intent's own state, whatever its key. */
    private interface Change {
        PaymentIntent with(RequestOptions options) throws StripeException;
    }

    /**
     * Stripe keeps the answer of a key, a 500 too, for 24 hours: where the state of the intent lets nothing happen twice, a
     * 500 that changed nothing is asked for once more under another key.
     */
    private PaymentIntent change(String verb, Payment payment, Change change) throws StripeException {
        try {
            return change.with(once(payment, verb));
        } catch (StripeException e) {
            if (e.getStatusCode() == null || e.getStatusCode() < SERVER_ERROR) {
                throw e;
            }
            LOG.infof("Payment %s: %s is tried again: %s", payment.id(), verb, describe(e));
            return change.with(once(payment, verb + ":" + TypeId.newUuid()));
        }
    }

    private static RequestOptions once(Payment payment, String verb) {
        return key(payment.reference() + ":" + verb);
    }

    private static RequestOptions key(String key) {
        return RequestOptions.builder().setIdempotencyKey(key).build();
    }

    /** For the log: no message of Stripe's, which may quote what it was sent. */
    private static String describe(StripeException e) {
        String kind =
                switch (e) {
                    case ApiConnectionException _ -> "Stripe was not reached, or did not answer";
                    case RateLimitException _ -> "Stripe has too many of our requests";
                    default -> "Stripe said " + e.getStatusCode();
                };
        return "%s (code %s, request %s)".formatted(kind, e.getCode(), e.getRequestId());
    }

    /** Stripe will never take such a payment. */
    private static final class Refused extends RuntimeException {
        Refused(String message) {
            super(message);
        }
    }
}
