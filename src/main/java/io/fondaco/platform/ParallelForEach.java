package io.fondaco.platform;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** The same for several at the same time, each in a thread of its own: together they take as long as the slowest. */
public final class ParallelForEach {
    private ParallelForEach() {}

    /**
     * Waits for all of them.
     *
     * @param failed told afterwards what any of them threw; the others went on
     */
    public static <T> void run(
            Collection<T> all, Consumer<? super T> work, BiConsumer<? super T, ? super Throwable> failed)
            throws InterruptedException {
        List<T> each = List.copyOf(all);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Object>> ended = threads.invokeAll(each.stream()
                    .map(one -> Executors.callable(() -> work.accept(one)))
                    .toList());
            for (int i = 0; i < each.size(); i++) {
                if (ended.get(i).state() == Future.State.FAILED) {
                    failed.accept(each.get(i), ended.get(i).exceptionNow());
                }
            }
        }
    }
}
