package io.fondaco.platform.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.platform.remote.RemoteAnswers.Answer;
import io.fondaco.platform.remote.RemoteAnswers.Capacity;
import io.fondaco.platform.remote.RemoteAnswers.Times;
import io.fondaco.platform.transactions.OutsideTransaction;
import io.fondaco.platform.transactions.RetriedWrites;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When another system is called, and how long its answers are kept. */
@QuarkusTest
@Timeout(120)
class RemoteAnswersTest {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final Answer<String> UNAVAILABLE = new Answer.Unavailable<>();

    @Inject
    OutsideTransaction outsideTransaction;

    @Inject
    RepeatedTransaction repeatedTransaction;

    private final AtomicInteger calls = new AtomicInteger();
    private final List<RemoteAnswers<String, String>> opened = new ArrayList<>();

    /** A transaction that runs again after a call to another system. */
    @ApplicationScoped
    static class RepeatedTransaction {
        @RetriedWrites
        @Transactional
        <T> T run(Supplier<T> work) {
            return work.get();
        }
    }

    @AfterEach
    void close() {
        opened.forEach(RemoteAnswers::close);
    }

    @Test
    void answerIsKept() {
        RemoteAnswers<String, String> answers = answers(request -> "to " + request, new Times(LONG, LONG, SHORT));
        assertThat(answers.find("a")).isEmpty();
        assertThat(answers.get("a")).isEqualTo(known("to a"));
        assertThat(answers.get("a")).isEqualTo(known("to a"));
        assertThat(answers.find("a")).contains(known("to a"));
        assertThat(answers.get("b")).isEqualTo(known("to b"));
        assertThat(calls).hasValue(2);
    }

    @Test
    void failureIsKeptForAShorterTime() {
        RemoteAnswers<String, String> answers = answers(
                request -> {
                    if (calls.get() == 1) {
                        throw new IllegalStateException("down");
                    }
                    return "to " + request;
                },
                new Times(LONG, LONG, Duration.ofSeconds(2)));
        assertThat(answers.get("a")).isEqualTo(UNAVAILABLE);
        assertThat(answers.get("a")).isEqualTo(UNAVAILABLE);
        assertThat(calls).hasValue(1);
        await().pollInSameThread().atMost(WAIT).untilAsserted(() -> assertThat(answers.get("a"))
                .isEqualTo(known("to a")));
        assertThat(calls).hasValue(2);
    }

    @Test
    void slowSystemIsNotWaitedFor() {
        CountDownLatch end = new CountDownLatch(1);
        RemoteAnswers<String, String> answers = answers(
                _ -> {
                    awaitQuietly(end);
                    return "late";
                },
                new Times(SHORT, LONG, LONG));
        assertThat(answers.get("a")).isEqualTo(UNAVAILABLE);
        end.countDown();
        assertThat(answers.get("a")).as("the failure is kept").isEqualTo(UNAVAILABLE);
        assertThat(calls).hasValue(1);
    }

    @Test
    void systemThatFailsIsNoLongerCalled() {
        RemoteAnswers<String, String> answers = answers(
                _ -> {
                    throw new IllegalStateException("down");
                },
                new Times(LONG, LONG, LONG));
        for (int request = 0; request < 3 * RemoteGuard.BREAKER_WINDOW_CALLS; request++) {
            assertThat(answers.get("request " + request)).isEqualTo(UNAVAILABLE);
        }
        assertThat(calls.get()).isBetween(RemoteGuard.BREAKER_WINDOW_CALLS, 2 * RemoteGuard.BREAKER_WINDOW_CALLS);
    }

    @Test
    void transactionThatDoesNotRunAgainCallsNothing() {
        RemoteAnswers<String, String> answers = answers(request -> "to " + request, new Times(LONG, LONG, SHORT));
        assertThat(QuarkusTransaction.requiringNew().call(() -> answers.get("a")))
                .isEqualTo(UNAVAILABLE);
        assertThat(calls).hasValue(0);
        assertThat(answers.get("a")).isEqualTo(known("to a"));
        assertThat(QuarkusTransaction.requiringNew().call(() -> answers.get("a")))
                .isEqualTo(known("to a"));
    }

    @Test
    void transactionThatRunsAgainGetsEveryAnswer() {
        RemoteAnswers<String, String> answers = answers(request -> "to " + request, new Times(LONG, LONG, SHORT));
        AtomicInteger runs = new AtomicInteger();
        Answer<String> last = repeatedTransaction.run(() -> {
            runs.incrementAndGet();
            answers.get("a");
            answers.get("b");
            answers.get("c");
            return answers.get("d");
        });
        assertThat(last).isEqualTo(known("to d"));
        assertThat(calls).hasValue(4);
        assertThat(runs).as("each call ends a transaction").hasValue(5);
    }

    private static Answer<String> known(String value) {
        return new Answer.Known<>(value);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private RemoteAnswers<String, String> answers(Function<String, String> call, Times times) {
        RemoteAnswers<String, String> answers = new RemoteAnswers<>(
                "test system",
                request -> {
                    calls.incrementAndGet();
                    return call.apply(request);
                },
                Capacity.ofAnswers(1_000),
                outsideTransaction,
                times);
        opened.add(answers);
        return answers;
    }
}
