package io.fondaco.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class MicroBatcherTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int MAX_BATCH_SIZE = 3;

    private final List<List<Integer>> batches = new CopyOnWriteArrayList<>();
    private final List<String> abandoned = new CopyOnWriteArrayList<>();
    private final List<MicroBatcher<Integer, String>> opened = new ArrayList<>();
    private final CountDownLatch firstStarted = new CountDownLatch(1);
    private final CountDownLatch firstMayEnd = new CountDownLatch(1);

    @AfterEach
    void close() {
        firstMayEnd.countDown();
        opened.forEach(MicroBatcher::close);
    }

    /** A call in a thread of its own. */
    private record Caller(Thread thread, CompletableFuture<String> result) {}

    @Test
    void callAloneIsABatchOfOne() throws Exception {
        assertThat(open(MicroBatcherTest::name).call(7, LONG)).isEqualTo("item 7");
        assertThat(batches).containsExactly(List.of(7));
    }

    @Test
    void callsDuringABatchFormBoundedBatchesInTheirOrder() throws Exception {
        MicroBatcher<Integer, String> batcher = open(blockingTheFirst(MicroBatcherTest::name));
        List<Caller> callers = queueBehindTheFirst(batcher, 7);
        firstMayEnd.countDown();
        for (int item = 0; item <= 7; item++) {
            assertThat(callers.get(item).result().get()).isEqualTo("item " + item);
        }
        assertThat(batches).containsExactly(List.of(0), List.of(1, 2, 3), List.of(4, 5, 6), List.of(7));
        assertThat(abandoned).isEmpty();
    }

    @Test
    void failureReachesEachCallerOfItsBatchAndNoOther() throws Exception {
        IllegalArgumentException failure = new IllegalArgumentException("no");
        MicroBatcher<Integer, String> batcher = open(blockingTheFirst(batch -> {
            if (batch.contains(2)) {
                throw failure;
            }
            return name(batch);
        }));
        List<Caller> callers = queueBehindTheFirst(batcher, 5);
        firstMayEnd.countDown();
        for (int item = 1; item <= 3; item++) {
            CompletableFuture<String> result = callers.get(item).result();
            assertThatThrownBy(result::join).hasCause(failure);
        }
        assertThat(callers.get(0).result().get()).isEqualTo("item 0");
        assertThat(callers.get(4).result().get()).isEqualTo("item 4");
        assertThat(callers.get(5).result().get()).isEqualTo("item 5");
        assertThat(batcher.call(6, LONG)).isEqualTo("item 6");
    }

    @Test
    void errorAndWrongNumberOfResultsReachTheCaller() {
        AssertionError error = new AssertionError("never");
        MicroBatcher<Integer, String> failing = open(_ -> {
            throw error;
        });
        assertThatThrownBy(() -> failing.call(1, LONG))
                .isInstanceOf(IllegalStateException.class)
                .hasCause(error);
        MicroBatcher<Integer, String> incomplete = open(_ -> List.of());
        assertThatThrownBy(() -> incomplete.call(1, LONG))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("A batch of 1 items has 0 results");
    }

    @Test
    void itemThatTimedOutBeforeItsBatchIsNotProcessed() throws Exception {
        MicroBatcher<Integer, String> batcher = open(blockingTheFirst(MicroBatcherTest::name));
        List<Caller> callers = queueBehindTheFirst(batcher, 1);
        assertThatThrownBy(() -> batcher.call(2, Duration.ofMillis(1))).isInstanceOf(TimeoutException.class);
        firstMayEnd.countDown();
        callers.get(1).result().get();
        assertThat(batches).containsExactly(List.of(0), List.of(1));
        assertThat(abandoned).isEmpty();
    }

    @Test
    void resultOfACallerThatTimedOutIsAbandoned() throws Exception {
        MicroBatcher<Integer, String> batcher = open(blockingTheFirst(MicroBatcherTest::name));
        assertThatThrownBy(() -> batcher.call(0, Duration.ofMillis(200))).isInstanceOf(TimeoutException.class);
        firstStarted.await();
        firstMayEnd.countDown();
        await().until(() -> !abandoned.isEmpty());
        assertThat(abandoned).containsExactly("item 0");
        assertThat(batcher.call(1, LONG)).isEqualTo("item 1");
    }

    @Test
    void interruptedCallerStopsWaiting() throws Exception {
        MicroBatcher<Integer, String> batcher = open(blockingTheFirst(MicroBatcherTest::name));
        Caller first = queueBehindTheFirst(batcher, 0).getFirst();
        first.thread().interrupt();
        assertThatThrownBy(first.result()::join).hasCauseInstanceOf(TimeoutException.class);
        firstMayEnd.countDown();
        await().until(() -> !abandoned.isEmpty());
        assertThat(abandoned).containsExactly("item 0");
    }

    @Test
    void batchesStartAtLeastTheIntervalApart() throws Exception {
        Duration interval = Duration.ofMillis(50);
        List<Long> starts = new CopyOnWriteArrayList<>();
        MicroBatcher<Integer, String> batcher = open(interval, batch -> {
            starts.add(System.nanoTime());
            return name(batch);
        });
        for (int item = 0; item < 4; item++) {
            batcher.call(item, LONG);
        }
        for (int index = 1; index < starts.size(); index++) {
            assertThat(starts.get(index) - starts.get(index - 1)).isGreaterThan(interval.toNanos() * 9 / 10);
        }
    }

    @Test
    void closeInterruptsTheBatchAndFailsAllCallers() throws Exception {
        MicroBatcher<Integer, String> batcher = open(blockingTheFirst(MicroBatcherTest::name));
        List<Caller> callers = queueBehindTheFirst(batcher, 2);
        batcher.close();
        assertThatThrownBy(callers.get(0).result()::join)
                .hasRootCauseInstanceOf(InterruptedException.class)
                .hasCauseInstanceOf(IllegalStateException.class);
        for (Caller queued : callers.subList(1, 3)) {
            assertThatThrownBy(queued.result()::join).hasCauseInstanceOf(IllegalStateException.class);
        }
        assertThatThrownBy(() -> batcher.call(3, LONG)).isInstanceOf(IllegalStateException.class);
        assertThat(batches).containsExactly(List.of(0));
    }

    @Test
    void everyOneOfManyConcurrentCallersGetsItsOwnResult() {
        MicroBatcher<Integer, String> batcher = open(MicroBatcherTest::name);
        List<Caller> callers =
                IntStream.range(0, 500).mapToObj(item -> start(batcher, item)).toList();
        for (int item = 0; item < callers.size(); item++) {
            assertThat(callers.get(item).result().join()).isEqualTo("item " + item);
        }
        assertThat(batches).allMatch(batch -> batch.size() <= MAX_BATCH_SIZE);
        assertThat(batches.stream().mapToInt(List::size).sum()).isEqualTo(500);
    }

    private static List<String> name(List<Integer> batch) {
        return batch.stream().map(item -> "item " + item).toList();
    }

    private MicroBatcher<Integer, String> open(Function<List<Integer>, List<String>> work) {
        return open(Duration.ZERO, work);
    }

    private MicroBatcher<Integer, String> open(Duration interval, Function<List<Integer>, List<String>> work) {
        MicroBatcher<Integer, String> batcher = new MicroBatcher<>(
                MAX_BATCH_SIZE,
                interval,
                batch -> {
                    batches.add(batch);
                    return work.apply(batch);
                },
                (_, result) -> abandoned.add(result));
        opened.add(batcher);
        return batcher;
    }

    /** The work, which for the batch of item 0 waits until it may end. */
    private Function<List<Integer>, List<String>> blockingTheFirst(Function<List<Integer>, List<String>> work) {
        return batch -> {
            if (batch.contains(0)) {
                firstStarted.countDown();
                try {
                    assertThat(firstMayEnd.await(LONG.toSeconds(), TimeUnit.SECONDS))
                            .isTrue();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            return work.apply(batch);
        };
    }

    /** The callers of item 0, whose batch is running, and of the items 1 to {@code last}, queued in this order. */
    private List<Caller> queueBehindTheFirst(MicroBatcher<Integer, String> batcher, int last)
            throws InterruptedException {
        List<Caller> callers = new ArrayList<>();
        callers.add(start(batcher, 0));
        firstStarted.await();
        for (int item = 1; item <= last; item++) {
            Caller caller = start(batcher, item);
            await().pollInterval(Duration.ofMillis(1))
                    .until(() -> caller.thread().getState() == Thread.State.TIMED_WAITING);
            callers.add(caller);
        }
        return callers;
    }

    private static Caller start(MicroBatcher<Integer, String> batcher, int item) {
        CompletableFuture<String> result = new CompletableFuture<>();
        Thread thread = Thread.ofVirtual().start(() -> {
            try {
                result.complete(batcher.call(item, LONG));
            } catch (TimeoutException | RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return new Caller(thread, result);
    }
}
