package io.fondaco.platform.topology;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.AgroalPoolInterceptor;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.fondaco.platform.Complaint;
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
    private final Standing standing;
    private final AgroalDataSource readers;
    private final TracedPool traced;
    private final SlowStatements slowStatements;
    private final Sampler sampler;
    private final AtomicInteger outstanding = new AtomicInteger();
    private long connectionsMade;
    private long connectionsMadeWhenAsked;
    private volatile @Nullable Sample sample;
    private volatile Position replayed = Position.START;

    /** What the topology makes of a server's answers. */
    interface Watcher {
        void answered(Node node, Sample sample, boolean regular);

        void failed(Node node, SQLException failure, boolean away);

        boolean beats(Node node, Sample sample);

        default boolean isOutdated(Sample sample) {
            return false;
        }
    }

    Node(
            String name,
            String url,
            Login sampling,
            Login reading,
            int poolSize,
            DatabaseSettings settings,
            PoolMetrics metrics,
            Watcher watcher) {
        this.name = name;
        this.url = url;
        this.standing = new Standing(settings.checksToLeave(), settings.checksToReturn());
        this.readers = pool(url, reading, poolSize);
        this.readers.setPoolInterceptors(List.of(metrics.holdTimes(), new Suspicion()));
        this.traced = metrics.tracing().pool(readers);
        this.slowStatements = metrics.slowStatements();
        this.sampler = new Sampler(name, url, sampling, settings, new Ear(watcher));
    }

    private static AgroalDataSource pool(String url, Login login, int size) {
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
                                                            .principal(new NamePrincipal(login.username()))
                                                            .credential(new SimplePassword(login.password()))
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
            throw new IllegalStateException("No pool can be made for " + login, e);
        }
    }

    void start() {
        sampler.start();
    }

    /** Host and port, for logs and metrics. */
    public String name() {
        return name;
    }

    String url() {
        return url;
    }

    Standing standing() {
        return standing;
    }

    /** What it last said; empty before its first answer. */
    Optional<Sample> sample() {
        return Optional.ofNullable(sample);
    }

    /** A connection to read with: autocommit, read-only twice over. */
    public Connection connection() throws SQLException {
        return slowStatements.watch(traced.getConnection());
    }

    /** Whether everything up to there can be read here; without asking, so "no" may mean "not known yet". */
    public boolean reaches(Position required) {
        return replayed.reaches(required);
    }

    /** Up to where it is known to have replayed. */
    public Position replayed() {
        return replayed;
    }

    /**
     * What a read that begins here now sees for certain, as far as is known without asking: {@link Position#START} when
     * nothing is.
     */
    public Position visible() {
        Sample last = sample;
        return last == null || last.recovering() ? replayed : last.position().justBefore();
    }

    /**
     * Up to where it is now: at or past all commits that have waited for the disk, on a replica all that it has replayed.
     *
     * @return empty when it does not say so in time
     */
    public Optional<Position> ask(Duration limit) {
        return askAll(limit).map(Sample::position);
    }

    /**
     * At or past all that any read has seen here until this call.
     *
     * @return empty when it does not say so in time
     */
    public Optional<Position> askShown(Duration limit) {
        return askAll(limit).map(Sample::shown);
    }

    private Optional<Sample> askAll(Duration limit) {
        try {
            return Optional.of(sampler.ask().get(limit.toNanos(), TimeUnit.NANOSECONDS));
        } catch (ExecutionException | TimeoutException _) {
            return Optional.empty();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** A read found its connection broken: the node leaves the rotation until checks find it well again. */
    public void suspect() {
        standing.leave();
        var _ = sampler.ask();
    }

    /** Requests that read here just now. */
    public int outstanding() {
        return outstanding.get();
    }

    public void enter() {
        outstanding.incrementAndGet();
    }

    public void leave() {
        outstanding.decrementAndGet();
    }

    /** Throws away every connection: the server is gone, or hangs, and whoever waits for it shall look elsewhere. */
    void cutOff() {
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
        sampler.close();
        readers.close();
    }

    @Override
    public String toString() {
        return name;
    }

    /** What was known of a server may be untrue of the one that a new connection reaches: it may have crashed and come up earlier in the log. */
    private final class Suspicion implements AgroalPoolInterceptor {
        @Override
        public void onConnectionCreate(Connection connection) {
            synchronized (Node.this) {
                connectionsMade++;
                replayed = Position.START;
            }
        }
    }

    private final class Ear implements Sampler.Listener {
        private final Watcher watcher;
        private final Complaint complaint = new Complaint();

        Ear(Watcher watcher) {
            this.watcher = watcher;
        }

        @Override
        public void asking() {
            synchronized (Node.this) {
                connectionsMadeWhenAsked = connectionsMade;
            }
        }

        @Override
        public void answered(Sample answer, boolean regular) {
            complaint.settle();
            sample = answer;
            synchronized (Node.this) {
                boolean ofTheSameServer = connectionsMade == connectionsMadeWhenAsked;
                replayed = answer.recovering() && ofTheSameServer ? answer.position() : Position.START;
            }
            watcher.answered(Node.this, answer, regular);
        }

        /** Says why, once: a wrong password looks like a server that is away. */
        @Override
        public void failed(SQLException failure, boolean away) {
            if (complaint.isNew(failure)) {
                LOG.warnf("%s does not say how far it is: %s", name, failure.getMessage());
            }
            synchronized (Node.this) {
                replayed = Position.START;
            }
            watcher.failed(Node.this, failure, away);
        }

        @Override
        public boolean beats(Sample answer) {
            return watcher.beats(Node.this, answer);
        }

        @Override
        public boolean isOutdated(Sample answer) {
            return watcher.isOutdated(answer);
        }
    }
}
