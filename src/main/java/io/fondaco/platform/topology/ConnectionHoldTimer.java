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

/** Measures how long connections are held, per pool; the basis for choosing a pool's size. */
public final class ConnectionHoldTimer implements AgroalPoolInterceptor {
    private final Timer timer;
    private final Map<PGConnection, Long> acquiredAtNanos = new ConcurrentHashMap<>();

    public ConnectionHoldTimer(Timer timer) {
        this.timer = timer;
    }

    @Override
    public void onConnectionAcquire(Connection connection) {
        physicalConnection(connection).ifPresent(held -> acquiredAtNanos.put(held, System.nanoTime()));
    }

    @Override
    public void onConnectionReturn(Connection connection) {
        physicalConnection(connection)
                .map(acquiredAtNanos::remove)
                .ifPresent(begin -> timer.record(Duration.ofNanos(System.nanoTime() - begin)));
    }

    @Override
    public void onConnectionDestroy(Connection connection) {
        physicalConnection(connection).ifPresent(acquiredAtNanos::remove);
    }

    /** The pool passes a different wrapper to each callback; the physical connection inside stays the same. */
    private static Optional<PGConnection> physicalConnection(Connection wrapper) {
        try {
            return Optional.of(wrapper.unwrap(PGConnection.class));
        } catch (SQLException _) {
            return Optional.empty();
        }
    }
}
