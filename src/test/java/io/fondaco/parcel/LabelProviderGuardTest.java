package io.fondaco.parcel;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fondaco.parcel.LabelProvider.PurchaseResult;
import io.fondaco.parcel.LabelProvider.Refused;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Slow and failing providers of labels. */
@QuarkusTest
class LabelProviderGuardTest {
    private static final Duration TIME_LIMIT = Duration.ofMillis(200);
    private static final int CALLS_THAT_OPEN_THE_BREAKER = 20;

    @Test
    void slowProviderIsNoLongerWaitedFor() {
        CountDownLatch answered = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            LabelProviderGuard guard = new LabelProviderGuard(new TestLabelProvider(), TIME_LIMIT, threads);
            assertThatThrownBy(() -> guard.call(PurchaseResult.class, () -> {
                                awaitUninterruptibly(answered);
                                return new Refused("too late");
                            })
                            .join())
                    .hasCauseInstanceOf(NoAnswer.class)
                    .hasMessageContaining("did not answer within 200 ms");
            answered.countDown();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void providerThatFailsOftenIsNotAsked() {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            LabelProviderGuard guard = new LabelProviderGuard(new TestLabelProvider(), Duration.ofSeconds(10), threads);
            for (int call = 0; call < CALLS_THAT_OPEN_THE_BREAKER; call++) {
                assertThatThrownBy(() -> guard.call(PurchaseResult.class, () -> {
                                    throw new IllegalStateException("down");
                                })
                                .join())
                        .hasCauseInstanceOf(NoAnswer.class)
                        .hasMessageContaining("The provider did not answer.");
            }
            assertThatThrownBy(() -> guard.call(PurchaseResult.class, () -> new Refused("not asked"))
                            .join())
                    .hasCauseInstanceOf(NoAnswer.class)
                    .hasMessageContaining("was not asked");
        }
    }

    @Test
    void documentOfALabelIsBounded() {
        assertThatCode(() -> new LabelDocument(LabelDocument.PNG, new byte[LabelDocument.MAX_BYTES]))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> new LabelDocument(LabelDocument.PNG, new byte[LabelDocument.MAX_BYTES + 1]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LabelDocument("text/html", new byte[1]))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
