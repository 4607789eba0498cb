package io.fondaco.platform.topology;

import io.agroal.api.AgroalPoolInterceptor;
import io.micrometer.core.instrument.Timer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.postgresql.PGConnection;

/** How long connections are held, pool by pool: what a pool's size must be made of. */
public final class HoldTimes implements AgroalPoolInterceptor {
    private final Timer timer;
    private final Map<PGConnection, Long> since = new ConcurrentHashMap<>();

    public HoldTimes(Timer timer) {
        this.timer = timer;
    }

    @Override
    public void onConnectionAcquire(Connection connection) {
        physical(connection).ifPresent(held -> since.put(held, System.nanoTime()));
    }

    @Override
    public void onConnectionReturn(Connection connection) {
        physical(connection)
                .map(since::remove)
                .ifPresent(begin -> timer.record(Duration.ofNanos(System.nanoTime() - begin)));
    }

    @Override
    public void onConnectionDestroy(Connection connection) {
        physical(connection).ifPresent(since::remove);
    }

    /** The pool shows each of its calls another wrapper; what is within stays. */
    private static Optional<PGConnection> physical(Connection wrapper) {
        try {
            return Optional.of(wrapper.unwrap(PGConnection.class));
        } catch (SQLException _) {
            return Optional.empty();
        }
    }
}
