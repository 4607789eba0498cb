package io.fondaco.platform.cache;

import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Two threads that meet in each round and then run concurrently. */
final class TwoThreadRace {
    private TwoThreadRace() {}

    /**
     * @param maxSpins how many spins the second thread waits at most; the number changes from round to round
     * @param setUp creates the state of a round
     */
    static <T> void run(int rounds, int maxSpins, Supplier<T> setUp, Consumer<T> first, Consumer<T> second)
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
                current.set(setUp.get());
                barrier.await();
                for (int spin = 0; spin < round % maxSpins; spin++) {
                    Thread.onSpinWait();
                }
                second.accept(current.get());
                barrier.await();
            }
            other.join();
        } catch (BrokenBarrierException _) {
            throw new IllegalStateException("The other thread failed", failure.get());
        }
    }
}
