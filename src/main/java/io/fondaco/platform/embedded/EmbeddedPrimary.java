package io.fondaco.platform.embedded;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.postgresql.util.PasswordUtil;

/** The server that accepts writes. Once it is complete, its directory is never deleted. */
record EmbeddedPrimary(PostgresServer server, ClusterCredentials credentials, Map<String, String> ownSettings) {
    EmbeddedPrimary {
        ownSettings = Map.copyOf(ownSettings);
    }

    private static final Duration INITDB_BOUND = Duration.ofMinutes(2);

    /** Enough to replay the write-ahead log between two checkpoints on a slow disk. */
    private static final Duration START_BOUND = Duration.ofMinutes(3);

    void start() {
        if (server.isComplete()) {
            server.start(START_BOUND, ownSettings);
            return;
        }
        try {
            FileTree.delete(server.directory());
            credentials.create();
            initdb();
            server.start(START_BOUND, ownSettings);
            createRolesAndDatabase();
            server.markComplete();
        } catch (IOException | SQLException e) {
            throw server.failure("its first start failed", e);
        }
    }

    /**
     * The built-in locale sorts by code point and folds case in the same way on every system and in every later
     * release.
     */
    private void initdb() {
        server.initdb(
                INITDB_BOUND,
                "--username=" + ClusterCredentials.SUPERUSER,
                "--pwfile=" + credentials.fileOf(ClusterCredentials.SUPERUSER),
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8");
    }

    private void createRolesAndDatabase() throws SQLException {
        try (Connection connection = server.connect("postgres", credentials);
                Statement statement = connection.createStatement()) {
            createRole(statement, ClusterCredentials.OWNER, "");
            createRole(statement, ClusterCredentials.READER, "");
            createRole(statement, ClusterCredentials.REPLICATOR, "REPLICATION");
            statement.execute("GRANT pg_monitor TO fondaco, fondaco_reader");
            statement.execute("GRANT pg_read_all_data TO fondaco_reader");
            statement.execute("CREATE DATABASE fondaco OWNER fondaco");
        }
        try (Connection connection = server.connect(EmbeddedCluster.DATABASE, credentials);
                Statement statement = connection.createStatement()) {
            // Unlike pg_trgm and unaccent, only a superuser may create this one.
            statement.execute("CREATE EXTENSION pg_stat_statements");
        }
    }

    /** Sends only the salted hash, so that neither logs nor statistics contain the password. */
    private void createRole(Statement statement, String role, String attributes) throws SQLException {
        String hash =
                PasswordUtil.encodeScramSha256(credentials.passwordOf(role).toCharArray());
        statement.execute("CREATE ROLE %s LOGIN %s PASSWORD '%s'".formatted(role, attributes, hash));
    }
}
