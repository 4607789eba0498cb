package io.fondaco.platform.transactions;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;

/**
 * A commit that does not wait for the disk. For what is atomic but need not last by itself: a crash of the server may undo it as
 * a whole, unless something that was committed later, and waited, is there; then it is there too.
 */
@ApplicationScoped
public class Unhurried {
    private final EntityManager entities;

    Unhurried(EntityManager entities) {
        this.entities = entities;
    }

    /** Of the transaction in hand. One statement; to come before any lock is taken. */
    public void commit() {
        entities.createNativeQuery("SELECT set_config('synchronous_commit', 'off', true)", String.class)
                .getSingleResult();
    }
}
