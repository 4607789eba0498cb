package io.fondaco.payment;

import io.fondaco.platform.money.Money;
import io.fondaco.platform.tracing.Traced;
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
class Providers {
    private static final Logger LOG = Logger.getLogger(Providers.class);
    private static final int MAX_TRIES = 3;
    private static final AttributeKey<String> PROVIDER = AttributeKey.stringKey("fondaco.payment.provider");

    private final Map<String, ProviderGuard> providers;
    private final PaymentMetrics metrics;
    private final Tracing tracing;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    Providers(Instance<PaymentProvider> providers, PaymentSettings settings, PaymentMetrics metrics, Tracing tracing) {
        this.metrics = metrics;
        this.tracing = tracing;
        this.providers = providers.stream()
                .filter(PaymentProvider::offered)
                .collect(Collectors.toMap(
                        PaymentProvider::name, provider -> new ProviderGuard(provider, settings, metrics, threads)));
    }

    /** Counters that alerts belong on begin at 0, not with the first of what they count. */
    void onStart(@Observes StartupEvent event) {
        names().forEach(metrics::describe);
    }

    @PreDestroy
    void stop() {
        threads.shutdownNow();
    }

    Set<String> names() {
        return providers.keySet();
    }

    Optional<PaymentProvider> find(String name) {
        return Optional.ofNullable(providers.get(name)).map(ProviderGuard::provider);
    }

    void require(String name) {
        if (!providers.containsKey(name)) {
            throw ApiException.invalid(
                    "/payment/provider",
                    "unknown_payment_provider",
                    "There is no payment provider '%s'; there are: %s."
                            .formatted(
                                    Violation.shorten(name),
                                    String.join(
                                            ", ",
                                            providers.keySet().stream().sorted().toList())));
        }
    }

    /** Asks for money. Only here is "not asked" an outcome: before any other call, money may have been asked for. */
    PaymentAnswer authorise(Payment payment, String token) {
        try {
            return call(payment, "authorise", provider -> provider.authorise(payment, token));
        } catch (PaymentProvider.NotAsked e) {
            LOG.warnf("Payment %s: no money was asked for: %s", payment.id(), e.getMessage());
            return PaymentAnswer.of(PaymentOutcome.NOT_ASKED);
        } catch (PaymentProvider.NoAnswer e) {
            return unknown(payment, "authorise", e);
        }
    }

    /**
     * Asks about money that may have been asked for. No answer in time, a fault, an open breaker, or a provider that was
     * switched off since: unknown.
     */
    PaymentAnswer ask(Payment payment, String verb, Function<PaymentProvider, PaymentAnswer> question) {
        try {
            return call(payment, verb, question);
        } catch (PaymentProvider.NotAsked | PaymentProvider.NoAnswer e) {
            return unknown(payment, verb, e);
        }
    }

    /** Sends a refund, or asks after it. Empty if the provider does not answer. */
    Optional<RefundAnswer> refund(Payment payment, Refund refund) {
        try {
            ProviderGuard guard = guard(payment);
            return Optional.of(call(
                    guard, "refund", RefundAnswer.class, () -> guard.provider().refund(payment, refund)));
        } catch (PaymentProvider.NotAsked | PaymentProvider.NoAnswer e) {
            LOG.warnf("Refund %s of payment %s is not confirmed: %s", refund.id(), payment.id(), e.getMessage());
            return Optional.empty();
        }
    }

    /** Empty while nobody can say. */
    Optional<List<RefundMade>> refundsMade(Payment payment) {
        try {
            ProviderGuard guard = guard(payment);
            return Optional.of(List.of(call(guard, "refunds_made", RefundMade[].class, () -> guard.provider()
                    .refundsMade(payment)
                    .toArray(RefundMade[]::new))));
        } catch (PaymentProvider.NotAsked | PaymentProvider.NoAnswer e) {
            LOG.warnf("Who refunded what of payment %s is not known: %s", payment.id(), e.getMessage());
            return Optional.empty();
        }
    }

    private static PaymentAnswer unknown(Payment payment, String verb, RuntimeException e) {
        LOG.warnf("Payment %s: the outcome of %s is not known: %s", payment.id(), verb, e.getMessage());
        return PaymentAnswer.of(PaymentOutcome.UNKNOWN);
    }

    /**
     * A provider that says "try again" is called again, at most three times in all, within the one time limit. Where nothing is
     * to be paid, nobody is asked: providers do not take nothing.
     */
    private PaymentAnswer call(Payment payment, String verb, Function<PaymentProvider, PaymentAnswer> question) {
        if (payment.amount().amount() == 0) {
            return PaymentAnswer.captured(payment.amount());
        }
        ProviderGuard guard = guard(payment);
        PaymentAnswer answer = call(guard, verb, PaymentAnswer.class, () -> {
            for (int tries = 1; tries < MAX_TRIES; tries++) {
                try {
                    return question.apply(guard.provider());
                } catch (PaymentProvider.TryAgain e) {
                    LOG.infof("Payment %s is tried again: %s", payment.id(), e.getMessage());
                }
            }
            return question.apply(guard.provider());
        });
        return verified(payment, answer);
    }

    private <T> T call(ProviderGuard guard, String verb, Class<T> type, Callable<T> work) {
        try (Traced traced = tracing.part(
                "payment " + verb,
                SpanKind.CLIENT,
                Attributes.of(PROVIDER, guard.provider().name()))) {
            try {
                return guard.call(verb, type, work);
            } catch (RuntimeException e) {
                traced.failed(e);
                throw e;
            }
        }
    }

    /** What a provider has must be what it was asked for, or what was captured of it; else it is not paid. */
    private PaymentAnswer verified(Payment payment, PaymentAnswer answer) {
        if (!answer.outcome().paid() || isRight(payment, answer)) {
            return answer;
        }
        if (payment.state() != PaymentState.MISMATCHED) {
            metrics.mismatched(payment.provider());
            LOG.errorf(
                    "PAYMENT MISMATCH: of payment %s, %s was asked for, and %s says %s of %s",
                    payment.id(), payment.amount(), payment.provider(), answer.outcome(), answer.money());
        }
        return answer.mismatched();
    }

    private static boolean isRight(Payment payment, PaymentAnswer answer) {
        Money money = answer.money();
        return switch (payment.state()) {
            case CAPTURED -> money.equals(payment.captured()) || money.equals(payment.amount());
            case AUTHORIZED ->
                money.equals(payment.amount())
                        || (answer.outcome() == PaymentOutcome.CAPTURED && isPartOf(money, payment.amount()));
            case PENDING, DECLINED, VOIDED, MISMATCHED -> money.equals(payment.amount());
        };
    }

    private static boolean isPartOf(Money money, Money whole) {
        return money.currency().equals(whole.currency()) && money.amount() > 0 && money.amount() < whole.amount();
    }

    private ProviderGuard guard(Payment payment) {
        return Optional.ofNullable(providers.get(payment.provider()))
                .orElseThrow(() -> new PaymentProvider.NoAnswer("Provider " + payment.provider() + " is switched off"));
    }
}
