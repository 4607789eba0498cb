package io.fondaco.access;

import io.fondaco.platform.database.Connections;
import io.fondaco.platform.sql.Seconds;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Records when keys were last used. A request only stores its key in memory; the pod writes all of them with one
 * statement {@link #WRITE_INTERVAL} after the first. This is not a job for workers, because only the
 * pods that serve the admin API know the uses. A key is written at most once per interval in the whole cluster, so
 * {@code last_used_at} is up to two intervals behind the last use. A pod that dies loses the uses that it has not
 * written.
 */
@ApplicationScoped
class ApiKeyLastUsedRecorder {
    private static final Logger LOG = Logger.getLogger(ApiKeyLastUsedRecorder.class);
    private static final Duration WRITE_INTERVAL = Duration.ofMinutes(1);

    /** Locks the rows in the order of their ids, because several pods write at the same time. */
    private static final String UPDATE_LAST_USED = """
            UPDATE access.api_key k SET last_used_at = due.at
              FROM (SELECT k.id, n.at
                      FROM unnest(?::uuid[], ?::timestamptz[]) AS n (id, at)
                      JOIN access.api_key k ON k.id = n.id
                     WHERE k.last_used_at IS NULL OR k.last_used_at <= n.at - make_interval(secs => ?)
                     ORDER BY k.id FOR NO KEY UPDATE OF k) AS due
             WHERE k.id = due.id
            """;

    private final Connections connections;
    private final Duration interval;
    private final Vertx vertx;
    private final AtomicBoolean flushScheduled = new AtomicBoolean();

    /** One entry per valid key that this pod has seen since the last write. */
    private final Map<UUID, Instant> pendingUses = new ConcurrentHashMap<>();

    @Inject
    ApiKeyLastUsedRecorder(Connections connections, Vertx vertx) {
        this(connections, WRITE_INTERVAL, vertx);
    }

    ApiKeyLastUsedRecorder(Connections connections, Duration interval, Vertx vertx) {
        this.connections = connections;
        this.interval = interval;
        this.vertx = vertx;
    }

    /** Writes nothing itself, because a request calls it. */
    void recordUse(UUID key) {
        pendingUses.put(key, Instant.now());
        scheduleFlush();
    }

    private void scheduleFlush() {
        if (flushScheduled.compareAndSet(false, true)) {
            vertx.setTimer(
                    interval.toMillis(),
                    _ -> Thread.ofVirtual().name("api-key-last-used").start(() -> {
                        flushScheduled.set(false);
                        flush();
                    }));
        }
    }

    void flush() {
        Map<UUID, Instant> uses = Map.copyOf(pendingUses);
        if (uses.isEmpty()) {
            return;
        }
        try (Connection connection = connections.toPrimary();
                PreparedStatement write = connection.prepareStatement(UPDATE_LAST_USED)) {
            UUID[] keys = uses.keySet().toArray(UUID[]::new);
            String[] times = new String[keys.length];
            for (int index = 0; index < keys.length; index++) {
                times[index] = String.valueOf(uses.get(keys[index]));
            }
            write.setArray(1, connection.createArrayOf("uuid", keys));
            write.setArray(2, connection.createArrayOf("timestamptz", times));
            write.setDouble(3, Seconds.of(interval));
            write.executeUpdate();
            // A later use has another time and stays for the next write.
            uses.forEach(pendingUses::remove);
        } catch (SQLException e) {
            LOG.warnf(
                    "The last uses of %d API keys were not written and will be written later: %s",
                    uses.size(), e.getMessage());
            scheduleFlush();
        }
    }
}
