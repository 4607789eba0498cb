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
 * What the application's own statements have cost a server, as {@code pg_stat_statements} counts it there: those of its database and
 * its role, and no others.
 */
@ApplicationScoped
class StatementStatistics {
    /** In characters. */
    private static final int MAX_QUERY_LENGTH = 2_000;

    private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(5);

    /** What the extension answers with where the server has not loaded its library. */
    private static final String NOT_LOADED = "55000";

    private final EntityManager entities;

    StatementStatistics(EntityManager entities) {
        this.entities = entities;
    }

    /** What makes a statement heavy. */
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

    /** The statements at the top of an order, the heaviest first. */
    @Schema(name = "HeaviestStatements")
    record TopStatements(
            @Schema(description = "Since when this server has counted: its last reset, first start or crash.")
            Instant since,

            List<StatementStats> data) {

        TopStatements {
            data = List.copyOf(data);
        }
    }

    /** All calls of a statement. */
    @Schema(name = "DatabaseStatement")
    record StatementStats(
            @Schema(
                    description = "64 bits, in decimal. Names the statement on this server and its replicas.",
                    examples = "-3416356442043621232")
            String queryId,

            @Schema(
                    description = "With `$1`, `$2`, … for constants; its first 2,000 characters.",
                    examples = "SELECT set_config($1, $2, $3)")
            String query,

            @Schema(description = "false: functions ran it, and their statements' time includes its own.")
            boolean topLevel,

            long calls,

            @Schema(description = "Execution, in milliseconds.")
            double totalMs,

            double meanMs,
            double maxMs,
            double stddevMs,

            @Schema(description = "Read or changed, over all calls.")
            long rows,

            @Schema(description = "Blocks of 8 kB that were in the server's memory, over all calls.")
            long sharedBlocksHit,

            @Schema(description = "Blocks that were not.") long sharedBlocksRead,

            @Schema(description = "Blocks of sorts and hashes that did not fit into work_mem.")
            long tempBlocksWritten,

            @Schema(description = "What it wrote to the write-ahead log.")
            long walBytes) {}

    /**
     * Leaves out statements that speak of a password: the server keeps what sets one as it was sent. Two statements, the second
     * ended after 5 s.
     *
     * @throws ApiException 409 {@code statements_not_counted} where the extension is missing, older than 1.9 or not loaded
     */
    @Transactional
    TopStatements top(SortKey sortKey, int limit) {
        return entities.unwrap(Session.class).doReturningWork(connection -> {
            if (!prepare(connection)) {
                throw statisticsUnavailable(
                        "As a superuser, in the application's database: CREATE EXTENSION pg_stat_statements"
                                + " (if it is there: ALTER EXTENSION pg_stat_statements UPDATE). The server must have it in"
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

    /** Bounds what follows in the transaction, and tells whether there is something to read. */
    private static boolean prepare(Connection connection) throws SQLException {
        try (PreparedStatement begin = connection.prepareStatement("""
                SELECT set_config('statement_timeout', ?, true), to_regclass('pg_stat_statements_info') IS NOT NULL
                """)) {
            begin.setString(1, Long.toString(STATEMENT_TIMEOUT.toMillis()));
            try (ResultSet row = begin.executeQuery()) {
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
                // There is one at least, of a server that has counted nothing yet too.
                row.next();
                Instant since =
                        row.getObject("stats_reset", OffsetDateTime.class).toInstant();
                List<StatementStats> statements = new ArrayList<>();
                do {
                    if (row.getString("queryid") != null) {
                        statements.add(statement(row));
                    }
                } while (row.next());
                return new TopStatements(since, statements);
            }
        }
    }

    private static StatementStats statement(ResultSet row) throws SQLException {
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
        return ApiException.conflict("statements_not_counted", "The database does not count statements. " + remedy);
    }
}
