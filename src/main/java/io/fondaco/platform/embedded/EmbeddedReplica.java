package io.fondaco.platform.embedded;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A server that replicates the primary. It holds no data of its own: in doubt it is copied again.
 *
 * @param slot the name of its replication slot on the primary; a constant, never user input, because it is formatted
 *     into SQL
 */
record EmbeddedReplica(
        PostgresServer server,
        PostgresServer primary,
        ClusterCredentials credentials,
        String slot,
        Map<String, String> ownSettings) {
    EmbeddedReplica {
        ownSettings = Map.copyOf(ownSettings);
    }

    private static final System.Logger LOG = System.getLogger(EmbeddedCluster.class.getName());

    private static final Duration START_BOUND = Duration.ofMinutes(1);
    private static final Duration STREAMING_BOUND = Duration.ofSeconds(10);
    private static final Duration SLOT_RELEASE_BOUND = Duration.ofSeconds(10);
    private static final Duration SYNC_BOUND = Duration.ofMinutes(2);

    /** Directories of a running server that are empty in a copy, as in one of pg_basebackup. */
    private static final Set<String> EMPTIED_DIRECTORIES = Set.of(
            "pg_wal",
            "pg_replslot",
            "pg_dynshmem",
            "pg_notify",
            "pg_serial",
            "pg_snapshots",
            "pg_stat_tmp",
            "pg_subtrans");

    private static final Set<String> EXCLUDED_FILES = Set.of(
            "postmaster.pid",
            "postmaster.opts",
            "postgresql.auto.conf",
            "backup_label",
            "tablespace_map",
            PostgresServer.COMPLETE_MARKER);

    void start() {
        if (server.isComplete()) {
            if (startExisting()) {
                return;
            }
            server.stop();
        }
        try {
            takeBaseBackup();
        } catch (IOException | SQLException e) {
            throw server.failure("the primary cannot be copied", e);
        }
        startServer();
        if (!waitUntilStreaming()) {
            throw server.failure("a fresh copy does not stream after " + STREAMING_BOUND);
        }
    }

    private boolean startExisting() {
        try {
            startServer();
            if (waitUntilStreaming()) {
                return true;
            }
            LOG.log(Level.WARNING, "The replica does not stream after {0}, copying the primary again", STREAMING_BOUND);
        } catch (IllegalStateException e) {
            LOG.log(Level.WARNING, "The replica does not start, copying the primary again: {0}", e.getMessage());
        }
        return false;
    }

    private void startServer() {
        try {
            DurableFile.write(server.directory().resolve("standby.signal"), "");
        } catch (IOException e) {
            throw server.failure("standby.signal cannot be written", e);
        }
        String primaryConnection = "host=%s port=%d user=%s password=%s application_name=%s connect_timeout=5"
                .formatted(
                        PostgresServer.ADDRESS,
                        primary.port(),
                        ClusterCredentials.REPLICATOR,
                        credentials.passwordOf(ClusterCredentials.REPLICATOR),
                        slot);
        Map<String, String> settings = new TreeMap<>(ownSettings);
        settings.put("primary_conninfo", primaryConnection);
        settings.put("primary_slot_name", slot);
        server.start(START_BOUND, settings);
    }

    private boolean waitUntilStreaming() {
        try (Connection connection = primary.connect("postgres", credentials);
                Statement statement = connection.createStatement()) {
            return PostgresServer.waitUntil(STREAMING_BOUND, () -> isTrue(statement, """
                            SELECT EXISTS (
                              SELECT FROM pg_stat_replication
                              WHERE application_name = '%s' AND state = 'streaming')
                            """.formatted(slot)));
        } catch (SQLException e) {
            throw primary.failure("its replication status cannot be read", e);
        }
    }

    /** Creates the slot first: from then on the primary keeps all WAL that the copy will need. */
    private void takeBaseBackup() throws IOException, SQLException {
        Path copy = server.directory();
        FileTree.delete(copy);
        try (Connection connection = primary.connect("postgres", credentials);
                Statement statement = connection.createStatement()) {
            recreateSlot(statement);
            statement.execute("SELECT pg_backup_start('%s', true)".formatted(slot));
            FileTree.copy(primary.directory(), copy, EmbeddedReplica::isIncludedInBackup);
            try (ResultSet backup = statement.executeQuery("SELECT labelfile, spcmapfile FROM pg_backup_stop(false)")) {
                backup.next();
                if (!backup.getString("spcmapfile").isBlank()) {
                    // With tablespaces both servers would write to the same files.
                    throw primary.failure("tablespaces outside its directory cannot be replicated here");
                }
                DurableFile.write(copy.resolve("backup_label"), backup.getString("labelfile"));
            }
        }
        server.initdb(SYNC_BOUND, "--sync-only");
        server.markComplete();
    }

    private void recreateSlot(Statement statement) throws SQLException {
        boolean released = PostgresServer.waitUntil(SLOT_RELEASE_BOUND, () -> isTrue(statement, """
                        SELECT NOT EXISTS (
                          SELECT FROM pg_replication_slots WHERE slot_name = '%s' AND active)
                        """.formatted(slot)));
        if (!released) {
            throw primary.failure("slot " + slot + " is still in use after " + SLOT_RELEASE_BOUND);
        }
        statement.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '%s'"
                .formatted(slot));
        statement.execute("SELECT pg_create_physical_replication_slot('%s', true)".formatted(slot));
    }

    private static boolean isIncludedInBackup(Path relative) {
        String file = String.valueOf(relative.getFileName());
        boolean inEmptied = relative.getNameCount() > 1
                && EMPTIED_DIRECTORIES.contains(relative.getName(0).toString());
        return !inEmptied
                && !EXCLUDED_FILES.contains(relative.toString())
                && !file.startsWith("pg_internal.init")
                && !file.startsWith("pgsql_tmp");
    }

    private boolean isTrue(Statement statement, String sql) {
        try (ResultSet row = statement.executeQuery(sql)) {
            return row.next() && row.getBoolean(1);
        } catch (SQLException e) {
            throw primary.failure("a query failed", e);
        }
    }
}
