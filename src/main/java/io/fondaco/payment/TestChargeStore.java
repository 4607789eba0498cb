package io.fondaco.payment;

import io.fondaco.platform.money.Money;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.List;

/** The test provider's books. Each entry commits by itself, before the provider answers, as in a world of its own. */
@ApplicationScoped
@ActivateRequestContext
@Transactional(Transactional.TxType.REQUIRES_NEW)
class TestChargeStore {
    private final EntityManager entities;

    TestChargeStore(EntityManager entities) {
        this.entities = entities;
    }

    /** Enters a charge, unless there is one under this reference. Returns the state that stands. */
    String createCharge(String reference, Money amount, String state) {
        return insertCharge(reference, amount, state);
    }

    // Private, because a call of a public method would open a transaction of its own, also from within this class.
    private String insertCharge(String reference, Money amount, String state) {
        return (String) entities.createNativeQuery("""
                        INSERT INTO payment.test_charge AS c (reference, currency, amount, state)
                        VALUES (:reference, :currency, :amount, :state)
                        ON CONFLICT (reference) DO UPDATE SET state = c.state
                        RETURNING state
                        """)
                .setParameter("reference", reference)
                .setParameter("currency", amount.currency())
                .setParameter("amount", amount.amount())
                .setParameter("state", state)
                .getSingleResult();
    }

    /** Fails the first time a reference is seen and takes the money the second time. */
    String createFlakyCharge(String reference, Money amount) {
        int known = entities.createNativeQuery("""
                        UPDATE payment.test_charge SET state = 'captured'
                         WHERE reference = :reference AND state = 'failed_once'
                        """)
                .setParameter("reference", reference)
                .executeUpdate();
        return known == 1 ? "captured" : insertCharge(reference, amount, "failed_once");
    }

    /** What stands under this reference; "" when nothing does. */
    String findState(String reference) {
        return selectState(reference);
    }

    private String selectState(String reference) {
        List<?> states = entities.createNativeQuery(
                        "SELECT state FROM payment.test_charge WHERE reference = :reference")
                .setParameter("reference", reference)
                .getResultList();
        return states.isEmpty() ? "" : (String) states.getFirst();
    }

    /** Leaves a tombstone, so that a charge that is still under way is refused; what was captured stays so. */
    String voidCharge(String reference, Money amount) {
        entities.createNativeQuery("""
                        UPDATE payment.test_charge SET state = 'voided'
                         WHERE reference = :reference AND state IN ('pending', 'failed_once')
                        """).setParameter("reference", reference).executeUpdate();
        return insertCharge(reference, amount, "voided");
    }

    /** Decides a pending charge, as the webhook tells. Returns the state that stands. */
    String resolvePending(String reference, String state) {
        entities.createNativeQuery("""
                        UPDATE payment.test_charge SET state = :state WHERE reference = :reference AND state = 'pending'
                        """)
                .setParameter("state", state)
                .setParameter("reference", reference)
                .executeUpdate();
        return selectState(reference);
    }

    /** Enters a refund once. False when the charge has not that much left. */
    boolean createRefund(String chargeReference, String reference, Money amount) {
        entities.createNativeQuery("SELECT 1 FROM payment.test_charge WHERE reference = :charge FOR UPDATE")
                .setParameter("charge", chargeReference)
                .getResultList();
        entities.createNativeQuery("""
                        INSERT INTO payment.test_refund (reference, charge_reference, amount)
                        SELECT :reference, c.reference, :amount FROM payment.test_charge c
                         WHERE c.reference = :charge AND c.state = 'captured'
                           AND c.amount >= :amount + (SELECT coalesce(sum(r.amount), 0) FROM payment.test_refund r
                                                       WHERE r.charge_reference = c.reference)
                        ON CONFLICT (reference) DO NOTHING
                        """)
                .setParameter("reference", reference)
                .setParameter("charge", chargeReference)
                .setParameter("amount", amount.amount())
                .executeUpdate();
        return !entities.createNativeQuery("SELECT 1 FROM payment.test_refund WHERE reference = :reference")
                .setParameter("reference", reference)
                .getResultList()
                .isEmpty();
    }
}
