package io.fondaco.platform.topology;

import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/**
 * Queries the status of one server over a connection of its own: at an interval, and on request. Concurrent requests
 * share one result, and its query is sent after each of them was made. So a server gets one query at a time, however
 * many requests need its status.
 */
final class NodeMonitor implements AutoCloseable {
    /** Limit for connecting, for each answer during the login, and for the whole login. */
    private static final int CONNECT_TIMEOUT_SECONDS = 1;

    /** Network time that is added to the server's own statement timeout. */
    private static final Duration NETWORK_ALLOWANCE = Duration.ofMillis(50);

    /** Minimum time between reconnects to a host name that leads to a server on an old timeline. */
    private static final Duration RECONNECT_AFTER = Duration.ofSeconds(1);

    private static final double JITTER = 0.2;

    /** How often the primary's heartbeat row is updated, by all pods together. */
    private static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(1);

    /** SQL for the timeline of a primary: the first eight hex digits of a WAL file name. */
    static final String TIMELINE_SQL = "('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int";

    /** Used while the first migration has not created the heartbeat table yet. */
    private static final String STATUS_SQL_WITHOUT_HEARTBEAT =
            statusSql("(SELECT 0 AS timeline, NULL::timestamptz AS written_at)");

    /**
     * Columns {@code recovering}, {@code timeline}, {@code lsn}, {@code visible_upper_bound} and
     * {@code heartbeat_millis}; see {@link NodeStatus}.
     */
    static final String STATUS_SQL = statusSql("topology.heartbeat");

    private static final String HEARTBEAT_SQL = """
            WITH async_commit AS (SELECT set_config('synchronous_commit', 'off', true))
            UPDATE topology.heartbeat
               SET written_at = clock_timestamp(),
                   timeline = {timeline}
              FROM async_commit
             WHERE written_at < clock_timestamp() - ? * interval '1 millisecond'
                OR timeline <> {timeline}
            """.replace("{timeline}", TIMELINE_SQL);

    private final String url;
    private final DatabaseCredentials databaseCredentials;
    private final Duration limit;
    private final Duration interval;
    private final CheckListener checkListener;
    private final long heartbeatAfterMillis;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition checkRequested = lock.newCondition();
    private final Thread thread;

    private CompletableFuture<NodeStatus> nextStatus = new CompletableFuture<>();
    private boolean checkWanted;
    private boolean closed;
    private @Nullable Connection connection;
    private long connectedAt;
    private boolean heartbeatExists;
    private long systemIdentifier;

    /** Receives the start and the result of every check, on the monitor's thread. */
    interface CheckListener {
        /** A query is about to be sent. */
        void onCheckStarted();

        /** @param regular whether this was a check at the interval, and not one on request */
        void onStatus(NodeStatus nodeStatus, boolean regular);

        /** @param away whether the server refused or broke the connection, rather than being slow */
        void onFailure(SQLException failure, boolean away);

        /** Whether the heartbeat must be written here; called after each regular check. */
        boolean shouldWriteHeartbeat(NodeStatus nodeStatus);

        /** Whether the server is on an old timeline; its host name may already lead to the new primary. */
        boolean isOnOldTimeline(NodeStatus nodeStatus);
    }

    NodeMonitor(
            String name,
            String url,
            DatabaseCredentials databaseCredentials,
            DatabaseSettings settings,
            CheckListener checkListener) {
        this.url = url;
        this.databaseCredentials = databaseCredentials;
        this.limit = settings.checkTimeout();
        this.interval = settings.checkInterval();
        this.checkListener = checkListener;
        this.heartbeatAfterMillis = HEARTBEAT_INTERVAL.toMillis() * 9 / 10;
        this.thread = Thread.ofVirtual().name("topology-" + name).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Returns the status from a query that is sent after this call. */
    CompletableFuture<NodeStatus> requestCheck() {
        lock.lock();
        try {
            checkWanted = true;
            checkRequested.signal();
            return nextStatus;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            checkRequested.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        long due = System.nanoTime();
        while (true) {
            CompletableFuture<NodeStatus> pending = awaitCheck(due);
            if (pending == null) {
                break;
            }
            boolean regular = System.nanoTime() - due >= 0;
            if (regular) {
                due = System.nanoTime() + jittered();
            }
            check(pending, regular);
        }
        disconnect();
    }

    /** Returns the future of all requests until now; null after {@link #close}. */
    private @Nullable CompletableFuture<NodeStatus> awaitCheck(long due) {
        lock.lock();
        try {
            long left = due - System.nanoTime();
            while (!closed && !checkWanted && left > 0) {
                left = checkRequested.awaitNanos(left);
            }
            CompletableFuture<NodeStatus> pending = nextStatus;
            nextStatus = new CompletableFuture<>();
            checkWanted = false;
            if (closed) {
                pending.completeExceptionally(new SQLException("The monitor of this server is closed", "08003"));
                nextStatus.completeExceptionally(new SQLException("The monitor of this server is closed", "08003"));
                return null;
            }
            return pending;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } finally {
            lock.unlock();
        }
    }

    private long jittered() {
        return (long) (interval.toNanos() * (1 + ThreadLocalRandom.current().nextDouble(-JITTER, JITTER)));
    }

    private void check(CompletableFuture<NodeStatus> pending, boolean regular) {
        try {
            checkListener.onCheckStarted();
            NodeStatus nodeStatus = queryStatus();
            checkListener.onStatus(nodeStatus, regular);
            pending.complete(nodeStatus);
            if (regular && heartbeatExists && checkListener.shouldWriteHeartbeat(nodeStatus)) {
                writeHeartbeat();
            } else if (System.nanoTime() - connectedAt >= RECONNECT_AFTER.toNanos()
                    && checkListener.isOnOldTimeline(nodeStatus)) {
                disconnect();
            }
        } catch (SQLException e) {
            disconnect();
            checkListener.onFailure(e, !isTimeout(e));
            pending.completeExceptionally(e);
        }
    }

    private static boolean isTimeout(SQLException e) {
        return e instanceof SQLTimeoutException
                || "57014".equals(e.getSQLState())
                || e.getCause() instanceof SocketTimeoutException
                || isLoginTimeout(e);
    }

    /** The driver reports a login timeout like a failed connection (08001), but without a cause. */
    private static boolean isLoginTimeout(SQLException e) {
        return "08001".equals(e.getSQLState()) && e.getCause() == null;
    }

    private NodeStatus queryStatus() throws SQLException {
        Connection open = ensureConnected();
        try (Statement statement = open.createStatement();
                ResultSet row = statement.executeQuery(heartbeatExists ? STATUS_SQL : STATUS_SQL_WITHOUT_HEARTBEAT)) {
            if (!row.next()) {
                throw new SQLException("topology.heartbeat has no row", "02000");
            }
            int timeline = row.getInt("timeline");
            return new NodeStatus(
                    row.getBoolean("recovering"),
                    new Position(timeline, row.getLong("lsn")),
                    new Position(timeline, row.getLong("visible_upper_bound")),
                    row.getLong("heartbeat_millis"),
                    systemIdentifier);
        }
    }

    /**
     * A heartbeat that times out behind another pod's heartbeat or a busy disk is skipped; the next one follows soon.
     */
    private void writeHeartbeat() throws SQLException {
        try (PreparedStatement statement = ensureConnected().prepareStatement(HEARTBEAT_SQL)) {
            statement.setLong(1, heartbeatAfterMillis);
            statement.executeUpdate();
        } catch (SQLException e) {
            if (!isTimeout(e)) {
                throw e;
            }
            disconnect();
        }
    }

    private Connection ensureConnected() throws SQLException {
        Connection open = connection;
        if (open == null) {
            open = connect();
            connection = open;
            connectedAt = System.nanoTime();
            heartbeatExists = false;
        }
        if (!heartbeatExists) {
            try (Statement statement = open.createStatement();
                    ResultSet row = statement.executeQuery("""
                            SELECT to_regclass('topology.heartbeat') IS NOT NULL,
                                   (SELECT system_identifier FROM pg_control_system())
                            """)) {
                row.next();
                heartbeatExists = row.getBoolean(1);
                systemIdentifier = row.getLong(2);
            }
        }
        return open;
    }

    private Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", databaseCredentials.username());
        properties.setProperty("password", databaseCredentials.password());
        properties.setProperty("ApplicationName", "fondaco-topology");
        properties.setProperty("connectTimeout", Integer.toString(CONNECT_TIMEOUT_SECONDS));
        properties.setProperty("socketTimeout", Integer.toString(CONNECT_TIMEOUT_SECONDS));
        // If the first attempt gets no answer, the driver connects again without TLS. This limit applies to both
        // attempts together.
        properties.setProperty("loginTimeout", Integer.toString(CONNECT_TIMEOUT_SECONDS));
        properties.setProperty("options", "-c statement_timeout=" + limit.toMillis());
        Connection opened = new Driver().connect(url, properties);
        if (opened == null) {
            throw new SQLException("Not a Postgres URL", "HY000");
        }
        opened.setNetworkTimeout(
                Runnable::run, (int) limit.plus(NETWORK_ALLOWANCE).toMillis());
        return opened;
    }

    /** Aborts the connection without waiting for the server, which may hang. */
    private void disconnect() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.abort(Runnable::run);
            } catch (SQLException _) {
                // It was broken already.
            }
        }
    }

    /**
     * The snapshot that reads the heartbeat is taken before the LSN is read, so the reported timeline is never newer
     * than the reported LSN.
     */
    private static String statusSql(String heartbeat) {
        return """
                SELECT recovering,
                       CASE WHEN recovering THEN h.timeline
                            ELSE %s
                       END AS timeline,
                       CASE WHEN recovering THEN coalesce((pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint, 0)
                            WHEN current_setting('synchronous_commit') = 'off'
                            THEN (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint
                            ELSE (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint
                       END AS lsn,
                       CASE WHEN recovering THEN coalesce((pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint, 0)
                            ELSE (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint
                       END AS visible_upper_bound,
                       coalesce((extract(epoch FROM h.written_at) * 1000)::bigint, 0) AS heartbeat_millis
                  FROM (SELECT pg_is_in_recovery() AS recovering) AS role, %s AS h
                """.formatted(TIMELINE_SQL, heartbeat);
    }
}
