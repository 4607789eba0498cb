package io.fondaco.platform;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Runs a task for several items at the same time, each in its own thread; takes as long as the slowest. */
public final class ParallelForEach {
    private ParallelForEach() {}

    /**
     * Waits for all of them.
     *
     * @param failed called afterwards with each item whose task threw, and the exception; the other tasks are not
     *     affected
     */
    public static <T> void run(
            Collection<T> all, Consumer<? super T> work, BiConsumer<? super T, ? super Throwable> failed)
            throws InterruptedException {
        List<T> items = List.copyOf(all);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Object>> results = threads.invokeAll(items.stream()
                    .map(item -> Executors.callable(() -> work.accept(item)))
                    .toList());
            for (int i = 0; i < items.size(); i++) {
                if (results.get(i).state() == Future.State.FAILED) {
                    failed.accept(items.get(i), results.get(i).exceptionNow());
                }
            }
        }
    }
}
