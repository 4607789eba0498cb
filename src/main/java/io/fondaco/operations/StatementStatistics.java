package io.fondaco.operations;

import io.fondaco.platform.web.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.hibernate.Session;

/**
 * Reads the cost of the application's SQL statements on a server from {@code pg_stat_statements}: only statements of
 * its own database and role.
 */
@ApplicationScoped
class StatementStatistics {
    /** Characters of a query that are returned. */
    private static final int MAX_QUERY_LENGTH = 2_000;

    private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(5);

    /** SQLSTATE of the extension if the server has not loaded its library. */
    private static final String NOT_LOADED = "55000";

    private final EntityManager entities;

    StatementStatistics(EntityManager entities) {
        this.entities = entities;
    }

    /** The measure by which statements are sorted. */
    enum SortKey {
        TOTAL_TIME("total_exec_time"),
        MEAN_TIME("mean_exec_time"),
        CALLS("calls"),
        ROWS("rows"),
        TEMP_BLOCKS("temp_blks_written");

        private final String column;

        SortKey(String column) {
            this.column = column;
        }

        static Optional<SortKey> parse(String text) {
            return Arrays.stream(values())
                    .filter(sortKey -> sortKey.name().toLowerCase(Locale.ROOT).equals(text))
                    .findFirst();
        }
    }

    /** The first statements of a sort order, the most expensive first. */
    @Schema(name = "HeaviestStatements")
    record TopStatements(
            @Schema(description = "Start of the statistics on this server: its last reset, first start or crash.")
            Instant since,

            List<StatementStats> data) {

        TopStatements {
            data = List.copyOf(data);
        }
    }

    /** The statistics of all calls of a statement. */
    @Schema(name = "DatabaseStatement")
    record StatementStats(
            @Schema(
                    description = "64 bits, in decimal. Identifies the statement on this server and its replicas.",
                    examples = "-3416356442043621232")
            String queryId,

            @Schema(
                    description = "The first 2,000 characters of the statement, with `$1`, `$2`, … for constants.",
                    examples = "SELECT set_config($1, $2, $3)")
            String query,

            @Schema(
                    description =
                            "false if a function ran the statement; its time is then included in the calling statement's.")
            boolean topLevel,

            long calls,

            @Schema(description = "Total execution time, in milliseconds.")
            double totalMs,

            double meanMs,
            double maxMs,
            double stddevMs,

            @Schema(description = "Rows read or changed, over all calls.")
            long rows,

            @Schema(description = "Blocks of 8 kB found in shared buffers, over all calls.")
            long sharedBlocksHit,

            @Schema(description = "Blocks of 8 kB not found in shared buffers, over all calls.")
            long sharedBlocksRead,

            @Schema(description = "Temporary blocks of sorts and hashes that did not fit into work_mem.")
            long tempBlocksWritten,

            @Schema(description = "Bytes written to the write-ahead log.")
            long walBytes) {}

    /**
     * Returns the most expensive statements. Omits statements that contain the word "password", because the server
     * stores a statement that sets one with the password. Two statements; the second is cancelled after 5 s.
     *
     * @throws ApiException 409 {@code statements_not_counted} where the extension is missing, older than 1.9 or not
     *     loaded
     */
    @Transactional
    TopStatements top(SortKey sortKey, int limit) {
        return entities.unwrap(Session.class).doReturningWork(connection -> {
            if (!prepare(connection)) {
                throw statisticsUnavailable(
                        "As a superuser, in the application's database: CREATE EXTENSION pg_stat_statements"
                                + " (if it exists: ALTER EXTENSION pg_stat_statements UPDATE). The server must have it in"
                                + " shared_preload_libraries.");
            }
            try {
                return read(connection, sortKey, limit);
            } catch (SQLException e) {
                if (NOT_LOADED.equals(e.getSQLState())) {
                    throw statisticsUnavailable(
                            "Put pg_stat_statements into the server's shared_preload_libraries, and restart it.");
                }
                throw e;
            }
        });
    }

    /** Sets the statement timeout of the transaction. @return whether the extension is installed and recent enough */
    private static boolean prepare(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("""
                SELECT set_config('statement_timeout', ?, true), to_regclass('pg_stat_statements_info') IS NOT NULL
                """)) {
            select.setString(1, Long.toString(STATEMENT_TIMEOUT.toMillis()));
            try (ResultSet row = select.executeQuery()) {
                return row.next() && row.getBoolean(2);
            }
        }
    }

    private static TopStatements read(Connection connection, SortKey sortKey, int limit) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("""
                SELECT i.stats_reset, s.queryid, coalesce(left(s.query, ?), '') AS text, s.toplevel, s.calls,
                       round(s.total_exec_time::numeric, 3) AS total_ms, round(s.mean_exec_time::numeric, 3) AS mean_ms,
                       round(s.max_exec_time::numeric, 3) AS max_ms, round(s.stddev_exec_time::numeric, 3) AS stddev_ms,
                       s.rows, s.shared_blks_hit, s.shared_blks_read, s.temp_blks_written, s.wal_bytes::bigint AS wal_bytes
                  FROM pg_stat_statements_info i
                  LEFT JOIN pg_stat_statements s
                         ON s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
                        AND s.userid = (SELECT oid FROM pg_roles WHERE rolname = current_user)
                        AND (s.query ~* '\\mpassword\\M') IS NOT TRUE
                 ORDER BY s.%s DESC NULLS LAST, s.queryid LIMIT ?
                """.formatted(sortKey.column))) {
            select.setInt(1, MAX_QUERY_LENGTH);
            select.setInt(2, limit);
            try (ResultSet row = select.executeQuery()) {
                // There is at least one row, also if the server has no statistics yet.
                row.next();
                Instant since =
                        row.getObject("stats_reset", OffsetDateTime.class).toInstant();
                List<StatementStats> statements = new ArrayList<>();
                do {
                    if (row.getString("queryid") != null) {
                        statements.add(mapStatement(row));
                    }
                } while (row.next());
                return new TopStatements(since, statements);
            }
        }
    }

    private static StatementStats mapStatement(ResultSet row) throws SQLException {
        return new StatementStats(
                row.getString("queryid"),
                row.getString("text"),
                row.getBoolean("toplevel"),
                row.getLong("calls"),
                row.getDouble("total_ms"),
                row.getDouble("mean_ms"),
                row.getDouble("max_ms"),
                row.getDouble("stddev_ms"),
                row.getLong("rows"),
                row.getLong("shared_blks_hit"),
                row.getLong("shared_blks_read"),
                row.getLong("temp_blks_written"),
                row.getLong("wal_bytes"));
    }

    private static ApiException statisticsUnavailable(String remedy) {
        return ApiException.conflict(
                "statements_not_counted", "The database collects no statement statistics. " + remedy);
    }
}
