package io.fondaco.platform.topology;

import io.fondaco.platform.Jitter;
import java.net.SocketTimeoutException;
import java.sql.Connection;
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
 * Queries the status of one server over a connection of its own: at an interval, on request, and rarely while the pod
 * is idle. Concurrent requests share one result, and its query is sent after each of them was made. So a server gets
 * one query at a time, however many requests need its status.
 *
 * <p>All pods together update the heartbeat row of the primary: each knows from its last query when the row will be due
 * again, and only a query at that time also updates it. So the primary gets about one update a second, and a server one
 * statement for each check.
 */
final class NodeMonitor implements AutoCloseable {
    /** Limit for connecting, for each answer during the login, and for the whole login. */
    private static final int CONNECT_TIMEOUT_SECONDS = 1;

    /** Network time that is added to the server's own statement timeout. */
    private static final Duration NETWORK_ALLOWANCE = Duration.ofMillis(50);

    /** Minimum time between reconnects to a host name that leads to a server on an old timeline. */
    private static final Duration RECONNECT_AFTER = Duration.ofSeconds(1);

    private static final double JITTER = 0.2;
    private static final String QUERY_CANCELED = "57014";

    /** The age from which the heartbeat row is updated. */
    private static final Duration MIN_HEARTBEAT_AGE = Duration.ofMillis(900);

    /** A pod tries to update the heartbeat row at this age, plus up to {@link #HEARTBEAT_JITTER}. */
    private static final Duration HEARTBEAT_AGE = Duration.ofSeconds(1);

    /** Within this time the first of the pods updates the heartbeat row, and most of the others see that it did. */
    private static final Duration HEARTBEAT_JITTER = Duration.ofMillis(100);

    /** Where the status is read from while the pod does not write a heartbeat. */
    private static final String ROLE = """
            (SELECT pg_is_in_recovery() AS recovering,
                    current_setting('synchronous_commit') = 'off' AS asynchronous) AS role""";

    /** SQL for the timeline of a primary: the first eight hex digits of a WAL file name. */
    static final String TIMELINE_SQL = "('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int";

    /** Used while the first migration has not created the heartbeat table yet. */
    private static final String STATUS_SQL_WITHOUT_HEARTBEAT =
            statusSql(ROLE + ", (SELECT 0 AS timeline, NULL::timestamptz AS written_at) AS h");

    /**
     * Columns {@code recovering}, {@code timeline}, {@code lsn}, {@code visible_upper_bound} and
     * {@code heartbeat_millis}, see {@link NodeStatus}; and on a primary {@code heartbeat_age_millis}, null if the
     * heartbeat is of another timeline.
     */
    static final String STATUS_SQL = statusSql(ROLE + ", topology.heartbeat AS h");

    /**
     * As {@link #STATUS_SQL}, and updates the heartbeat row if no other pod has just done so. The row is committed
     * asynchronously. The setting of the server is read before that is set, because {@code async_commit} is computed
     * from the row of {@code role}.
     */
    private static final String HEARTBEAT_AND_STATUS_SQL =
            """
            WITH role AS MATERIALIZED (
                SELECT pg_is_in_recovery() AS recovering, current_setting('synchronous_commit') = 'off' AS asynchronous
            ), async_commit AS MATERIALIZED (
                SELECT set_config('synchronous_commit', 'off', true) FROM role
            ), written AS (
                UPDATE topology.heartbeat
                   SET written_at = clock_timestamp(),
                       timeline = {timeline}
                  FROM async_commit
                 WHERE written_at < clock_timestamp() - interval '{age} ms'
                    OR timeline <> {timeline}
                RETURNING written_at, timeline
            )
            """.replace("{timeline}", TIMELINE_SQL).replace("{age}", Long.toString(MIN_HEARTBEAT_AGE.toMillis()))
                    + statusSql("""
            role, (SELECT coalesce(written.timeline, stored.timeline) AS timeline,
                                coalesce(written.written_at, stored.written_at) AS written_at
                           FROM topology.heartbeat AS stored LEFT JOIN written ON true) AS h""");

    private final String url;
    private final DatabaseCredentials databaseCredentials;
    private final Duration limit;
    private final Duration interval;
    private final CheckListener checkListener;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition checkRequested = lock.newCondition();
    private final Thread thread;

    private CompletableFuture<NodeStatus> nextStatus = new CompletableFuture<>();
    private boolean checkWanted;
    private boolean awakened;
    private boolean closed;
    private @Nullable Connection connection;
    private long connectedAt;
    private boolean heartbeatExists;
    private boolean statusKnown;
    private long heartbeatDue;
    private long systemIdentifier;

    /** Receives the start and the result of every check, on the monitor's thread. */
    interface CheckListener {
        /** A query is about to be sent. */
        void onCheckStarted();

        /** @param regular whether this was a check at the interval, and not one on request */
        void onStatus(NodeStatus nodeStatus, boolean regular);

        /** @param away whether the server refused or broke the connection, rather than being slow */
        void onFailure(SQLException failure, boolean away);

        /** Whether the heartbeat is written here; called before each regular check. */
        boolean shouldWriteHeartbeat();

        /**
         * The time until the next regular check if that may be later than the check interval, because nothing needs
         * the server's status now; else zero. Called after each check.
         */
        Duration idleInterval();

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

    /** Ends the wait of an idle interval: the next regular check is due a check interval after the last one. */
    void wakeUp() {
        lock.lock();
        try {
            awakened = true;
            checkRequested.signal();
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
        // A check counts as regular from when it is due, also if it was requested: a pod that was idle judges the
        // server by the check of the request that ends the idle time.
        long due = System.nanoTime();
        long idleUntil = due;
        while (true) {
            CompletableFuture<NodeStatus> pending = awaitCheck(due, idleUntil);
            if (pending == null) {
                break;
            }
            boolean regular = System.nanoTime() - due >= 0;
            if (regular) {
                due = System.nanoTime() + Jitter.nanos(interval, JITTER);
            }
            check(pending, regular);
            idleUntil = idleUntil(due);
        }
        disconnect();
    }

    /** The time of the next regular check unless {@link #wakeUp} is called before. */
    private long idleUntil(long due) {
        Duration idleInterval = checkListener.idleInterval();
        if (idleInterval.isZero()) {
            return due;
        }
        long end = System.nanoTime() + Jitter.nanos(idleInterval, JITTER);
        if (checkListener.shouldWriteHeartbeat() && heartbeatDue - end < 0) {
            end = heartbeatDue;
        }
        return end - due > 0 ? end : due;
    }

    /** Returns the future of all requests until now; null after {@link #close}. */
    private @Nullable CompletableFuture<NodeStatus> awaitCheck(long due, long idleUntil) {
        lock.lock();
        try {
            while (!closed && !checkWanted) {
                long left = (awakened ? due : idleUntil) - System.nanoTime();
                if (left <= 0) {
                    break;
                }
                checkRequested.awaitNanos(left);
            }
            CompletableFuture<NodeStatus> pending = nextStatus;
            nextStatus = new CompletableFuture<>();
            checkWanted = false;
            awakened = false;
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

    private void check(CompletableFuture<NodeStatus> pending, boolean regular) {
        try {
            checkListener.onCheckStarted();
            NodeStatus nodeStatus = query(regular);
            checkListener.onStatus(nodeStatus, regular);
            pending.complete(nodeStatus);
            if (System.nanoTime() - connectedAt >= RECONNECT_AFTER.toNanos()
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
                || QUERY_CANCELED.equals(e.getSQLState())
                || e.getCause() instanceof SocketTimeoutException
                || isLoginTimeout(e);
    }

    /** The driver reports a login timeout like a failed connection (08001), but without a cause. */
    private static boolean isLoginTimeout(SQLException e) {
        return "08001".equals(e.getSQLState()) && e.getCause() == null;
    }

    private NodeStatus query(boolean regular) throws SQLException {
        Connection open = ensureConnected();
        if (!heartbeatExists) {
            return queryStatus(open, STATUS_SQL_WITHOUT_HEARTBEAT);
        }
        if (regular && statusKnown && System.nanoTime() - heartbeatDue >= 0 && checkListener.shouldWriteHeartbeat()) {
            try {
                return queryStatus(open, HEARTBEAT_AND_STATUS_SQL);
            } catch (SQLException e) {
                // A heartbeat that times out behind another transaction or a busy disk is skipped; the next one
                // follows soon. Whether the server answers at all is judged by the plain query.
                if (!QUERY_CANCELED.equals(e.getSQLState())) {
                    throw e;
                }
            }
        }
        return queryStatus(open, STATUS_SQL);
    }

    private NodeStatus queryStatus(Connection open, String sql) throws SQLException {
        try (Statement statement = open.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            if (!row.next()) {
                throw new SQLException("topology.heartbeat has no row", "02000");
            }
            long age = row.getLong("heartbeat_age_millis");
            heartbeatDue = row.wasNull() ? System.nanoTime() : heartbeatDueAtAge(age);
            statusKnown = true;
            int timeline = row.getInt("timeline");
            return new NodeStatus(
                    row.getBoolean("recovering"),
                    new Position(timeline, row.getLong("lsn")),
                    new Position(timeline, row.getLong("visible_upper_bound")),
                    row.getLong("heartbeat_millis"),
                    systemIdentifier);
        }
    }

    /** When this pod tries to update the heartbeat row, if its age is this now. */
    private static long heartbeatDueAtAge(long millis) {
        Duration left = HEARTBEAT_AGE.minusMillis(millis);
        long jitter = ThreadLocalRandom.current().nextLong(HEARTBEAT_JITTER.toNanos());
        return System.nanoTime() + Math.max(0, left.toNanos()) + jitter;
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
        statusKnown = false;
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
    private static String statusSql(String roleAndHeartbeat) {
        return """
                SELECT recovering,
                       CASE WHEN recovering THEN h.timeline
                            ELSE {timeline}
                       END AS timeline,
                       CASE WHEN recovering THEN coalesce((pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint, 0)
                            WHEN asynchronous THEN (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint
                            ELSE (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint
                       END AS lsn,
                       CASE WHEN recovering THEN coalesce((pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint, 0)
                            ELSE (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint
                       END AS visible_upper_bound,
                       coalesce((extract(epoch FROM h.written_at) * 1000)::bigint, 0) AS heartbeat_millis,
                       CASE WHEN recovering THEN NULL
                            WHEN h.timeline = {timeline}
                            THEN (extract(epoch FROM clock_timestamp() - h.written_at) * 1000)::bigint
                       END AS heartbeat_age_millis
                  FROM {roleAndHeartbeat}
                """.replace("{timeline}", TIMELINE_SQL).replace("{roleAndHeartbeat}", roleAndHeartbeat);
    }
}
