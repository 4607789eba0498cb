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
 * The database of a laptop: a real Postgres primary and one real streaming replica, run by the application itself.
 *
 * <p>Both listen on 127.0.0.1, on ports chosen free at each start. Their data outlives this process in one directory:
 * {@code primary/} and {@code replica/} with a log beside each, {@code credentials/}, {@code postgres/} (the programs)
 * and {@code lock}. Whatever was killed and however, the next start stops what still runs and comes up with every
 * committed row; the replica is only ever a copy and is made anew whenever it does not stream.
 *
 * <p>Nothing here stops Postgres on its own: the caller closes the cluster after the application has drained.
 */
public final class EmbeddedCluster implements AutoCloseable {
    static final String DATABASE = "fondaco";

    private static final System.Logger LOG = System.getLogger(EmbeddedCluster.class.getName());

    /** MBean domain that remembers which directories this JVM runs a cluster in. */
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
            AtomicReference<@Nullable FileChannel> held) {
        this.embeddedPrimary = embeddedPrimary;
        this.embeddedReplica = embeddedReplica;
        this.clusterCredentials = clusterCredentials;
        this.primaryUrl = url(embeddedPrimary.server().port());
        this.replicaUrl = url(embeddedReplica.server().port());
        this.directoryLock = held;
    }

    /**
     * Starts the cluster, or attaches to it when this JVM already runs it.
     *
     * @throws IllegalStateException when another live process owns the directory, or when Postgres does not come up;
     *     the message names the directory or the log to read
     */
    public static EmbeddedCluster start(Path dataDirectory) {
        Path directory = createDirectory(dataDirectory);
        AtomicReference<@Nullable FileChannel> held = lockOfThisJvm(directory);
        synchronized (held) {
            boolean attaching = held.get() != null;
            if (!attaching) {
                held.set(DirectoryLock.acquire(directory));
            }
            try {
                return startOrAttach(directory, held, attaching);
            } catch (RuntimeException failure) {
                release(held);
                throw failure;
            }
        }
    }

    private static EmbeddedCluster startOrAttach(
            Path directory, AtomicReference<@Nullable FileChannel> held, boolean attaching) {
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
            return new EmbeddedCluster(embeddedPrimary, embeddedReplica, clusterCredentials, held);
        }
        try {
            stop(embeddedPrimary, embeddedReplica);
            embeddedPrimary.start();
            embeddedReplica.start();
            LOG.log(
                    Level.INFO,
                    "Postgres primary on port {0,number,#} and replica on port {1,number,#} ready in {2} ms, data in {3}",
                    embeddedPrimary.server().port(),
                    embeddedReplica.server().port(),
                    Duration.between(begin, Instant.now()).toMillis(),
                    directory);
            return new EmbeddedCluster(embeddedPrimary, embeddedReplica, clusterCredentials, held);
        } catch (RuntimeException failure) {
            stopAfter(failure, embeddedPrimary, embeddedReplica);
            throw failure;
        }
    }

    /** JDBC address of the primary, which takes every write. */
    public String primaryUrl() {
        return primaryUrl;
    }

    /** JDBC address of the replica, which only reads and may lag. */
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

    /** Stops both in fast mode (open transactions are rolled back) and gives the directory free. Idempotent. */
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

    /** The replica first: a primary that stops waits until its replica has received everything. */
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
     * The lock this JVM holds on the directory, if any. A live reload gives this class a new class loader, so the lock
     * is remembered where a JVM keeps objects that outlive one: in its MBean server. (System properties will not do:
     * libraries take them all for strings.) The same object serves as monitor.
     */
    @SuppressWarnings("unchecked")
    private static AtomicReference<@Nullable FileChannel> lockOfThisJvm(Path directory) {
        MBeanServer registry = ManagementFactory.getPlatformMBeanServer();
        try {
            ObjectName name = new ObjectName(MBEAN_DOMAIN, "directory", ObjectName.quote(directory.toString()));
            synchronized (registry) {
                if (!registry.isRegistered(name)) {
                    AtomicReference<@Nullable FileChannel> held = new AtomicReference<>();
                    registry.registerMBean(new StandardMBean((Supplier<?>) () -> held, Supplier.class, false), name);
                }
            }
            return (AtomicReference<@Nullable FileChannel>) registry.invoke(name, "get", new Object[0], new String[0]);
        } catch (JMException e) {
            throw new IllegalStateException("Cannot remember the cluster of " + directory, e);
        }
    }

    private static void release(AtomicReference<@Nullable FileChannel> held) {
        FileChannel lock = held.getAndSet(null);
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
                    "The data directory " + directory + " cannot be created; set FONDACO_DATA_DIR to one that can", e);
        }
    }

    private static String url(int port) {
        return "jdbc:postgresql://" + PostgresServer.ADDRESS + ":" + port + "/" + DATABASE;
    }
}
