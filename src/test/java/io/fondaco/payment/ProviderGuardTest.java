package io.fondaco.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

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

/** What stands between us and a provider: which calls are made, and what is said of those that were not, or did not end. */
@QuarkusTest
@Timeout(120)
class ProviderGuardTest {
    private static final Duration SOON = Duration.ofSeconds(60);

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
    void aCallThatHangsIsGivenUpInTimeAndWhatBecameOfItIsNotKnown() throws InterruptedException {
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
        assertThat(interrupted.await(SOON.toSeconds(), java.util.concurrent.TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void whatIsBeyondTheBulkheadIsNotAsked() throws Exception {
        ProviderGuard guard = guard(Map.of("fondaco.payment.calls-per-provider", "2"));
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        // Two are under way, one waits for its turn, and one is turned away.
        List<Future<String>> calls = IntStream.range(0, 4)
                .mapToObj(_ -> threads.submit(() -> call(guard, () -> {
                    asked.incrementAndGet();
                    end.await();
                    return "done";
                })))
                .toList();
        await().atMost(SOON).untilAsserted(() -> assertThat(calls.stream().filter(Future::isDone))
                .hasSize(1));
        Future<String> turnedAway =
                calls.stream().filter(Future::isDone).findFirst().orElseThrow();
        assertThat(turnedAway.exceptionNow()).isInstanceOf(PaymentProvider.ProviderUnavailable.class);
        await().atMost(SOON).untilAsserted(() -> assertThat(asked).hasValue(2));
        end.countDown();
        for (Future<String> call : calls) {
            if (call != turnedAway) {
                assertThat(call.get()).isEqualTo("done");
            }
        }
        assertThat(asked).hasValue(3);
    }

    @Test
    void whoFailsTooOftenIsLeftAloneAndTriedAgainLater() {
        ProviderGuard guard =
                guard(Map.of("fondaco.payment.breaker.calls", "4", "fondaco.payment.breaker.delay", "500ms"));
        AtomicInteger asked = new AtomicInteger();
        for (int i = 0; i < 4; i++) {
            assertThatThrownBy(() -> call(guard, () -> {
                        asked.incrementAndGet();
                        throw new PaymentProvider.OutcomeUnknown("away");
                    }))
                    .isInstanceOf(PaymentProvider.OutcomeUnknown.class);
        }
        assertThatThrownBy(() -> call(guard, () -> {
                    asked.incrementAndGet();
                    return "asked";
                }))
                .isInstanceOf(PaymentProvider.ProviderUnavailable.class);
        assertThat(asked).hasValue(4);
        await().atMost(SOON).ignoreExceptions().until(() -> call(guard, () -> "well again")
                .equals("well again"));
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
