package io.fondaco.payment;

import io.fondaco.payment.PaymentProvider.RefundResult;
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

/**
 * The enabled providers. Every call goes through a guard, and a result whose amount differs from the requested one
 * becomes {@code MISMATCHED}.
 */
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

    /** Registers counters at startup, so that alerts see 0 and not "no data". */
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
                    "Unknown payment provider '%s'. Available: %s."
                            .formatted(
                                    Violation.abbreviate(name),
                                    String.join(
                                            ", ",
                                            guards.keySet().stream().sorted().toList())));
        }
    }

    /**
     * Requests money. Only this call can return {@code PROVIDER_UNAVAILABLE}: before any other call, money may already
     * have been requested.
     */
    PaymentResult authorize(Payment payment, String token) {
        try {
            return call(payment, "authorise", provider -> provider.authorize(payment, token));
        } catch (PaymentProvider.ProviderUnavailable e) {
            LOG.warnf(
                    "Payment %s: no money was requested from %s: %s", payment.id(), payment.provider(), e.getMessage());
            return PaymentResult.of(PaymentOutcome.PROVIDER_UNAVAILABLE);
        } catch (PaymentProvider.OutcomeUnknown e) {
            return unknownOutcome(payment, "authorise", e);
        }
    }

    /**
     * Calls the provider about money that may already have been requested. {@code UNKNOWN} after a timeout, a failure,
     * with an open breaker, or if the provider was disabled since.
     */
    PaymentResult callOrUnknown(Payment payment, String operation, Function<PaymentProvider, PaymentResult> request) {
        try {
            return call(payment, operation, request);
        } catch (PaymentProvider.ProviderUnavailable | PaymentProvider.OutcomeUnknown e) {
            return unknownOutcome(payment, operation, e);
        }
    }

    /** Sends a refund or queries its state. Empty if the provider does not answer. */
    Optional<RefundResult> refund(Payment payment, Refund refund) {
        try {
            ProviderGuard guard = guard(payment);
            return Optional.of(call(
                    guard, "refund", RefundResult.class, () -> guard.provider().refund(payment, refund)));
        } catch (PaymentProvider.ProviderUnavailable | PaymentProvider.OutcomeUnknown e) {
            LOG.warnf("Refund %s of payment %s is not confirmed yet: %s", refund.id(), payment.id(), e.getMessage());
            return Optional.empty();
        }
    }

    /** Lists the refunds that were made at the provider. Empty if the provider does not answer. */
    Optional<List<ExternalRefund>> listExternalRefunds(Payment payment) {
        try {
            ProviderGuard guard = guard(payment);
            return Optional.of(List.of(call(guard, "refunds_made", ExternalRefund[].class, () -> guard.provider()
                    .listExternalRefunds(payment)
                    .toArray(ExternalRefund[]::new))));
        } catch (PaymentProvider.ProviderUnavailable | PaymentProvider.OutcomeUnknown e) {
            LOG.warnf(
                    "Refunds made at %s for payment %s are not known: %s",
                    payment.provider(), payment.id(), e.getMessage());
            return Optional.empty();
        }
    }

    private static PaymentResult unknownOutcome(Payment payment, String operation, RuntimeException e) {
        LOG.warnf("Payment %s: the outcome of %s is unknown: %s", payment.id(), operation, e.getMessage());
        return PaymentResult.of(PaymentOutcome.UNKNOWN);
    }

    /**
     * Repeats a call that fails with {@link PaymentProvider.RetryableFailure}, at most three calls in all, within the
     * one time limit. An amount of zero counts as captured without a call: providers do not accept it.
     */
    private PaymentResult call(Payment payment, String operation, Function<PaymentProvider, PaymentResult> request) {
        if (payment.amount().amount() == 0) {
            return PaymentResult.captured(payment.amount());
        }
        ProviderGuard guard = guard(payment);
        PaymentResult result = call(guard, operation, PaymentResult.class, () -> {
            for (int attempt = 1; attempt < MAX_ATTEMPTS; attempt++) {
                try {
                    return request.apply(guard.provider());
                } catch (PaymentProvider.RetryableFailure e) {
                    LOG.infof("Payment %s: %s is retried: %s", payment.id(), operation, e.getMessage());
                }
            }
            return request.apply(guard.provider());
        });
        return verifyAmount(payment, result);
    }

    private <T> T call(ProviderGuard guard, String operation, Class<T> type, Callable<T> work) {
        try (TraceSpan traceSpan = tracing.startSpan(
                "payment " + operation,
                SpanKind.CLIENT,
                Attributes.of(PROVIDER_ATTRIBUTE, guard.provider().name()))) {
            try {
                return guard.call(operation, type, work);
            } catch (RuntimeException e) {
                traceSpan.recordError(e);
                throw e;
            }
        }
    }

    /**
     * The amount at the provider must be the requested amount or the captured part of it; otherwise the payment does
     * not count as paid.
     */
    private PaymentResult verifyAmount(Payment payment, PaymentResult result) {
        if (!result.outcome().isSuccessful() || isExpectedAmount(payment, result)) {
            return result;
        }
        if (payment.state() != PaymentState.MISMATCHED) {
            metrics.recordMismatch(payment.provider());
            LOG.errorf(
                    "PAYMENT MISMATCH: payment %s: %s was requested, but %s reports %s of %s",
                    payment.id(), payment.amount(), payment.provider(), result.outcome(), result.amount());
        }
        return result.asMismatched();
    }

    private static boolean isExpectedAmount(Payment payment, PaymentResult result) {
        Money money = result.amount();
        return switch (payment.state()) {
            case CAPTURED -> money.equals(payment.captured()) || money.equals(payment.amount());
            case AUTHORIZED ->
                money.equals(payment.amount())
                        || (result.outcome() == PaymentOutcome.CAPTURED && isPartialAmount(money, payment.amount()));
            case PENDING, DECLINED, VOIDED, MISMATCHED -> money.equals(payment.amount());
        };
    }

    private static boolean isPartialAmount(Money money, Money whole) {
        return money.currency().equals(whole.currency()) && money.amount() > 0 && money.amount() < whole.amount();
    }

    private ProviderGuard guard(Payment payment) {
        return Optional.ofNullable(guards.get(payment.provider()))
                .orElseThrow(
                        () -> new PaymentProvider.OutcomeUnknown("Provider " + payment.provider() + " is disabled"));
    }
}
