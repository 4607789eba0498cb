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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One server: its pool of reading connections, what it last said of itself, and how many reads are on it. */
public final class Node implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Node.class);
    private static final Duration ACQUISITION_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration IDLE_VALIDATION = Duration.ofMillis(500);
    private static final Duration IDLE_REAP = Duration.ofMinutes(2);

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

    /** What the topology makes of a server's answers. */
    interface StatusListener {
        void onStatus(Node node, NodeStatus nodeStatus, boolean regular);

        void onFailure(Node node, SQLException failure, boolean away);

        boolean shouldWriteHeartbeat(Node node, NodeStatus nodeStatus);

        default boolean isOnOldTimeline(NodeStatus nodeStatus) {
            return false;
        }
    }

    Node(
            String name,
            String url,
            DatabaseCredentials sampling,
            DatabaseCredentials reading,
            int poolSize,
            DatabaseSettings settings,
            PoolInstrumentation metrics,
            StatusListener statusListener) {
        this.name = name;
        this.url = url;
        this.rotationState = new RotationState(settings.checksToLeave(), settings.checksToReturn());
        this.readers = pool(url, reading, poolSize);
        this.readers.setPoolInterceptors(List.of(metrics.holdTimer(), new NewConnectionInterceptor()));
        this.tracedPool = metrics.tracing().tracePool(readers);
        this.slowStatements = metrics.slowStatements();
        this.monitor = new NodeMonitor(name, url, sampling, settings, new MonitorListener(statusListener));
    }

    private static AgroalDataSource pool(String url, DatabaseCredentials databaseCredentials, int size) {
        try {
            return AgroalDataSource.from(
                    new AgroalDataSourceConfigurationSupplier()
                            .metricsEnabled(true)
                            .connectionPoolConfiguration(
                                    pool -> pool.maxSize(size)
                                            .minSize(0)
                                            .acquisitionTimeout(ACQUISITION_TIMEOUT)
                                            .idleValidationTimeout(IDLE_VALIDATION)
                                            .reapTimeout(IDLE_REAP)
                                            .exceptionSorter(new FailoverExceptionSorter())
                                            .connectionFactoryConfiguration(
                                                    factory -> factory.jdbcUrl(url)
                                                            .connectionProviderClass(org.postgresql.Driver.class)
                                                            .principal(
                                                                    new NamePrincipal(databaseCredentials.username()))
                                                            .credential(
                                                                    new SimplePassword(databaseCredentials.password()))
                                                            .jdbcProperty("ApplicationName", "fondaco-reader")
                                                            .jdbcProperty("connectTimeout", "1")
                                                            .jdbcProperty("loginTimeout", "1")
                                                            .jdbcProperty("socketTimeout", "15")
                                                            .jdbcProperty("tcpKeepAlive", "true")
                                                            .jdbcProperty("logServerErrorDetail", "false")
                                                            .jdbcProperty(
                                                                    "options",
                                                                    "-c default_transaction_read_only=on -c statement_timeout=10s -c lock_timeout=5s"))));
        } catch (SQLException e) {
            throw new IllegalStateException("No pool can be made for " + databaseCredentials, e);
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

    /** What it last said; empty before its first answer. */
    Optional<NodeStatus> status() {
        return Optional.ofNullable(status);
    }

    /** A connection to read with: autocommit, read-only twice over. */
    public Connection connection() throws SQLException {
        return slowStatements.wrap(tracedPool.getConnection());
    }

    /** Whether everything up to there can be read here; without asking, so "no" may mean "not known yet". */
    public boolean hasReplayed(Position required) {
        return replayed.isAtOrAfter(required);
    }

    /** Up to where it is known to have replayed. */
    public Position replayedPosition() {
        return replayed;
    }

    /**
     * What a read that begins here now sees for certain, as far as is known without asking: {@link Position#START} when
     * nothing is.
     */
    public Position visibleLowerBound() {
        NodeStatus last = status;
        return last == null || last.inRecovery() ? replayed : last.position().justBefore();
    }

    /**
     * Up to where it is now: at or past all commits that have waited for the disk, on a replica all that it has replayed.
     *
     * @return empty when it does not say so in time
     */
    public Optional<Position> queryPosition(Duration limit) {
        return queryStatus(limit).map(NodeStatus::position);
    }

    /**
     * At or past all that any read has seen here until this call.
     *
     * @return empty when it does not say so in time
     */
    public Optional<Position> queryVisibleUpperBound(Duration limit) {
        return queryStatus(limit).map(NodeStatus::visibleUpperBound);
    }

    private Optional<NodeStatus> queryStatus(Duration limit) {
        try {
            return Optional.of(monitor.requestCheck().get(limit.toNanos(), TimeUnit.NANOSECONDS));
        } catch (ExecutionException | TimeoutException _) {
            return Optional.empty();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** A read found its connection broken: the node leaves the rotation until checks find it well again. */
    public void reportConnectionLost() {
        rotationState.removeNow();
        var _ = monitor.requestCheck();
    }

    /** Requests that read here just now. */
    public int outstandingReads() {
        return outstandingReads.get();
    }

    public void beginRead() {
        outstandingReads.incrementAndGet();
    }

    public void endRead() {
        outstandingReads.decrementAndGet();
    }

    /** Throws away every connection: the server is gone, or hangs, and whoever waits for it shall look elsewhere. */
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

    /** What was known of a server may be untrue of the one that a new connection reaches: it may have crashed and come up earlier in the log. */
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
        public void onStatus(NodeStatus answer, boolean regular) {
            logOnce.reset();
            status = answer;
            synchronized (Node.this) {
                boolean ofTheSameServer = connectionsCreated == connectionsCreatedAtCheck;
                replayed = answer.inRecovery() && ofTheSameServer ? answer.position() : Position.START;
            }
            listener.onStatus(Node.this, answer, regular);
        }

        /** Says why, once: a wrong password looks like a server that is away. */
        @Override
        public void onFailure(SQLException failure, boolean away) {
            if (logOnce.shouldLog(failure)) {
                LOG.warnf("%s does not say how far it is: %s", name, failure.getMessage());
            }
            synchronized (Node.this) {
                replayed = Position.START;
            }
            listener.onFailure(Node.this, failure, away);
        }

        @Override
        public boolean shouldWriteHeartbeat(NodeStatus answer) {
            return listener.shouldWriteHeartbeat(Node.this, answer);
        }

        @Override
        public boolean isOnOldTimeline(NodeStatus answer) {
            return listener.isOnOldTimeline(answer);
        }
    }
}
