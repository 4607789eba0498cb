package io.fondaco.payment;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.tracing.TraceSpan;
import io.fondaco.platform.tracing.Tracing;
import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** The providers on offer, and the one way to ask them: behind a guard, and not believed if the amount is another. */
@ApplicationScoped
class PaymentProviders {
    private static final Logger LOG = Logger.getLogger(PaymentProviders.class);
    private static final int MAX_ATTEMPTS = 3;
    private static final AttributeKey<String> PROVIDER_ATTRIBUTE = AttributeKey.stringKey("fondaco.payment.provider");

    private final Map<String, ProviderGuard> guards;
    private final PaymentMetrics metrics;
    private final Tracing tracing;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

    PaymentProviders(
            Instance<PaymentProvider> providers, PaymentSettings settings, PaymentMetrics metrics, Tracing tracing) {
        this.metrics = metrics;
        this.tracing = tracing;
        this.guards = providers.stream()
                .filter(PaymentProvider::isEnabled)
                .collect(Collectors.toMap(
                        PaymentProvider::name, provider -> new ProviderGuard(provider, settings, metrics, executor)));
    }

    /** Counters that alerts belong on begin at 0, not with the first of what they count. */
    void onStart(@Observes StartupEvent event) {
        names().forEach(metrics::registerProvider);
    }

    @PreDestroy
    void stop() {
        executor.shutdownNow();
    }

    Set<String> names() {
        return guards.keySet();
    }

    Optional<PaymentProvider> find(String name) {
        return Optional.ofNullable(guards.get(name)).map(ProviderGuard::provider);
    }

    void requireEnabled(String name) {
        if (!guards.containsKey(name)) {
            throw ApiException.invalid(
                    "/payment/provider",
                    "unknown_payment_provider",
                    "There is no payment provider '%s'; there are: %s."
                            .formatted(
                                    Violation.abbreviate(name),
                                    String.join(
                                            ", ",
                                            guards.keySet().stream().sorted().toList())));
        }
    }

    /** Asks for money. Only here is "not asked" an outcome: before any other call, money may have been asked for. */
    PaymentResult authorize(Payment payment, String token) {
        try {
            return call(payment, "authorise", provider -> provider.authorize(payment, token));
        } catch (PaymentProvider.ProviderUnavailable e) {
            LOG.warnf("Payment %s: no money was asked for: %s", payment.id(), e.getMessage());
            return PaymentResult.of(PaymentOutcome.PROVIDER_UNAVAILABLE);
        } catch (PaymentProvider.OutcomeUnknown e) {
            return unknownOutcome(payment, "authorise", e);
        }
    }

    /**
     * Asks about money that may have been asked for. No answer in time, a fault, an open breaker, or a provider that was
     * switched off since: unknown.
     */
    PaymentResult callOrUnknown(Payment payment, String verb, Function<PaymentProvider, PaymentResult> question) {
        try {
            return call(payment, verb, question);
        } catch (PaymentProvider.ProviderUnavailable | PaymentProvider.OutcomeUnknown e) {
            return unknownOutcome(payment, verb, e);
        }
    }

    /** Sends a refund, or asks after it. Empty if the provider does not answer. */
    Optional<RefundResult> refund(Payment payment, Refund refund) {
        try {
            ProviderGuard guard = guard(payment);
            return Optional.of(call(
                    guard, "refund", RefundResult.class, () -> guard.provider().refund(payment, refund)));
        } catch (PaymentProvider.ProviderUnavailable | PaymentProvider.OutcomeUnknown e) {
            LOG.warnf("Refund %s of payment %s is not confirmed: %s", refund.id(), payment.id(), e.getMessage());
            return Optional.empty();
        }
    }

    /** Empty while nobody can say. */
    Optional<List<ExternalRefund>> listExternalRefunds(Payment payment) {
        try {
            ProviderGuard guard = guard(payment);
            return Optional.of(List.of(call(guard, "refunds_made", ExternalRefund[].class, () -> guard.provider()
                    .listExternalRefunds(payment)
                    .toArray(ExternalRefund[]::new))));
        } catch (PaymentProvider.ProviderUnavailable | PaymentProvider.OutcomeUnknown e) {
            LOG.warnf("Who refunded what of payment %s is not known: %s", payment.id(), e.getMessage());
            return Optional.empty();
        }
    }

    private static PaymentResult unknownOutcome(Payment payment, String verb, RuntimeException e) {
        LOG.warnf("Payment %s: the outcome of %s is not known: %s", payment.id(), verb, e.getMessage());
        return PaymentResult.of(PaymentOutcome.UNKNOWN);
    }

    /**
     * A provider that says "try again" is called again, at most three times in all, within the one time limit. Where nothing is
     * to be paid, nobody is asked: providers do not take nothing.
     */
    private PaymentResult call(Payment payment, String verb, Function<PaymentProvider, PaymentResult> question) {
        if (payment.amount().amount() == 0) {
            return PaymentResult.captured(payment.amount());
        }
        ProviderGuard guard = guard(payment);
        PaymentResult answer = call(guard, verb, PaymentResult.class, () -> {
            for (int tries = 1; tries < MAX_ATTEMPTS; tries++) {
                try {
                    return question.apply(guard.provider());
                } catch (PaymentProvider.RetryableFailure e) {
                    LOG.infof("Payment %s is tried again: %s", payment.id(), e.getMessage());
                }
            }
            return question.apply(guard.provider());
        });
        return verifyAmount(payment, answer);
    }

    private <T> T call(ProviderGuard guard, String verb, Class<T> type, Callable<T> work) {
        try (TraceSpan traceSpan = tracing.startSpan(
                "payment " + verb,
                SpanKind.CLIENT,
                Attributes.of(PROVIDER_ATTRIBUTE, guard.provider().name()))) {
            try {
                return guard.call(verb, type, work);
            } catch (RuntimeException e) {
                traceSpan.recordError(e);
                throw e;
            }
        }
    }

    /** What a provider has must be what it was asked for, or what was captured of it; else it is not paid. */
    private PaymentResult verifyAmount(Payment payment, PaymentResult answer) {
        if (!answer.outcome().isSuccessful() || isExpectedAmount(payment, answer)) {
            return answer;
        }
        if (payment.state() != PaymentState.MISMATCHED) {
            metrics.recordMismatch(payment.provider());
            LOG.errorf(
                    "PAYMENT MISMATCH: of payment %s, %s was asked for, and %s says %s of %s",
                    payment.id(), payment.amount(), payment.provider(), answer.outcome(), answer.amount());
        }
        return answer.asMismatched();
    }

    private static boolean isExpectedAmount(Payment payment, PaymentResult answer) {
        Money money = answer.amount();
        return switch (payment.state()) {
            case CAPTURED -> money.equals(payment.captured()) || money.equals(payment.amount());
            case AUTHORIZED ->
                money.equals(payment.amount())
                        || (answer.outcome() == PaymentOutcome.CAPTURED && isPartialAmount(money, payment.amount()));
            case PENDING, DECLINED, VOIDED, MISMATCHED -> money.equals(payment.amount());
        };
    }

    private static boolean isPartialAmount(Money money, Money whole) {
        return money.currency().equals(whole.currency()) && money.amount() > 0 && money.amount() < whole.amount();
    }

    private ProviderGuard guard(Payment payment) {
        return Optional.ofNullable(guards.get(payment.provider()))
                .orElseThrow(() ->
                        new PaymentProvider.OutcomeUnknown("Provider " + payment.provider() + " is switched off"));
    }
}
