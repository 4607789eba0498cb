package io.fondaco.platform.jobs;

import io.fondaco.platform.sql.Sql;
import jakarta.enterprise.context.RequestScoped;
import org.jspecify.annotations.Nullable;

/** The lease of the running job, which its transactions can require. */
@RequestScoped
public class Fence {
    private final Sql sql;
    private @Nullable JobLease jobLease;

    private record NameRow(String name) {}

    Fence(Sql sql) {
        this.sql = sql;
    }

    void setLease(JobLease acquired) {
        jobLease = acquired;
    }

    void clearLease() {
        jobLease = null;
    }

    /**
     * Ensures that no other pod takes over the job before the current transaction ends: a pod that tries waits for the
     * transaction. One statement. Does nothing outside of a job.
     *
     * @throws JobLeaseLost if another pod has taken over the job
     */
    public void requireLease() {
        JobLease lease = jobLease;
        if (lease == null) {
            return;
        }
        boolean held = !sql.query(
                        "SELECT name FROM jobs.lease WHERE name = :name AND fence = :fence FOR SHARE", NameRow.class)
                .setParameter("name", lease.name())
                .setParameter("fence", lease.fencingToken())
                .getResultList()
                .isEmpty();
        if (!held) {
            throw new JobLeaseLost(lease.name());
        }
    }

    /** Another pod has taken over the job, so the run on this pod ends. */
    public static final class JobLeaseLost extends RuntimeException {
        JobLeaseLost(String job) {
            super("Another pod has taken over the job " + job);
        }
    }
}
