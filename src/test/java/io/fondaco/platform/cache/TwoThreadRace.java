package io.fondaco.platform.cache;

import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Two threads that meet in each round and then run against one another. */
final class TwoThreadRace {
    private TwoThreadRace() {}

    /**
     * @param mostSpins how long at most the second waits; from round to round it is another time
     * @param begin what a round is run with
     */
    static <T> void run(int rounds, int mostSpins, Supplier<T> begin, Consumer<T> first, Consumer<T> second)
            throws Exception {
        AtomicReference<T> current = new AtomicReference<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        CyclicBarrier barrier = new CyclicBarrier(2);
        Thread other = Thread.ofPlatform().daemon().start(() -> {
            try {
                for (int round = 0; round < rounds; round++) {
                    barrier.await();
                    first.accept(current.get());
                    barrier.await();
                }
            } catch (Exception | Error e) {
                failure.set(e);
                barrier.reset();
            }
        });
        try {
            for (int round = 0; round < rounds; round++) {
                current.set(begin.get());
                barrier.await();
                for (int spin = 0; spin < round % mostSpins; spin++) {
                    Thread.onSpinWait();
                }
                second.accept(current.get());
                barrier.await();
            }
            other.join();
        } catch (BrokenBarrierException _) {
            throw new IllegalStateException("The other has failed", failure.get());
        }
    }
}
