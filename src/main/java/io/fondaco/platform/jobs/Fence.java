package io.fondaco.platform.jobs;

import jakarta.enterprise.context.RequestScoped;
import jakarta.persistence.EntityManager;
import org.jspecify.annotations.Nullable;

/** The lease of the running job, which its transactions can require. */
@RequestScoped
public class Fence {
    private final EntityManager entities;
    private @Nullable JobLease jobLease;

    Fence(EntityManager entities) {
        this.entities = entities;
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
        boolean held = !entities.createNativeQuery(
                        "SELECT 1 FROM jobs.lease WHERE name = :name AND fence = :fence FOR SHARE")
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
