package io.fondaco.platform.topology;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.AgroalPoolInterceptor;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.fondaco.platform.LogOnce;
import io.fondaco.platform.tracing.TracedPool;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One Postgres server: its pool of read connections, its last reported status, and the number of reads on it. */
public final class Node implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Node.class);
    private static final Duration ACQUISITION_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration IDLE_VALIDATION = Duration.ofMillis(500);
    private static final Duration IDLE_REAP = Duration.ofMinutes(2);
    private static final String READER_OPTIONS =
            "-c default_transaction_read_only=on -c statement_timeout=10s -c lock_timeout=5s";

    /**
     * Consecutive failed checks after which a replica leaves the rotation. A broken connection removes it immediately.
     */
    private static final int CHECKS_TO_LEAVE = 2;

    /** Consecutive good checks after which a replica returns to the rotation. */
    private static final int CHECKS_TO_RETURN = 3;

    private final String name;
    private final String url;
    private final RotationState rotationState;
    private final AgroalDataSource readers;
    private final TracedPool tracedPool;
    private final SlowStatements slowStatements;
    private final NodeMonitor monitor;
    private final AtomicInteger outstandingReads = new AtomicInteger();
    private long connectionsCreated;
    private long connectionsCreatedAtCheck;
    private volatile @Nullable NodeStatus status;
    private volatile Position replayed = Position.START;
    private volatile boolean inDoubt = true;
    private volatile @Nullable ReplicaLag lagAtCheck;

    /** Receives the results of status checks; implemented by the topology. */
    interface StatusListener {
        void onStatus(Node node, NodeStatus nodeStatus, boolean regular);

        void onFailure(Node node, SQLException failure, boolean away);

        boolean shouldWriteHeartbeat(Node node);

        /** As {@link NodeMonitor.CheckListener#idleInterval}. */
        default Duration idleInterval(Node node) {
            return Duration.ZERO;
        }

        default boolean isOnOldTimeline(NodeStatus nodeStatus) {
            return false;
        }
    }

    Node(
            String name,
            String url,
            DatabaseCredentials monitorCredentials,
            DatabaseCredentials readCredentials,
            int poolSize,
            DatabaseSettings settings,
            PoolInstrumentation metrics,
            StatusListener statusListener) {
        this.name = name;
        this.url = url;
        this.rotationState = new RotationState(CHECKS_TO_LEAVE, CHECKS_TO_RETURN);
        this.readers = pool(url, readCredentials, poolSize);
        this.readers.setPoolInterceptors(List.of(metrics.holdTimer(), new NewConnectionInterceptor()));
        this.tracedPool = metrics.tracing().tracePool(readers);
        this.slowStatements = metrics.slowStatements();
        this.monitor = new NodeMonitor(name, url, monitorCredentials, settings, new MonitorListener(statusListener));
    }

    private static AgroalDataSource pool(String url, DatabaseCredentials databaseCredentials, int size) {
        try {
            return AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                    .metricsEnabled(true)
                    .connectionPoolConfiguration(pool -> pool.maxSize(size)
                            .minSize(0)
                            .acquisitionTimeout(ACQUISITION_TIMEOUT)
                            .idleValidationTimeout(IDLE_VALIDATION)
                            .reapTimeout(IDLE_REAP)
                            .exceptionSorter(new FailoverExceptionSorter())
                            .connectionFactoryConfiguration(factory -> factory.jdbcUrl(url)
                                    .connectionProviderClass(org.postgresql.Driver.class)
                                    .principal(new NamePrincipal(databaseCredentials.username()))
                                    .credential(new SimplePassword(databaseCredentials.password()))
                                    .jdbcProperty("ApplicationName", "fondaco-reader")
                                    .jdbcProperty("connectTimeout", "1")
                                    .jdbcProperty("loginTimeout", "1")
                                    .jdbcProperty("socketTimeout", "15")
                                    .jdbcProperty("tcpKeepAlive", "true")
                                    .jdbcProperty("logServerErrorDetail", "false")
                                    .jdbcProperty("options", READER_OPTIONS))));
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot create a pool for " + databaseCredentials, e);
        }
    }

    void start() {
        monitor.start();
    }

    /** Host and port, for logs and metrics. */
    public String name() {
        return name;
    }

    String url() {
        return url;
    }

    RotationState rotationState() {
        return rotationState;
    }

    /** The last reported status; empty before the first. */
    Optional<NodeStatus> status() {
        return Optional.ofNullable(status);
    }

    /**
     * A connection for reading, in autocommit. Its session is read-only; a separate login for replicas may also lack
     * the privilege to write.
     */
    public Connection connection() throws SQLException {
        return slowStatements.wrap(tracedPool.getConnection());
    }

    /**
     * Whether everything up to the position is known to be visible here. Does not query the server, so "no" may mean
     * "not known yet".
     */
    public boolean hasReplayed(Position required) {
        return replayed.isAtOrAfter(required);
    }

    /** The position up to which this node is known to have replayed. */
    public Position replayedPosition() {
        return replayed;
    }

    /**
     * The position that a read that starts here now certainly sees, as far as it is known without a query;
     * {@link Position#START} if nothing is known.
     */
    public Position visibleLowerBound() {
        NodeStatus last = status;
        return last == null || last.inRecovery() ? replayed : last.position().justBefore();
    }

    /**
     * Queries the current position: on the primary at or past all commits that waited for the disk, on a replica all
     * that it has replayed.
     *
     * @return empty if the server does not answer in time
     */
    public Optional<Position> queryPosition(Duration limit) {
        return queryStatus(limit).map(NodeStatus::position);
    }

    /**
     * Queries a position at or past all that any read has seen here until this call.
     *
     * @return empty if the server does not answer in time
     */
    public Optional<Position> queryVisibleUpperBound(Duration limit) {
        return queryStatus(limit).map(NodeStatus::visibleUpperBound);
    }

    /** Returns the status from a query that is sent after this call. */
    CompletableFuture<NodeStatus> requestStatus() {
        return monitor.requestCheck();
    }

    /** Ends an idle interval of the checks. */
    void wakeUpMonitor() {
        monitor.wakeUp();
    }

    /** The lag at the last check; empty before the first. */
    Optional<ReplicaLag> lagAtCheck() {
        return Optional.ofNullable(lagAtCheck);
    }

    void recordLag(ReplicaLag lag) {
        lagAtCheck = lag;
    }

    /** Whether the last check failed, or there was none yet. */
    boolean isInDoubt() {
        return inDoubt;
    }

    private Optional<NodeStatus> queryStatus(Duration limit) {
        try {
            return Optional.of(requestStatus().get(limit.toNanos(), TimeUnit.NANOSECONDS));
        } catch (ExecutionException | TimeoutException _) {
            return Optional.empty();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** Reports that a read's connection was broken: the node leaves the rotation until checks succeed again. */
    public void reportConnectionLost() {
        rotationState.removeNow();
        var _ = monitor.requestCheck();
    }

    /** The number of requests that read here now. */
    public int outstandingReads() {
        return outstandingReads.get();
    }

    public void beginRead() {
        outstandingReads.incrementAndGet();
    }

    public void endRead() {
        outstandingReads.decrementAndGet();
    }

    /**
     * Closes every connection, because the server is down or hangs. Threads that wait for it fail and can choose
     * another node.
     */
    void closeConnections() {
        if (openConnections() > 0) {
            readers.flush(AgroalDataSource.FlushMode.ALL);
        }
    }

    int openConnections() {
        return (int) readers.getMetrics().activeCount()
                + (int) readers.getMetrics().availableCount();
    }

    long waitingThreads() {
        return readers.getMetrics().awaitingCount();
    }

    @Override
    public void close() {
        monitor.close();
        readers.close();
    }

    @Override
    public String toString() {
        return name;
    }

    /**
     * A new connection may lead to a server that crashed and has replayed less, so a new connection resets the replayed
     * position.
     */
    private final class NewConnectionInterceptor implements AgroalPoolInterceptor {
        @Override
        public void onConnectionCreate(Connection connection) {
            synchronized (Node.this) {
                connectionsCreated++;
                replayed = Position.START;
            }
        }
    }

    private final class MonitorListener implements NodeMonitor.CheckListener {
        private final StatusListener listener;
        private final LogOnce logOnce = new LogOnce();

        MonitorListener(StatusListener statusListener) {
            this.listener = statusListener;
        }

        @Override
        public void onCheckStarted() {
            synchronized (Node.this) {
                connectionsCreatedAtCheck = connectionsCreated;
            }
        }

        @Override
        public void onStatus(NodeStatus newStatus, boolean regular) {
            logOnce.reset();
            status = newStatus;
            inDoubt = false;
            synchronized (Node.this) {
                boolean sameServer = connectionsCreated == connectionsCreatedAtCheck;
                replayed = newStatus.inRecovery() && sameServer ? newStatus.position() : Position.START;
            }
            listener.onStatus(Node.this, newStatus, regular);
        }

        /** Logs the reason once; otherwise a wrong password would look like a server that is down. */
        @Override
        public void onFailure(SQLException failure, boolean away) {
            if (logOnce.shouldLog(failure)) {
                LOG.warnf("Cannot query the status of %s: %s", name, failure.getMessage());
            }
            inDoubt = true;
            synchronized (Node.this) {
                replayed = Position.START;
            }
            listener.onFailure(Node.this, failure, away);
        }

        @Override
        public boolean shouldWriteHeartbeat() {
            return listener.shouldWriteHeartbeat(Node.this);
        }

        @Override
        public Duration idleInterval() {
            return listener.idleInterval(Node.this);
        }

        @Override
        public boolean isOnOldTimeline(NodeStatus newStatus) {
            return listener.isOnOldTimeline(newStatus);
        }
    }
}
