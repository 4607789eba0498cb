package io.fondaco.platform.jobs;

import jakarta.enterprise.context.RequestScoped;
import jakarta.persistence.EntityManager;
import org.jspecify.annotations.Nullable;

/** The lease of the job that is running, for its transactions to stand on. */
@RequestScoped
public class Fence {
    private final EntityManager entities;
    private @Nullable Lease lease;

    Fence(EntityManager entities) {
        this.entities = entities;
    }

    void enter(Lease taken) {
        lease = taken;
    }

    void leave() {
        lease = null;
    }

    /**
     * Makes sure, until the transaction in hand ends, that no other pod has taken the job over: who wants to waits for the
     * transaction. One statement; nothing outside of a job.
     *
     * @throws LeaseLost if another has taken it over
     */
    public void hold() {
        Lease mine = lease;
        if (mine == null) {
            return;
        }
        boolean held = !entities.createNativeQuery(
                        "SELECT 1 FROM jobs.lease WHERE name = :name AND fence = :fence FOR SHARE")
                .setParameter("name", mine.name())
                .setParameter("fence", mine.fence())
                .getResultList()
                .isEmpty();
        if (!held) {
            throw new LeaseLost(mine.name());
        }
    }

    /** Another pod does the job now: this one's run ends. */
    public static final class LeaseLost extends RuntimeException {
        LeaseLost(String job) {
            super("Another pod has taken over " + job);
        }
    }
}
