package io.fondaco.platform.jobs;

import jakarta.enterprise.context.RequestScoped;
import jakarta.persistence.EntityManager;
import org.jspecify.annotations.Nullable;

/** The lease of the job that is running, for its transactions to stand on. */
@RequestScoped
public class Fence {
    private final EntityManager entities;
    private @Nullable JobLease jobLease;

    Fence(EntityManager entities) {
        this.entities = entities;
    }

    void setLease(JobLease taken) {
        jobLease = taken;
    }

    void clearLease() {
        jobLease = null;
    }

    /**
     * Makes sure, until the transaction in hand ends, that no other pod has taken the job over: who wants to waits for the
     * transaction. One statement; nothing outside of a job.
     *
     * @throws JobLeaseLost if another has taken it over
     */
    public void requireLease() {
        JobLease mine = jobLease;
        if (mine == null) {
            return;
        }
        boolean held = !entities.createNativeQuery(
                        "SELECT 1 FROM jobs.lease WHERE name = :name AND fence = :fence FOR SHARE")
                .setParameter("name", mine.name())
                .setParameter("fence", mine.fencingToken())
                .getResultList()
                .isEmpty();
        if (!held) {
            throw new JobLeaseLost(mine.name());
        }
    }

    /** Another pod does the job now: this one's run ends. */
    public static final class JobLeaseLost extends RuntimeException {
        JobLeaseLost(String job) {
            super("Another pod has taken over " + job);
        }
    }
}
