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
    private static final String REMEMBERED = EmbeddedCluster.class.getName();

    private final Primary primary;
    private final Replica replica;
    private final Credentials credentials;
    private final String primaryUrl;
    private final String replicaUrl;
    private final AtomicReference<@Nullable FileChannel> held;
    private boolean closed;

    private EmbeddedCluster(
            Primary primary, Replica replica, Credentials credentials, AtomicReference<@Nullable FileChannel> held) {
        this.primary = primary;
        this.replica = replica;
        this.credentials = credentials;
        this.primaryUrl = url(primary.server().port());
        this.replicaUrl = url(replica.server().port());
        this.held = held;
    }

    /**
     * Starts the cluster, or attaches to it when this JVM already runs it.
     *
     * @throws IllegalStateException when another live process owns the directory, or when Postgres does not come up;
     *     the message names the directory or the log to read
     */
    public static EmbeddedCluster start(Path dataDirectory) {
        Path directory = ownDirectory(dataDirectory);
        AtomicReference<@Nullable FileChannel> held = heldByThisJvm(directory);
        synchronized (held) {
            boolean attaching = held.get() != null;
            if (!attaching) {
                held.set(DirectoryLock.acquire(directory));
            }
            try {
                return bringUp(directory, held, attaching);
            } catch (RuntimeException failure) {
                release(held);
                throw failure;
            }
        }
    }

    private static EmbeddedCluster bringUp(
            Path directory, AtomicReference<@Nullable FileChannel> held, boolean attaching) {
        Instant begin = Instant.now();
        Credentials credentials = new Credentials(directory.resolve("credentials"));
        PostgresPrograms programs = PostgresPrograms.unpackedIn(directory.resolve("postgres"));
        Primary primary = new Primary(new PostgresServer("primary", directory, programs), credentials, Map.of());
        Replica replica = new Replica(
                new PostgresServer("replica", directory, programs),
                primary.server(),
                credentials,
                "replica_1",
                Map.of());
        if (attaching && primary.server().isRunning() && replica.server().isRunning()) {
            return new EmbeddedCluster(primary, replica, credentials, held);
        }
        try {
            stop(primary, replica);
            primary.start();
            replica.start();
            LOG.log(
                    Level.INFO,
                    "Postgres primary on port {0,number,#} and replica on port {1,number,#} ready in {2} ms, data in {3}",
                    primary.server().port(),
                    replica.server().port(),
                    Duration.between(begin, Instant.now()).toMillis(),
                    directory);
            return new EmbeddedCluster(primary, replica, credentials, held);
        } catch (RuntimeException failure) {
            stopAfter(failure, primary, replica);
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
        return Credentials.OWNER;
    }

    public String password() {
        return credentials.passwordOf(Credentials.OWNER);
    }

    /** A role that may only select, for the pool of the replica. */
    public String readerUsername() {
        return Credentials.READER;
    }

    public String readerPassword() {
        return credentials.passwordOf(Credentials.READER);
    }

    /** Process id of the primary's postmaster, for fault tests. */
    public long primaryPid() {
        return primary.server().pid();
    }

    /** Process id of the replica's postmaster, for fault tests. */
    public long replicaPid() {
        return replica.server().pid();
    }

    /** Stops both in fast mode (open transactions are rolled back) and gives the directory free. Idempotent. */
    @Override
    public void close() {
        synchronized (held) {
            if (closed || held.get() == null) {
                return;
            }
            closed = true;
            try {
                stop(primary, replica);
            } finally {
                release(held);
            }
        }
    }

    /** The replica first: a primary that stops waits until its replica has received everything. */
    private static void stop(Primary primary, Replica replica) {
        try {
            replica.server().stop();
        } finally {
            primary.server().stop();
        }
    }

    private static void stopAfter(RuntimeException failure, Primary primary, Replica replica) {
        try {
            stop(primary, replica);
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
    private static AtomicReference<@Nullable FileChannel> heldByThisJvm(Path directory) {
        MBeanServer registry = ManagementFactory.getPlatformMBeanServer();
        try {
            ObjectName name = new ObjectName(REMEMBERED, "directory", ObjectName.quote(directory.toString()));
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

    private static Path ownDirectory(Path directory) {
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
