package io.fondaco.platform.topology;

import io.agroal.api.AgroalPoolInterceptor;
import io.micrometer.core.instrument.Timer;
import java.sql.Connection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How long connections are held, pool by pool: what a pool's size must be made of. */
public final class HoldTimes implements AgroalPoolInterceptor {
    private final Timer timer;
    private final Map<Connection, Long> since = new ConcurrentHashMap<>();

    public HoldTimes(Timer timer) {
        this.timer = timer;
    }

    @Override
    public void onConnectionAcquire(Connection connection) {
        since.put(connection, System.nanoTime());
    }

    @Override
    public void onConnectionReturn(Connection connection) {
        Long begin = since.remove(connection);
        if (begin != null) {
            timer.record(Duration.ofNanos(System.nanoTime() - begin));
        }
    }

    @Override
    public void onConnectionDestroy(Connection connection) {
        since.remove(connection);
    }
}
