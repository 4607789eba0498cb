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
 * Asks one server how far it is, over one connection of its own: regularly, and whenever somebody wants to know. Those
 * who ask at the same time share one answer, whose question was sent after each of them had asked; so however many
 * requests ask, a server is asked one question at a time.
 */
final class NodeMonitor implements AutoCloseable {
    /** For the connection, and for each answer while it logs in. No limit to both: the driver would not tell it from a refusal. */
    private static final int CONNECT_TIMEOUT_SECONDS = 1;

    /** A round trip beyond the server's own limit: the network's share. */
    private static final Duration NETWORK_ALLOWANCE = Duration.ofMillis(50);

    /** How often a name is tried anew that leads to an outdated server. */
    private static final Duration RECONNECT_AFTER = Duration.ofSeconds(1);

    private static final double JITTER = 0.2;

    /** SQL for the timeline of a primary: what names its log's files begins with it. */
    static final String TIMELINE_SQL = "('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int";

    /** Without the heartbeat's table, which a first migration has yet to make. */
    private static final String STATUS_SQL_WITHOUT_HEARTBEAT =
            sample("(SELECT 0 AS timeline, NULL::timestamptz AS written_at)");

    /** Columns {@code recovering}, {@code timeline}, {@code lsn}, {@code shown} and {@code beat}; see {@link NodeStatus}. */
    static final String STATUS_SQL = sample("topology.heartbeat");

    private static final String HEARTBEAT_SQL = """
            WITH unsynced AS (SELECT set_config('synchronous_commit', 'off', true))
            UPDATE topology.heartbeat
               SET written_at = clock_timestamp(),
                   timeline = {timeline}
              FROM unsynced
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

    /** Told of every question and answer, on the sampler's thread. */
    interface CheckListener {
        /** A question is about to be sent. */
        void onCheckStarted();

        /** @param regular whether this was a regular check, and not one that somebody asked for in between */
        void onStatus(NodeStatus nodeStatus, boolean regular);

        /** @param away whether the server refused or broke the connection, rather than being slow */
        void onFailure(SQLException failure, boolean away);

        /** Whether the heartbeat is to be written here; asked after each regular answer. */
        boolean shouldWriteHeartbeat(NodeStatus nodeStatus);

        /** Whether this is a server whose time is over: what it was reached by may lead to its successor by now. */
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
        this.heartbeatAfterMillis = settings.heartbeatInterval().toMillis() * 9 / 10;
        this.thread = Thread.ofVirtual().name("topology-" + name).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** What the server says to a question that is sent from now on. */
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
            CompletableFuture<NodeStatus> answering = awaitCheck(due);
            if (answering == null) {
                break;
            }
            boolean regular = System.nanoTime() - due >= 0;
            if (regular) {
                due = System.nanoTime() + jittered();
            }
            check(answering, regular);
        }
        disconnect();
    }

    /** The future of those who have asked until now; null when it is over. */
    private @Nullable CompletableFuture<NodeStatus> awaitCheck(long due) {
        lock.lock();
        try {
            long left = due - System.nanoTime();
            while (!closed && !checkWanted && left > 0) {
                left = checkRequested.awaitNanos(left);
            }
            CompletableFuture<NodeStatus> answering = nextStatus;
            nextStatus = new CompletableFuture<>();
            checkWanted = false;
            if (closed) {
                answering.completeExceptionally(new SQLException("No longer watched", "08003"));
                nextStatus.completeExceptionally(new SQLException("No longer watched", "08003"));
                return null;
            }
            return answering;
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

    private void check(CompletableFuture<NodeStatus> answering, boolean regular) {
        try {
            checkListener.onCheckStarted();
            NodeStatus nodeStatus = sample();
            checkListener.onStatus(nodeStatus, regular);
            answering.complete(nodeStatus);
            if (regular && heartbeatExists && checkListener.shouldWriteHeartbeat(nodeStatus)) {
                writeHeartbeat();
            } else if (System.nanoTime() - connectedAt >= RECONNECT_AFTER.toNanos()
                    && checkListener.isOnOldTimeline(nodeStatus)) {
                disconnect();
            }
        } catch (SQLException e) {
            disconnect();
            checkListener.onFailure(e, !isTimeout(e));
            answering.completeExceptionally(e);
        }
    }

    private static boolean isTimeout(SQLException e) {
        return e instanceof SQLTimeoutException
                || "57014".equals(e.getSQLState())
                || e.getCause() instanceof SocketTimeoutException
                || isLoginTimeout(e);
    }

    /** The driver tells it as a server that cannot be connected to, but without the cause that such a one has. */
    private static boolean isLoginTimeout(SQLException e) {
        return "08001".equals(e.getSQLState()) && e.getCause() == null;
    }

    private NodeStatus sample() throws SQLException {
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
                    new Position(timeline, row.getLong("shown")),
                    row.getLong("beat"),
                    systemIdentifier);
        }
    }

    /** A beat that another pod's beat or a busy disk holds up is left out; the next one follows soon. */
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
        // The driver connects a second time, without TLS, when the first does not answer: both together have this long.
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

    /** Closing waits for nobody: a server that hangs is left to find out by itself. */
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

    /** The position is asked for after the snapshot that shows the heartbeat is taken: it is never ahead of its timeline. */
    private static String sample(String heartbeat) {
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
                       END AS shown,
                       coalesce((extract(epoch FROM h.written_at) * 1000)::bigint, 0) AS beat
                  FROM (SELECT pg_is_in_recovery() AS recovering) AS role, %s AS h
                """.formatted(TIMELINE_SQL, heartbeat);
    }
}
