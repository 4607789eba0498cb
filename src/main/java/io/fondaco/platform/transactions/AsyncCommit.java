package io.fondaco.platform.transactions;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.TransactionSynchronizationRegistry;

/**
 * A commit that does not wait for the disk. For what is atomic but need not last by itself: a crash of the server may undo it as
 * a whole, unless something that was committed later, and waited, is there; then it is there too.
 *
 * <p>It can be seen before it has a place on the disk, and the primary's position, by which caches and clients are told how
 * new something is, counts only what has one. So who tells anybody of a transaction makes it wait after all.
 */
@ApplicationScoped
public class AsyncCommit {
    private final EntityManager entities;
    private final TransactionSynchronizationRegistry transactions;

    AsyncCommit(EntityManager entities, TransactionSynchronizationRegistry transactions) {
        this.entities = entities;
        this.transactions = transactions;
    }

    /** Of the transaction in hand. One statement; to come before any lock is taken. */
    public void enable() {
        entities.createNativeQuery("SELECT set_config('synchronous_commit', 'off', true)")
                .getSingleResult();
        transactions.putResource(AsyncCommit.class, true);
    }

    /** Takes it back, for somebody will be told of the transaction in hand. One statement if there is anything to take back. */
    public void disable() {
        if (Boolean.TRUE.equals(transactions.getResource(AsyncCommit.class))) {
            entities.createNativeQuery("SET LOCAL synchronous_commit TO DEFAULT")
                    .executeUpdate();
            transactions.putResource(AsyncCommit.class, false);
        }
    }
}
