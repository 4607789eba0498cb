package io.fondaco.platform;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Runs the calls of concurrent threads as batches. One batch runs at a time, in a virtual thread of its own; calls that
 * arrive meanwhile are queued in their order and form the next batch, so a call that finds no batch running does not
 * wait for others. Each caller gets the result of its own item. If a batch fails, all callers of that batch get its
 * exception, and the next batch runs as if nothing had happened.
 *
 * <p>Only items whose callers wait are queued, so the number of waiting callers bounds the queue. A batch runs outside
 * of the callers' transactions and request contexts.
 *
 * @param <T> the item of a call
 * @param <R> its result
 */
public final class MicroBatcher<T, R> implements AutoCloseable {
    private final int maxBatchSize;
    private final long intervalNanos;
    private final Function<List<T>, List<R>> work;
    private final BiConsumer<T, R> abandoned;
    private final Queue<PendingCall<T, R>> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean workerRunning = new AtomicBoolean();
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean closed;

    /** Used only by the worker: one at a time, each sees what the one before has written. */
    private long lastBatchAt;

    private record PendingCall<T, R>(T item, CompletableFuture<R> result) {}

    /**
     * @param maxBatchSize items per batch
     * @param minInterval time between the starts of two batches, at least
     * @param work processes a batch, and returns the result of each item in the order of the items
     * @param abandoned gets each item that a batch has processed although its caller no longer waited, and the result;
     *     must return immediately and must not throw
     */
    public MicroBatcher(
            int maxBatchSize, Duration minInterval, Function<List<T>, List<R>> work, BiConsumer<T, R> abandoned) {
        if (maxBatchSize < 1) {
            throw new IllegalArgumentException("A batch must have at least one item, not " + maxBatchSize);
        }
        this.maxBatchSize = maxBatchSize;
        this.intervalNanos = minInterval.toNanos();
        this.work = work;
        this.abandoned = abandoned;
        this.lastBatchAt = System.nanoTime() - intervalNanos;
    }

    /**
     * Waits until a batch has processed the item.
     *
     * @throws TimeoutException if that takes longer than {@code maxWait}, or the thread is interrupted; its interrupt
     *     status is then set again. An item that no batch has taken yet is not processed any more.
     * @throws RuntimeException as the batch threw it
     * @throws IllegalStateException after {@link #close}
     */
    public R call(T item, Duration maxWait) throws TimeoutException {
        PendingCall<T, R> pendingCall = new PendingCall<>(item, new CompletableFuture<>());
        queue.add(pendingCall);
        startWorker();
        try {
            return pendingCall.result().get(maxWait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            abandon(pendingCall);
            throw e;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            abandon(pendingCall);
            throw new TimeoutException("interrupted");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        }
    }

    private void abandon(PendingCall<T, R> pendingCall) {
        if (pendingCall.result().cancel(false)) {
            queue.remove(pendingCall);
        } else if (pendingCall.result().state() == Future.State.SUCCESS) {
            // The result arrived between the time limit and now; nobody else will hand it over.
            abandoned.accept(pendingCall.item(), pendingCall.result().resultNow());
        }
    }

    /** Interrupts the running batch. Queued calls, and all later ones, get an {@link IllegalStateException}. */
    @Override
    public void close() {
        closed = true;
        executor.shutdownNow();
        failQueued();
    }

    private void failQueued() {
        for (PendingCall<T, R> next = queue.poll(); next != null; next = queue.poll()) {
            next.result().completeExceptionally(new IllegalStateException("The batcher is closed"));
        }
    }

    private void startWorker() {
        if (workerRunning.compareAndSet(false, true)) {
            try {
                executor.execute(this::drainQueue);
            } catch (RejectedExecutionException _) {
                workerRunning.set(false);
            }
        }
        if (closed) {
            failQueued();
        }
    }

    private void drainQueue() {
        try {
            while (!closed && !queue.isEmpty()) {
                awaitInterval();
                runBatch(nextBatch());
            }
        } finally {
            workerRunning.set(false);
            if (!queue.isEmpty()) {
                startWorker();
            }
        }
    }

    /** Before the batch is formed, so that the calls of this time are in it. */
    private void awaitInterval() {
        long waitNanos = lastBatchAt + intervalNanos - System.nanoTime();
        while (waitNanos > 0 && !closed) {
            LockSupport.parkNanos(waitNanos);
            waitNanos = lastBatchAt + intervalNanos - System.nanoTime();
        }
        lastBatchAt = System.nanoTime();
    }

    private List<PendingCall<T, R>> nextBatch() {
        List<PendingCall<T, R>> batch = new ArrayList<>();
        while (batch.size() < maxBatchSize) {
            PendingCall<T, R> next = queue.poll();
            if (next == null) {
                break;
            }
            if (!next.result().isDone()) {
                batch.add(next);
            }
        }
        return batch;
    }

    private void runBatch(List<PendingCall<T, R>> batch) {
        if (batch.isEmpty()) {
            return;
        }
        List<R> results;
        try {
            results = work.apply(batch.stream().map(PendingCall::item).toList());
            if (results.size() != batch.size()) {
                throw new IllegalStateException(
                        "A batch of %d items has %d results".formatted(batch.size(), results.size()));
            }
        } catch (RuntimeException | Error e) {
            batch.forEach(pendingCall -> pendingCall.result().completeExceptionally(e));
            return;
        }
        for (int index = 0; index < batch.size(); index++) {
            PendingCall<T, R> pendingCall = batch.get(index);
            if (!pendingCall.result().complete(results.get(index))) {
                abandoned.accept(pendingCall.item(), results.get(index));
            }
        }
    }
}
