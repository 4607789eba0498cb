package io.fondaco.platform.jobs;

import io.fondaco.platform.database.Connections;
import io.fondaco.platform.database.Seconds;
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

/** The table of leases. Every comparison of times is the server's: pods' clocks may say what they like. */
@ApplicationScoped
class JobLeases {
    private static final int MAX_ERROR_LENGTH = 1_000;

    /** Locks nothing when it is not to be had: most pods ask in vain, and whoever has it may stand on the row. */
    private static final String ACQUIRE = """
            WITH taken AS (
                UPDATE jobs.lease
                   SET owner = ?, fence = fence + 1, leased_until = now() + make_interval(secs => ?),
                       started_at = now(), finished_at = NULL, error = NULL
                 WHERE name = ? AND leased_until <= now() AND started_at <= now() - make_interval(secs => ?)
                RETURNING fence
            ), made AS (
                INSERT INTO jobs.lease (name, owner, leased_until)
                SELECT ?, ?, now() + make_interval(secs => ?)
                 WHERE NOT EXISTS (SELECT FROM jobs.lease WHERE name = ?)
                ON CONFLICT DO NOTHING RETURNING fence
            )
            SELECT fence FROM taken UNION ALL SELECT fence FROM made
            """;

    private final Connections connections;
    private final JobSettings settings;
    private final UUID owner = UUID.randomUUID();

    JobLeases(Connections connections, JobSettings settings) {
        this.connections = connections;
        this.settings = settings;
    }

    /** Takes the job up, unless another pod has it or it ran just now; one statement. */
    Optional<JobLease> acquire(String name, Duration apart) throws SQLException {
        try (Connection connection = connections.toPrimary();
                PreparedStatement take = connection.prepareStatement(ACQUIRE)) {
            take.setObject(1, owner);
            take.setDouble(2, Seconds.of(settings.lease()));
            take.setString(3, name);
            take.setDouble(4, Seconds.of(apart));
            take.setString(5, name);
            take.setObject(6, owner);
            take.setDouble(7, Seconds.of(settings.lease()));
            take.setString(8, name);
            try (ResultSet row = take.executeQuery()) {
                return row.next() ? Optional.of(new JobLease(name, row.getLong(1))) : Optional.empty();
            }
        }
    }

    /** @return false if another has it */
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
                PreparedStatement end = connection.prepareStatement("""
                        UPDATE jobs.lease SET leased_until = now(), finished_at = now(), error = ?
                         WHERE name = ? AND fence = ?
                        """)) {
            end.setString(
                    1,
                    failure == null
                            ? null
                            : UnicodeText.truncate(String.valueOf(failure.getMessage()), MAX_ERROR_LENGTH));
            end.setString(2, jobLease.name());
            end.setLong(3, jobLease.fencingToken());
            end.executeUpdate();
        }
    }
}
