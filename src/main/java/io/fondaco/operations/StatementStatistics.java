package io.fondaco.operations;

import io.fondaco.platform.Causes;
import io.fondaco.platform.sql.Sql;
import io.fondaco.platform.web.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

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

    private final Sql sql;

    StatementStatistics(Sql sql) {
        this.sql = sql;
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
                    description = "false if a function ran the statement; its time is then included in the"
                            + " calling statement's.")
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

    private record Preparation(String statementTimeout, boolean installed) {}

    private record Since(Instant since) {}

    /**
     * Returns the most expensive statements. Omits statements that contain the word "password", because the server
     * stores a statement that sets one with the password. Three statements, of which each is cancelled after 5 s.
     *
     * @throws ApiException 409 {@code statements_not_counted} where the extension is missing, older than 1.9 or not
     *     loaded
     */
    @Transactional
    TopStatements top(SortKey sortKey, int limit) {
        if (!prepare().installed()) {
            throw statisticsUnavailable(
                    "As a superuser, in the application's database: CREATE EXTENSION pg_stat_statements"
                            + " (if it exists: ALTER EXTENSION pg_stat_statements UPDATE). The server must have it in"
                            + " shared_preload_libraries.");
        }
        try {
            return new TopStatements(since(), list(sortKey, limit));
        } catch (RuntimeException e) {
            if (Causes.find(e, SQLException.class)
                    .filter(failure -> NOT_LOADED.equals(failure.getSQLState()))
                    .isPresent()) {
                throw statisticsUnavailable(
                        "Put pg_stat_statements into the server's shared_preload_libraries, and restart it.");
            }
            throw e;
        }
    }

    /** Sets the statement timeout of the transaction. Returns whether the extension is installed and recent enough. */
    private Preparation prepare() {
        return sql.query("""
                        SELECT set_config('statement_timeout', :timeout, true) AS statement_timeout,
                               to_regclass('pg_stat_statements_info') IS NOT NULL AS installed
                        """, Preparation.class)
                .setParameter("timeout", Long.toString(STATEMENT_TIMEOUT.toMillis()))
                .getSingleResult();
    }

    private Instant since() {
        return sql.query("SELECT stats_reset FROM pg_stat_statements_info", Since.class)
                .getSingleResult()
                .since();
    }

    private List<StatementStats> list(SortKey sortKey, int limit) {
        return sql.query("""
                        SELECT cast(s.queryid AS text) AS query_id, coalesce(left(s.query, :length), '') AS query,
                               s.toplevel,
                               s.calls,
                               cast(round(cast(s.total_exec_time AS numeric), 3) AS double precision) AS total_ms,
                               cast(round(cast(s.mean_exec_time AS numeric), 3) AS double precision) AS mean_ms,
                               cast(round(cast(s.max_exec_time AS numeric), 3) AS double precision) AS max_ms,
                               cast(round(cast(s.stddev_exec_time AS numeric), 3) AS double precision) AS stddev_ms,
                               s.rows, s.shared_blks_hit, s.shared_blks_read, s.temp_blks_written,
                               cast(s.wal_bytes AS bigint) AS wal_bytes
                          FROM pg_stat_statements s
                         WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
                           AND s.userid = (SELECT oid FROM pg_roles WHERE rolname = current_user)
                           AND s.queryid IS NOT NULL
                           AND (s.query ~* '\\mpassword\\M') IS NOT TRUE
                         ORDER BY s.%s DESC NULLS LAST, s.queryid LIMIT :limit
                        """.formatted(sortKey.column), StatementStats.class)
                .setParameter("length", MAX_QUERY_LENGTH)
                .setParameter("limit", limit)
                .getResultList();
    }

    private static ApiException statisticsUnavailable(String remedy) {
        return ApiException.conflict(
                "statements_not_counted", "The database collects no statement statistics. " + remedy);
    }
}
