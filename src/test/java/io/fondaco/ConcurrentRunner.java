package io.fondaco;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Many who do the same at the same time. */
public final class ConcurrentRunner {
    private ConcurrentRunner() {}

    /** What one of them does, told which one it is. */
    public interface ConcurrentTask<T> {
        T run(int number) throws Exception;
    }

    /** All at once, begun together. @return what each came to, in their order */
    public static <T> List<T> runAll(int count, ConcurrentTask<T> concurrentTask) throws Exception {
        return runAll(count, count, concurrentTask);
    }

    /** So many at a time. @return what each came to, in their order */
    public static <T> List<T> runAll(int count, int atATime, ConcurrentTask<T> concurrentTask) throws Exception {
        List<T> results = new ArrayList<>();
        CountDownLatch go = new CountDownLatch(1);
        try (ExecutorService threads =
                Executors.newFixedThreadPool(atATime, Thread.ofVirtual().factory())) {
            List<Future<T>> running = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                running.add(threads.submit((Callable<T>) () -> {
                    go.await();
                    return concurrentTask.run(number);
                }));
            }
            go.countDown();
            for (Future<T> each : running) {
                results.add(each.get());
            }
        }
        return results;
    }
}
