package io.fondaco.platform.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.jspecify.annotations.Nullable;

/**
 * The database of a developer machine: a real Postgres primary and a real streaming replica, run by the application
 * itself.
 *
 * <p>Both listen on 127.0.0.1, on ports that are chosen at each start. Their data outlives this process in one
 * directory: {@code primary/} and {@code replica/} with a log beside each, {@code credentials/}, {@code postgres/} (the
 * binaries) and {@code lock}. After any crash, the next start stops servers that still run and recovers every committed
 * row. The replica is only a copy: if it does not stream, it is copied again.
 *
 * <p>Nothing here stops Postgres by itself: the caller closes the cluster after the application has drained.
 */
public final class EmbeddedCluster implements AutoCloseable {
    static final String DATABASE = "fondaco";

    private static final System.Logger LOG = System.getLogger(EmbeddedCluster.class.getName());

    /** MBean domain under which this JVM registers the directories of its clusters. */
    private static final String MBEAN_DOMAIN = EmbeddedCluster.class.getName();

    private final EmbeddedPrimary embeddedPrimary;
    private final EmbeddedReplica embeddedReplica;
    private final ClusterCredentials clusterCredentials;
    private final String primaryUrl;
    private final String replicaUrl;
    private final AtomicReference<@Nullable FileChannel> directoryLock;
    private boolean closed;

    private EmbeddedCluster(
            EmbeddedPrimary embeddedPrimary,
            EmbeddedReplica embeddedReplica,
            ClusterCredentials clusterCredentials,
            AtomicReference<@Nullable FileChannel> directoryLock) {
        this.embeddedPrimary = embeddedPrimary;
        this.embeddedReplica = embeddedReplica;
        this.clusterCredentials = clusterCredentials;
        this.primaryUrl = url(embeddedPrimary.server().port());
        this.replicaUrl = url(embeddedReplica.server().port());
        this.directoryLock = directoryLock;
    }

    /**
     * Starts the cluster, or attaches to it if this JVM already runs it.
     *
     * @throws IllegalStateException if another running process owns the directory, or if Postgres does not start; the
     *     message names the directory or the log to read
     */
    public static EmbeddedCluster start(Path dataDirectory) {
        Path directory = createDirectory(dataDirectory);
        AtomicReference<@Nullable FileChannel> directoryLock = lockOfThisJvm(directory);
        synchronized (directoryLock) {
            boolean attaching = directoryLock.get() != null;
            if (!attaching) {
                directoryLock.set(DirectoryLock.acquire(directory));
            }
            try {
                return startOrAttach(directory, directoryLock, attaching);
            } catch (RuntimeException failure) {
                release(directoryLock);
                throw failure;
            }
        }
    }

    private static EmbeddedCluster startOrAttach(
            Path directory, AtomicReference<@Nullable FileChannel> directoryLock, boolean attaching) {
        Instant begin = Instant.now();
        ClusterCredentials clusterCredentials = new ClusterCredentials(directory.resolve("credentials"));
        PostgresBinaries programs = PostgresBinaries.unpackedIn(directory.resolve("postgres"));
        EmbeddedPrimary embeddedPrimary =
                new EmbeddedPrimary(new PostgresServer("primary", directory, programs), clusterCredentials, Map.of());
        EmbeddedReplica embeddedReplica = new EmbeddedReplica(
                new PostgresServer("replica", directory, programs),
                embeddedPrimary.server(),
                clusterCredentials,
                "replica_1",
                Map.of());
        if (attaching
                && embeddedPrimary.server().isRunning()
                && embeddedReplica.server().isRunning()) {
            return new EmbeddedCluster(embeddedPrimary, embeddedReplica, clusterCredentials, directoryLock);
        }
        try {
            stop(embeddedPrimary, embeddedReplica);
            embeddedPrimary.start();
            embeddedReplica.start();
            LOG.log(
                    Level.INFO,
                    "Postgres primary on port {0,number,#} and replica on port {1,number,#} ready in"
                            + " {2} ms, data in {3}",
                    embeddedPrimary.server().port(),
                    embeddedReplica.server().port(),
                    Duration.between(begin, Instant.now()).toMillis(),
                    directory);
            return new EmbeddedCluster(embeddedPrimary, embeddedReplica, clusterCredentials, directoryLock);
        } catch (RuntimeException failure) {
            stopAfter(failure, embeddedPrimary, embeddedReplica);
            throw failure;
        }
    }

    /** JDBC URL of the primary, which accepts all writes. */
    public String primaryUrl() {
        return primaryUrl;
    }

    /** JDBC URL of the replica, which is read-only and may lag. */
    public String replicaUrl() {
        return replicaUrl;
    }

    /** The owner of database {@code fondaco}, used for everything that writes. */
    public String username() {
        return ClusterCredentials.OWNER;
    }

    public String password() {
        return clusterCredentials.passwordOf(ClusterCredentials.OWNER);
    }

    /** A role that may only select, for the pool of the replica. */
    public String readerUsername() {
        return ClusterCredentials.READER;
    }

    public String readerPassword() {
        return clusterCredentials.passwordOf(ClusterCredentials.READER);
    }

    /** Process id of the primary's postmaster, for fault tests. */
    public long primaryPid() {
        return embeddedPrimary.server().pid();
    }

    /** Process id of the replica's postmaster, for fault tests. */
    public long replicaPid() {
        return embeddedReplica.server().pid();
    }

    /** Stops both servers in fast mode (open transactions are rolled back) and releases the directory. Idempotent. */
    @Override
    public void close() {
        synchronized (directoryLock) {
            if (closed || directoryLock.get() == null) {
                return;
            }
            closed = true;
            try {
                stop(embeddedPrimary, embeddedReplica);
            } finally {
                release(directoryLock);
            }
        }
    }

    /** Stops the replica first, because a stopping primary waits until its replica has received everything. */
    private static void stop(EmbeddedPrimary embeddedPrimary, EmbeddedReplica embeddedReplica) {
        try {
            embeddedReplica.server().stop();
        } finally {
            embeddedPrimary.server().stop();
        }
    }

    private static void stopAfter(
            RuntimeException failure, EmbeddedPrimary embeddedPrimary, EmbeddedReplica embeddedReplica) {
        try {
            stop(embeddedPrimary, embeddedReplica);
        } catch (RuntimeException second) {
            failure.addSuppressed(second);
        }
    }

    /**
     * Returns the lock that this JVM holds on the directory, if any. A live reload loads this class with a new class
     * loader, so the lock is kept in the MBean server, whose objects outlive class loaders. (System properties do not
     * work: libraries assume that they are all strings.) The same object serves as the monitor.
     */
    @SuppressWarnings("unchecked")
    private static AtomicReference<@Nullable FileChannel> lockOfThisJvm(Path directory) {
        MBeanServer registry = ManagementFactory.getPlatformMBeanServer();
        try {
            ObjectName name = new ObjectName(MBEAN_DOMAIN, "directory", ObjectName.quote(directory.toString()));
            synchronized (registry) {
                if (!registry.isRegistered(name)) {
                    AtomicReference<@Nullable FileChannel> directoryLock = new AtomicReference<>();
                    registry.registerMBean(
                            new StandardMBean((Supplier<?>) () -> directoryLock, Supplier.class, false), name);
                }
            }
            return (AtomicReference<@Nullable FileChannel>) registry.invoke(name, "get", new Object[0], new String[0]);
        } catch (JMException e) {
            throw new IllegalStateException("Cannot register the cluster of " + directory, e);
        }
    }

    private static void release(AtomicReference<@Nullable FileChannel> directoryLock) {
        FileChannel lock = directoryLock.getAndSet(null);
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path createDirectory(Path directory) {
        try {
            return Files.createDirectories(directory).toRealPath();
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Cannot create the data directory " + directory
                            + "; set FONDACO_DATA_DIR to a directory that can be created",
                    e);
        }
    }

    private static String url(int port) {
        return "jdbc:postgresql://" + PostgresServer.ADDRESS + ":" + port + "/" + DATABASE;
    }
}
