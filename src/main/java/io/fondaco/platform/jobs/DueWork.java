package io.fondaco.platform.jobs;

import io.fondaco.platform.Backoff;
import io.fondaco.platform.sql.Seconds;
import io.fondaco.platform.sql.Sql;
import io.fondaco.platform.sql.SqlQuery;
import io.fondaco.platform.sql.SqlUpdate;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Work that waits in the rows of a table. A pod claims rows that are due, works on them outside of any transaction, and
 * then ends or reschedules them. The table has these columns:
 *
 * <pre>
 * attempts        int         NOT NULL DEFAULT 0            how often it was claimed
 * next_attempt_at timestamptz NOT NULL DEFAULT now()        when it is due
 * leased_until    timestamptz NOT NULL DEFAULT '-infinity'  until when a pod works on it
 * lease           uuid                                      distinguishes this claim from a later one
 * error           text                                      the error of the last attempt, if it is recorded
 * </pre>
 *
 * <p>A row is claimed by one pod until its lease expires, by the clock of the database; the clocks of pods do not
 * matter. If a pod dies, another one claims its rows after that, so the work is done at least once. A pod whose lease
 * another pod has taken over changes nothing any more. Each method is one statement, in the caller's transaction.
 *
 * @param <W> the record of a claimed row
 */
public final class DueWork<W extends Record> {
    /** Whether a row of the table {@code work} can be claimed. For {@link Builder#candidates}. */
    public static final String IS_DUE = "work.next_attempt_at <= now() AND work.leased_until <= now()";

    // The lease starts when the row is written: the transaction may have started long before.
    private static final String LEASED_UNTIL =
            "leased_until = clock_timestamp() + make_interval(secs => :leaseSeconds)";
    private static final String RELEASED =
            "lease = NULL, leased_until = '-infinity', next_attempt_at = now() + make_interval(secs => :delay)";

    private final Sql sql;
    private final Builder work;
    private final Class<W> row;
    private final String claim;

    private DueWork(Sql sql, Builder work, Class<W> row, String columns) {
        this.sql = sql;
        this.work = work;
        this.row = row;
        this.claim = work.claimSql() + columns;
    }

    /** Describes the work in a table with the primary key {@code id}. */
    public static Builder in(String table) {
        return new Builder(table);
    }

    /** Claims up to {@code limit} rows that are due, for one lease. */
    public List<W> claim(int limit) {
        return claimQuery(limit).getResultList();
    }

    /** As {@link #claim}, for SQL with parameters of its own. */
    public SqlQuery<W> claimQuery(int limit) {
        SqlQuery<W> query =
                sql.query(claim, row).setParameter("limit", limit).setParameter("leaseSeconds", Seconds.of(work.lease));
        Backoff backoff = work.backoff;
        if (backoff != null) {
            query.setParameter("retryDelay", Seconds.of(backoff.initialDelay()))
                    .setParameter("maxRetryDelay", Seconds.of(backoff.maxDelay()));
        }
        return query;
    }

    /** Extends a lease by another term. @return false if it is lost */
    public boolean extend(UUID key, UUID lease) {
        return update(key, lease, LEASED_UNTIL)
                        .setParameter("leaseSeconds", Seconds.of(work.lease))
                        .executeUpdate()
                == 1;
    }

    /** Ends a lease; the next attempt is due after the delay. @return false if the lease was lost */
    public boolean release(UUID key, UUID lease, Duration delay) {
        return update(key, lease, RELEASED)
                        .setParameter("delay", Seconds.of(delay))
                        .executeUpdate()
                == 1;
    }

    /** As {@link #release}, after an attempt that failed. */
    public boolean reschedule(UUID key, UUID lease, Duration delay, String error) {
        return update(key, lease, RELEASED + ", error = :error")
                        .setParameter("delay", Seconds.of(delay))
                        .setParameter("error", error)
                        .executeUpdate()
                == 1;
    }

    /**
     * Ends the work, because it is done or given up. The statement changes no row if the lease is lost.
     *
     * @param assignments after which the row is no longer due: {@code status = :status, error = :error}
     */
    public SqlUpdate end(UUID key, UUID lease, String assignments) {
        return update(key, lease, "lease = NULL, leased_until = '-infinity', " + assignments);
    }

    private SqlUpdate update(UUID key, UUID lease, String assignments) {
        return sql.update("UPDATE %s SET %s WHERE %s = :key AND lease = :lease"
                        .formatted(work.table, assignments, work.key))
                .setParameter("key", key)
                .setParameter("lease", lease);
    }

    /** Describes the work of a table. In its SQL the table has the alias {@code work}. */
    public static final class Builder {
        private final String table;
        private String key = "id";
        private String condition = "true";
        private String order = "work.next_attempt_at";
        private String assignments = "";
        private String join = "";
        private Duration lease = Duration.ZERO;
        private boolean countsAttempts = true;
        private @Nullable String candidates;
        private @Nullable Backoff backoff;

        private Builder(String table) {
            this.table = table;
        }

        /** The column of the primary key, if it is not {@code id}. */
        public Builder key(String column) {
            key = column;
            return this;
        }

        /** Which rows wait for an attempt; the index of the table should have the same condition. Default: all. */
        public Builder where(String sql) {
            condition = sql;
            return this;
        }

        /** The order in which rows are claimed. Default: as they become due. */
        public Builder orderBy(String sql) {
            order = sql;
            return this;
        }

        /** What a claim changes in addition: {@code status = 'running'}. */
        public Builder set(String sql) {
            assignments = ", " + sql;
            return this;
        }

        /** A table whose columns a claim returns as well. */
        public Builder join(String other, String on) {
            join = ", %s WHERE %s AND ".formatted(other, on);
            return this;
        }

        /** How long a claim or an extension lasts; longer than the work takes. */
        public Builder lease(Duration duration) {
            lease = duration;
            return this;
        }

        /**
         * Plans the next attempt at the claim, for work that has ended if it succeeded and of which nothing is stored
         * if it failed. The next attempt is due after the delay of the back-off or after the lease, whichever is later.
         */
        public Builder backoff(Backoff delays) {
            backoff = delays;
            return this;
        }

        /** Claims do not count attempts; what stores their results does. */
        public Builder withoutCounting() {
            countsAttempts = false;
            return this;
        }

        /**
         * Selects the rows to claim by a statement of its own, in place of condition and order.
         *
         * @param sql returns the key as {@code due_key}, and other columns that the claim returns; requires
         *     {@link #IS_DUE}, respects {@code :limit} and ends with {@code FOR UPDATE SKIP LOCKED}
         */
        public Builder candidates(String sql) {
            candidates = sql;
            return this;
        }

        /**
         * @param columns that a claim returns, in the order of the components of the record
         * @param <W> the record of a claimed row
         */
        public <W extends Record> DueWork<W> returning(String columns, Class<W> row, Sql sql) {
            return new DueWork<>(sql, this, row, columns);
        }

        /** SQL that is true if a row is due, for {@link DueWorkPoll}. */
        public String anyDue() {
            return "EXISTS (SELECT FROM %s AS work WHERE %s AND (%s))".formatted(table, IS_DUE, condition);
        }

        // The candidates are in a WITH query, which is evaluated once: a subquery that is evaluated again locks rows
        // beyond the limit.
        private String claimSql() {
            return """
                    WITH due AS (%s)
                    UPDATE %s AS work SET lease = gen_random_uuid(), %s%s%s%s
                      FROM due%swork.%s = due.due_key
                    RETURNING\s""".formatted(
                    candidates == null ? candidateSql() : candidates,
                    table,
                    LEASED_UNTIL,
                    countsAttempts ? ", attempts = work.attempts + 1" : "",
                    backoff == null ? "" : ", next_attempt_at = now() + make_interval(secs => %s)".formatted(DELAY),
                    assignments,
                    join.isEmpty() ? " WHERE " : join,
                    key);
        }

        /** {@link Backoff#delayAfter}, for each of the claimed rows. */
        private static final String DELAY = ("least(:maxRetryDelay, :retryDelay * power(2, least(work.attempts, %d))"
                        + " * (1 + %s * (2 * random() - 1)))")
                .formatted(Backoff.MAX_DOUBLINGS, Backoff.JITTER);

        private String candidateSql() {
            return """
                    SELECT work.%s AS due_key FROM %s AS work WHERE %s AND (%s)
                     ORDER BY %s LIMIT :limit FOR UPDATE OF work SKIP LOCKED
                    """.formatted(key, table, IS_DUE, condition, order);
        }
    }
}
