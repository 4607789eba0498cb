package io.fondaco.platform.jobs;

import io.fondaco.platform.database.Connections;
import io.fondaco.platform.sql.Seconds;
import io.fondaco.platform.web.UnicodeText;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The table of job leases. All times are compared by the database server; the clocks of pods do not matter. */
@ApplicationScoped
class JobLeases {
    private static final int MAX_ERROR_LENGTH = 1_000;

    /**
     * Locks no row if the lease is not free: most pods ask in vain, and a transaction of the job may hold a lock on the
     * row.
     */
    private static final String ACQUIRE = """
            WITH acquired AS (
                UPDATE jobs.lease
                   SET owner = ?, fence = fence + 1, leased_until = now() + make_interval(secs => ?),
                       started_at = now(), finished_at = NULL, error = NULL
                 WHERE name = ? AND leased_until <= now() AND started_at <= now() - make_interval(secs => ?)
                RETURNING fence
            ), created AS (
                INSERT INTO jobs.lease (name, owner, leased_until)
                SELECT ?, ?, now() + make_interval(secs => ?)
                 WHERE NOT EXISTS (SELECT FROM jobs.lease WHERE name = ?)
                ON CONFLICT DO NOTHING RETURNING fence
            )
            SELECT fence FROM acquired UNION ALL SELECT fence FROM created
            """;

    private final Connections connections;
    private final JobSettings settings;
    private final UUID owner = UUID.randomUUID();

    JobLeases(Connections connections, JobSettings settings) {
        this.connections = connections;
        this.settings = settings;
    }

    /**
     * Acquires the lease of a job, unless another pod has it or the last run started less than the minimum interval
     * ago; one statement.
     */
    Optional<JobLease> acquire(String name, Duration minInterval) throws SQLException {
        try (Connection connection = connections.toPrimary();
                PreparedStatement acquire = connection.prepareStatement(ACQUIRE)) {
            acquire.setObject(1, owner);
            acquire.setDouble(2, Seconds.of(settings.lease()));
            acquire.setString(3, name);
            acquire.setDouble(4, Seconds.of(minInterval));
            acquire.setString(5, name);
            acquire.setObject(6, owner);
            acquire.setDouble(7, Seconds.of(settings.lease()));
            acquire.setString(8, name);
            try (ResultSet row = acquire.executeQuery()) {
                return row.next() ? Optional.of(new JobLease(name, row.getLong(1))) : Optional.empty();
            }
        }
    }

    /** @return false if another pod has the lease */
    boolean extend(JobLease jobLease) throws SQLException {
        try (Connection connection = connections.toPrimary();
                PreparedStatement extend = connection.prepareStatement("""
                        UPDATE jobs.lease SET leased_until = now() + make_interval(secs => ?)
                         WHERE name = ? AND fence = ?
                        """)) {
            extend.setDouble(1, Seconds.of(settings.lease()));
            extend.setString(2, jobLease.name());
            extend.setLong(3, jobLease.fencingToken());
            return extend.executeUpdate() == 1;
        }
    }

    void release(JobLease jobLease, @Nullable Throwable failure) throws SQLException {
        try (Connection connection = connections.toPrimary();
                PreparedStatement release = connection.prepareStatement("""
                        UPDATE jobs.lease SET leased_until = now(), finished_at = now(), error = ?
                         WHERE name = ? AND fence = ?
                        """)) {
            release.setString(
                    1,
                    failure == null
                            ? null
                            : UnicodeText.truncate(String.valueOf(failure.getMessage()), MAX_ERROR_LENGTH));
            release.setString(2, jobLease.name());
            release.setLong(3, jobLease.fencingToken());
            release.executeUpdate();
        }
    }
}
