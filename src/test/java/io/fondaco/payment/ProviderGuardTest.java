package io.fondaco.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fondaco.platform.remote.RemoteGuard;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which calls a provider guard makes, and which outcome it reports for calls that were not made or did not end. */
@QuarkusTest
@Timeout(120)
class ProviderGuardTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @Inject
    ManualPaymentProvider provider;

    @Inject
    PaymentMetrics metrics;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void hangingCallTimesOutWithUnknownOutcome() throws InterruptedException {
        ProviderGuard guard = guard(Map.of("fondaco.payment.timeout", "300ms"));
        CountDownLatch interrupted = new CountDownLatch(1);
        long start = System.nanoTime();
        assertThatThrownBy(() -> call(guard, () -> {
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException _) {
                        interrupted.countDown();
                    }
                    return "late";
                }))
                .isInstanceOf(PaymentProvider.OutcomeUnknown.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        assertThat(interrupted.await(TIMEOUT.toSeconds(), java.util.concurrent.TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void callsBeyondTheBulkheadAreNotMade() throws Exception {
        int limit = ProviderGuard.MAX_CONCURRENT_CALLS;
        ProviderGuard guard = guard(Map.of());
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger callCount = new AtomicInteger();
        // As many calls as are allowed are in progress, one waits in the queue, and one is rejected.
        List<Future<String>> calls = IntStream.range(0, limit + 2)
                .mapToObj(_ -> threads.submit(() -> call(guard, () -> {
                    callCount.incrementAndGet();
                    end.await();
                    return "done";
                })))
                .toList();
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(calls.stream().filter(Future::isDone))
                .hasSize(1));
        Future<String> rejected =
                calls.stream().filter(Future::isDone).findFirst().orElseThrow();
        assertThat(rejected.exceptionNow()).isInstanceOf(PaymentProvider.ProviderUnavailable.class);
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(callCount).hasValue(limit));
        end.countDown();
        for (Future<String> call : calls) {
            if (call != rejected) {
                assertThat(call.get()).isEqualTo("done");
            }
        }
        assertThat(callCount).hasValue(limit + 1);
    }

    @Test
    void breakerOpensAfterFailuresAndClosesAgain() {
        ProviderGuard guard = guard(Map.of("fondaco.payment.breaker.delay", "500ms"));
        AtomicInteger callCount = new AtomicInteger();
        for (int i = 0; i < RemoteGuard.BREAKER_WINDOW_CALLS; i++) {
            assertThatThrownBy(() -> call(guard, () -> {
                        callCount.incrementAndGet();
                        throw new PaymentProvider.OutcomeUnknown("away");
                    }))
                    .isInstanceOf(PaymentProvider.OutcomeUnknown.class);
        }
        assertThatThrownBy(() -> call(guard, () -> {
                    callCount.incrementAndGet();
                    return "called";
                }))
                .isInstanceOf(PaymentProvider.ProviderUnavailable.class);
        assertThat(callCount).hasValue(RemoteGuard.BREAKER_WINDOW_CALLS);
        await().atMost(TIMEOUT).ignoreExceptions().until(() -> call(guard, () -> "recovered")
                .equals("recovered"));
    }

    private static String call(ProviderGuard guard, Callable<String> work) {
        return guard.call("test", String.class, work);
    }

    private ProviderGuard guard(Map<String, String> overrides) {
        Map<String, String> values = new HashMap<>(Map.of("fondaco.payment.timeout", "30s"));
        values.putAll(overrides);
        PaymentSettings settings = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(PaymentSettings.class)
                .withSources(new PropertiesConfigSource(values, "test", 500))
                .build()
                .getConfigMapping(PaymentSettings.class);
        return new ProviderGuard(provider, settings, metrics, threads);
    }
}
