package io.fondaco;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs the same task in many threads at the same time. */
public final class ConcurrentRunner {
    private ConcurrentRunner() {}

    /** One run of the task, with its number from 0. */
    public interface ConcurrentTask<T> {
        T run(int number) throws Exception;
    }

    /**
     * Runs all at the same time, released together.
     *
     * @return the results in order of their numbers
     */
    public static <T> List<T> runAll(int count, ConcurrentTask<T> task) throws Exception {
        return runAll(count, count, task);
    }

    /**
     * Runs at most the given number at a time.
     *
     * @return the results in order of their numbers
     */
    public static <T> List<T> runAll(int count, int maxConcurrent, ConcurrentTask<T> task) throws Exception {
        List<T> results = new ArrayList<>();
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService threads =
                Executors.newFixedThreadPool(maxConcurrent, Thread.ofVirtual().factory())) {
            List<Future<T>> running = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                running.add(threads.submit((Callable<T>) () -> {
                    start.await();
                    return task.run(number);
                }));
            }
            start.countDown();
            for (Future<T> result : running) {
                results.add(result.get());
            }
        }
        return results;
    }
}
