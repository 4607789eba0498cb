package io.fondaco.platform.embedded;

import io.fondaco.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Several real Postgres servers for fault tests: a primary and its replicas on fixed ports, which tests pause, kill,
 * promote and rebuild one by one. Tests perform the steps that an operator's tool performs on a failover.
 */
public final class ReplicatedPostgres implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(30);

    private final PostgresTemplate template;
    private final Map<String, String> sharedSettings;
    private final ClusterCredentials clusterCredentials;
    private final List<ClusterMember> members = new ArrayList<>();
    private ClusterMember primary;

    /** One server; its name stays the same in every role. */
    public final class ClusterMember {
        private final PostgresServer server;
        private final String name;
        private final String listenAddress;
        private final int port;

        private ClusterMember(PostgresServer server, String name, String listenAddress, int port) {
            this.server = server;
            this.name = name;
            this.listenAddress = listenAddress;
            this.port = port;
        }

        public String name() {
            return name;
        }

        public int port() {
            return port;
        }

        /** {@code kill -9} of the postmaster; waits until its children have exited too. */
        public void kill() {
            long pid = server.pid();
            List<ProcessHandle> children =
                    ProcessHandle.of(pid).orElseThrow().children().toList();
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            if (!PostgresServer.waitUntil(
                    BOUND, () -> !server.isRunning() && children.stream().noneMatch(ProcessHandle::isAlive))) {
                throw new IllegalStateException(name + " does not die");
            }
        }

        public void stop() {
            server.stop();
        }

        public boolean isRunning() {
            return server.isRunning();
        }

        /** Freezes the whole server, as a stalled disk would: connections stay open but get no response. */
        public void freeze(boolean frozen) {
            // The postmaster comes first, or it would start further children meanwhile.
            ProcessHandle postmaster = ProcessHandle.of(server.pid()).orElseThrow();
            String signal = frozen ? "STOP" : "CONT";
            signal(signal, postmaster.pid());
            postmaster.descendants().forEach(child -> signal(signal, child.pid()));
        }

        /** Runs a statement as superuser, in Fondaco's database. */
        public void execute(String sql) {
            try (Connection connection = server.connect(EmbeddedCluster.DATABASE, clusterCredentials);
                    Statement statement = connection.createStatement()) {
                statement.execute(sql);
            } catch (SQLException e) {
                throw new IllegalStateException(name + ": " + sql, e);
            }
        }

        /** Opens a superuser session for longer use: an open transaction, a lock. */
        public Connection session() throws SQLException {
            return server.connect(EmbeddedCluster.DATABASE, clusterCredentials);
        }

        /** The first column of the first row. */
        public String query(String sql) {
            try (Connection connection = server.connect(EmbeddedCluster.DATABASE, clusterCredentials);
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                return row.next() ? row.getString(1) : "";
            } catch (SQLException e) {
                throw new IllegalStateException(name + ": " + sql, e);
            }
        }

        /** The first column of every row. */
        public List<String> queryAll(String sql) {
            try (Connection connection = server.connect(EmbeddedCluster.DATABASE, clusterCredentials);
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                List<String> all = new ArrayList<>();
                while (row.next()) {
                    all.add(row.getString(1));
                }
                return all;
            } catch (SQLException e) {
                throw new IllegalStateException(name + ": " + sql, e);
            }
        }

        private Map<String, String> settings() {
            Map<String, String> settings = new TreeMap<>(sharedSettings);
            settings.put("port", Integer.toString(port));
            settings.put("listen_addresses", listenAddress);
            // Replication slots do not survive a promotion, so WAL segments are kept instead.
            settings.put("wal_keep_size", "256MB");
            return settings;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private ReplicatedPostgres(
            PostgresTemplate template,
            Path directory,
            Optional<TmpfsDisk> disk,
            Map<String, String> shared,
            int replicas,
            String... addresses) {
        this.template = template;
        template.copyCredentials(directory);
        this.sharedSettings = shared;
        this.clusterCredentials = new ClusterCredentials(directory.resolve("credentials"));
        PostgresBinaries programs = PostgresTemplate.programs();
        for (int i = 0; i <= replicas; i++) {
            String name = "node_" + i;
            PostgresServer server = i == 0 && disk.isPresent()
                    ? disk.get().server(name, programs)
                    : new PostgresServer(name, directory, programs);
            // Replicas with addresses of their own share a port, as servers behind one host name do.
            ClusterMember clusterMember = i == 0 || addresses.length == 0
                    ? new ClusterMember(server, name, PostgresServer.ADDRESS, FreePort.find())
                    : new ClusterMember(
                            server,
                            name,
                            addresses[i - 1],
                            members.size() == 1 ? FreePort.find() : members.getLast().port);
            members.add(clusterMember);
        }
        primary = members.getFirst();
    }

    /**
     * Starts servers with the schemas of this build and without rows.
     *
     * @param addresses listen addresses of the replicas, all on one port; without any, each replica has a port of its
     *     own
     */
    public static ReplicatedPostgres start(Path directory, int replicas, String... addresses) {
        return start(new ReplicatedPostgres(
                PostgresTemplate.migrated(), directory, Optional.empty(), Map.of(), replicas, addresses));
    }

    /** Like {@link #start}, but without schemas, for tests of the migrations. */
    public static ReplicatedPostgres startEmpty(Path directory, int replicas) {
        return start(new ReplicatedPostgres(PostgresTemplate.empty(), directory, Optional.empty(), Map.of(), replicas));
    }

    /** Like {@link #start}, but without fsync, for tests in which no server is killed. */
    public static ReplicatedPostgres startWithoutFsync(Path directory, int replicas) {
        return start(new ReplicatedPostgres(
                PostgresTemplate.migrated(), directory, Optional.empty(), PostgresTemplate.WITHOUT_FSYNC, replicas));
    }

    /** Like {@link #start}, but the primary has a disk of its own. */
    public static ReplicatedPostgres startOn(TmpfsDisk disk, Path directory, int replicas) {
        return start(
                new ReplicatedPostgres(PostgresTemplate.migrated(), directory, Optional.of(disk), Map.of(), replicas));
    }

    private static ReplicatedPostgres start(ReplicatedPostgres cluster) {
        try {
            cluster.template.copyDataDirectory(cluster.primary.server.directory());
            new EmbeddedPrimary(cluster.primary.server, cluster.clusterCredentials, cluster.primary.settings()).start();
            for (ClusterMember clusterMember : cluster.replicas()) {
                // A copy of the same template follows the primary without a base backup.
                cluster.template.copyDataDirectory(clusterMember.server.directory());
                cluster.createSlot(clusterMember);
                cluster.startAsReplica(clusterMember);
            }
            return cluster;
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    public ClusterMember primary() {
        return primary;
    }

    public List<ClusterMember> replicas() {
        return members.stream()
                .filter(clusterMember -> clusterMember != primary)
                .toList();
    }

    public List<ClusterMember> members() {
        return List.copyOf(members);
    }

    public String jdbcUrl(List<Integer> ports) {
        return "jdbc:postgresql://"
                + String.join(
                        ",", ports.stream().map(port -> "127.0.0.1:" + port).toList()) + "/"
                + EmbeddedCluster.DATABASE;
    }

    /** The properties that the application needs besides its URLs. */
    public Map<String, String> credentialsProperties() {
        return Map.of(
                "fondaco.database.username",
                ClusterCredentials.OWNER,
                "fondaco.database.password",
                clusterCredentials.passwordOf(ClusterCredentials.OWNER),
                "fondaco.database.replica-username",
                ClusterCredentials.READER,
                "fondaco.database.replica-password",
                clusterCredentials.passwordOf(ClusterCredentials.READER));
    }

    /** The same properties as environment variables. */
    public Map<String, String> credentialsEnvironment() {
        Map<String, String> environment = new TreeMap<>();
        credentialsProperties()
                .forEach((property, value) ->
                        environment.put(property.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"), value));
        return environment;
    }

    /** Starts a member as a replica of the primary: with its existing data, or with a copy if that does not stream. */
    public void startAsReplica(ClusterMember clusterMember) {
        new EmbeddedReplica(
                        clusterMember.server,
                        primary.server,
                        clusterCredentials,
                        clusterMember.name,
                        clusterMember.settings())
                .start();
    }

    /** Starts a member as a replica with an empty directory, as after the loss of its disk. */
    public void rebuild(ClusterMember clusterMember) {
        clusterMember.server.stop();
        try {
            FileTree.delete(clusterMember.server.directory());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        startAsReplica(clusterMember);
    }

    /** Starts a member in the role that it had when it was killed. */
    public void restart(ClusterMember clusterMember) {
        if (clusterMember == primary
                || !java.nio.file.Files.exists(clusterMember.server.directory().resolve("standby.signal"))) {
            clusterMember.server.start(BOUND, clusterMember.settings());
        } else {
            startAsReplica(clusterMember);
        }
    }

    /** Makes the primary confirm a commit only after one of its replicas has received it. */
    public void setSynchronousReplication(boolean on) {
        String names =
                String.join(", ", replicas().stream().map(ClusterMember::name).toList());
        primary.execute(
                "ALTER SYSTEM SET synchronous_standby_names = '%s'".formatted(on ? "ANY 1 (" + names + ")" : ""));
        primary.execute("SELECT pg_reload_conf()");
    }

    /** Disconnects the replicas from the primary: the primary continues, and the replicas receive nothing. */
    public void stopStreaming() {
        for (ClusterMember clusterMember : replicas()) {
            clusterMember.execute("ALTER SYSTEM SET primary_conninfo = ''");
            clusterMember.execute("SELECT pg_reload_conf()");
        }
    }

    /** Promotes the replica that has received most and lets the others follow it, as an operator's tool would. */
    public ClusterMember failOver() {
        ClusterMember chosen = replicas().stream()
                .filter(ClusterMember::isRunning)
                .max((a, b) -> Long.compare(receivedLsn(a), receivedLsn(b)))
                .orElseThrow();
        chosen.execute("SELECT pg_promote(true, 20)");
        primary = chosen;
        for (ClusterMember clusterMember : replicas()) {
            if (clusterMember.isRunning() && isInRecovery(clusterMember)) {
                createSlot(clusterMember);
                clusterMember.execute("ALTER SYSTEM SET primary_conninfo = "
                        + "'host=127.0.0.1 port=%d user=%s password=%s application_name=%s connect_timeout=5'"
                                .formatted(
                                        primary.port,
                                        ClusterCredentials.REPLICATOR,
                                        clusterCredentials.passwordOf(ClusterCredentials.REPLICATOR),
                                        clusterMember.name));
                clusterMember.execute("SELECT pg_reload_conf()");
            }
        }
        return chosen;
    }

    private void createSlot(ClusterMember clusterMember) {
        primary.execute("SELECT pg_create_physical_replication_slot('%s', true)".formatted(clusterMember.name));
    }

    private static boolean isInRecovery(ClusterMember clusterMember) {
        return clusterMember.query("SELECT pg_is_in_recovery()").equals("t");
    }

    private static long receivedLsn(ClusterMember clusterMember) {
        return Long.parseLong(clusterMember.query(
                "SELECT (greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) - '0/0'::pg_lsn)::bigint"));
    }

    private static void signal(String signal, long pid) {
        try {
            new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        Optional<RuntimeException> failure = Optional.empty();
        for (ClusterMember clusterMember : members.reversed()) {
            try {
                if (clusterMember.server.isRunning()) {
                    clusterMember.freeze(false);
                }
                clusterMember.server.stop();
            } catch (RuntimeException e) {
                failure = Optional.of(e);
            }
        }
        failure.ifPresent(e -> {
            throw e;
        });
    }
}
