package io.fondaco.payment;

import io.fondaco.platform.web.ApiException;
import io.fondaco.platform.web.Violation;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** The providers on offer, and the one way to call them: in a thread of their own, for a bounded time. */
@ApplicationScoped
class Providers {
    private static final Logger LOG = Logger.getLogger(Providers.class);
    private static final int MAX_TRIES = 3;

    private final Map<String, PaymentProvider> providers;
    private final Duration timeout;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    Providers(Instance<PaymentProvider> providers, PaymentSettings settings) {
        this.providers = providers.stream()
                .filter(provider ->
                        settings.test().enabled() || !provider.name().equals("test"))
                .collect(Collectors.toMap(PaymentProvider::name, Function.identity()));
        this.timeout = settings.timeout();
    }

    @PreDestroy
    void stop() {
        threads.shutdownNow();
    }

    Optional<PaymentProvider> find(String name) {
        return Optional.ofNullable(providers.get(name));
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

    /**
     * Calls a provider; one that says "try again" is called again, at most three times in all, with the same reference.
     * No answer in time, a fault, or a provider that was switched off since: unknown.
     */
    PaymentOutcome ask(Payment payment, Function<PaymentProvider, PaymentOutcome> call) {
        return within(payment, () -> {
                    PaymentProvider provider = provider(payment);
                    for (int tries = 1; tries < MAX_TRIES; tries++) {
                        try {
                            return call.apply(provider);
                        } catch (PaymentProvider.TryAgain e) {
                            LOG.infof("Payment %s is tried again: %s", payment.id(), e.getMessage());
                        }
                    }
                    return call.apply(provider);
                })
                .orElse(PaymentOutcome.UNKNOWN);
    }

    /** What the call answers; empty if it failed or did not answer in time. */
    <T> Optional<T> within(Payment payment, Callable<T> call) {
        Future<T> answer = threads.submit(call);
        try {
            return Optional.of(answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException _) {
            answer.cancel(true);
            LOG.warnf("Payment %s: %s did not answer within %s", payment.id(), payment.provider(), timeout);
        } catch (ExecutionException e) {
            LOG.warnf("Payment %s: %s failed: %s", payment.id(), payment.provider(), e.getCause());
        } catch (InterruptedException _) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
        }
        return Optional.empty();
    }

    PaymentProvider provider(Payment payment) {
        return find(payment.provider())
                .orElseThrow(() -> new PaymentProvider.NoAnswer("Provider " + payment.provider() + " is switched off"));
    }
}
