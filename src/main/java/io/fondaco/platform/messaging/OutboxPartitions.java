package io.fondaco.platform.messaging;

import io.fondaco.platform.database.Connections;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.OncePerCluster;
import io.fondaco.platform.monitoring.GaugeSnapshot;
import io.fondaco.platform.roles.PodRoles;
import io.fondaco.platform.sql.Seconds;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Creates the daily partitions of the outbox and the inbox ahead of time and drops expired ones: a partition of the
 * outbox when every listener has read it, a partition of the inbox when no event of that day is accepted any more.
 */
@ApplicationScoped
class OutboxPartitions {
    private static final Logger LOG = Logger.getLogger(OutboxPartitions.class);
    private static final int DAYS_AHEAD = 3;

    private static final String DELETE_INACTIVE_LISTENERS = """
            DELETE FROM messaging.subscription WHERE seen_at < now() - make_interval(secs => ?) RETURNING listener
            """;

    /** Days of the expired partitions of a log, the oldest first. */
    private static final String EXPIRED_PARTITIONS = """
            SELECT to_date(right(c.relname, 8), 'YYYYMMDD') AS day
              FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
             WHERE i.inhparent = ('messaging.' || ?)::regclass AND c.relname ~ '_[0-9]{8}$'
               AND to_date(right(c.relname, 8), 'YYYYMMDD') + 1 <= (now() - make_interval(secs => ?)) AT TIME ZONE 'UTC'
             ORDER BY day
            """;

    /** An unread event keeps the partition of its day and those of the days after it. */
    private static final String HAS_UNREAD_EVENTS = """
            SELECT EXISTS (
                SELECT FROM messaging.cursor c
                  JOIN messaging.outbox o ON o.bucket = c.bucket AND o.position > c.position
                 WHERE o.published_at < (?::date + 1)::timestamp AT TIME ZONE 'UTC'
                   AND c.listener = ANY (?))
            """;

    private static final String CLEAR_DEFAULT_PARTITIONS = """
            WITH a AS (DELETE FROM messaging.outbox_default WHERE published_at < now() - make_interval(secs => ?)),
                 b AS (DELETE FROM messaging.inbox_default WHERE published_at < now() - make_interval(secs => ?))
            DELETE FROM messaging.worker WHERE seen_at < now() - interval '1 hour'
            """;

    private final Connections connections;
    private final MessagingSettings settings;
    private final ListenerConfig listenerConfig;
    private final WorkerHeartbeat heartbeat;
    private final MessagingMetrics metrics;

    OutboxPartitions(
            Connections connections,
            MessagingSettings settings,
            ListenerConfig listenerConfig,
            WorkerHeartbeat workerHeartbeat,
            MessagingMetrics metrics) {
        this.connections = connections;
        this.settings = settings;
        this.listenerConfig = listenerConfig;
        this.heartbeat = workerHeartbeat;
        this.metrics = metrics;
    }

    @ReadsFrom(Route.PRIMARY)
    @OncePerCluster(value = "messaging-log-days", every = "9m")
    @Scheduled(
            every = "10m",
            delayed = "1m",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void maintain() throws SQLException {
        heartbeat.subscribe();
        try (Connection connection = connections.toPrimary()) {
            for (String log : List.of("outbox", "inbox")) {
                createPartitions(connection, log);
            }
            deleteInactiveListeners(connection);
            dropPartitions(connection, "inbox", Seconds.of(settings.inboxRetention()), false);
            dropPartitions(connection, "outbox", Seconds.of(settings.retention()), true);
            try (PreparedStatement clear = connection.prepareStatement(CLEAR_DEFAULT_PARTITIONS)) {
                clear.setDouble(1, Seconds.of(settings.inboxRetention()));
                clear.setDouble(2, Seconds.of(settings.inboxRetention()));
                clear.executeUpdate();
            }
        }
    }

    @ReadsFrom(Route.PRIMARY)
    @Scheduled(
            every = GaugeSnapshot.REFRESH_INTERVAL,
            delayed = "5s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = PodRoles.SkipUnlessWorker.class)
    void sampleBacklog() throws SQLException {
        metrics.sampleBacklog(listenerConfig.outboxConsumers());
    }

    private static void createPartitions(Connection connection, String log) throws SQLException {
        try (PreparedStatement create = connection.prepareStatement("""
                SELECT messaging.create_partition(?, (now() AT TIME ZONE 'UTC')::date + n)
                  FROM generate_series(0, ?) AS n
                """)) {
            create.setString(1, log);
            create.setInt(2, DAYS_AHEAD);
            create.execute();
        }
    }

    private void deleteInactiveListeners(Connection connection) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(DELETE_INACTIVE_LISTENERS)) {
            delete.setDouble(1, Seconds.of(settings.retention()));
            try (ResultSet row = delete.executeQuery()) {
                while (row.next()) {
                    LOG.warnf(
                            "Listener %s was not active for %s; its subscription and its cursors are deleted",
                            row.getString(1), settings.retention());
                }
            }
        }
    }

    private void dropPartitions(Connection connection, String log, double retention, boolean ifRead)
            throws SQLException {
        List<LocalDate> days = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(EXPIRED_PARTITIONS)) {
            select.setString(1, log);
            select.setDouble(2, retention);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    days.add(row.getObject(1, LocalDate.class));
                }
            }
        }
        for (LocalDate day : days) {
            if (ifRead && hasUnreadEvents(connection, day)) {
                LOG.warnf("The outbox partition of %s is kept: a listener has not read all of its events", day);
                return;
            }
            try (PreparedStatement drop = connection.prepareStatement("SELECT messaging.drop_partition(?, ?)")) {
                drop.setString(1, log);
                drop.setObject(2, day);
                drop.execute();
            }
        }
    }

    private boolean hasUnreadEvents(Connection connection, LocalDate day) throws SQLException {
        try (PreparedStatement unread = connection.prepareStatement(HAS_UNREAD_EVENTS)) {
            unread.setObject(1, day);
            unread.setArray(
                    2,
                    connection.createArrayOf(
                            "text", listenerConfig.outboxConsumers().toArray()));
            try (ResultSet row = unread.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }
}
