package io.fondaco.payment;

import io.fondaco.platform.money.Money;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.List;

/**
 * Charges and refunds of the test provider. Each write commits in a transaction of its own before the provider answers,
 * as at an external provider.
 */
@ApplicationScoped
@ActivateRequestContext
@Transactional(Transactional.TxType.REQUIRES_NEW)
class TestChargeStore {
    private final EntityManager entities;

    TestChargeStore(EntityManager entities) {
        this.entities = entities;
    }

    /** Creates a charge, unless there is one under this reference. Returns the state of the stored charge. */
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

    /** Fails at the first call with a reference and captures at the second. */
    String createFlakyCharge(String reference, Money amount) {
        int known = entities.createNativeQuery("""
                        UPDATE payment.test_charge SET state = 'captured'
                         WHERE reference = :reference AND state = 'failed_once'
                        """)
                .setParameter("reference", reference)
                .executeUpdate();
        return known == 1 ? "captured" : insertCharge(reference, amount, "failed_once");
    }

    /** State of the charge under this reference; "" if there is none. */
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

    /**
     * Voids a charge. Without a charge it leaves a voided one, so that a concurrent charge is refused; a captured
     * charge stays captured.
     */
    String voidCharge(String reference, Money amount) {
        entities.createNativeQuery("""
                        UPDATE payment.test_charge SET state = 'voided'
                         WHERE reference = :reference AND state IN ('pending', 'failed_once')
                        """).setParameter("reference", reference).executeUpdate();
        return insertCharge(reference, amount, "voided");
    }

    /** Sets the state of a pending charge, as the webhook reports it. Returns the state of the stored charge. */
    String resolvePending(String reference, String state) {
        entities.createNativeQuery("""
                        UPDATE payment.test_charge SET state = :state WHERE reference = :reference AND state = 'pending'
                        """)
                .setParameter("state", state)
                .setParameter("reference", reference)
                .executeUpdate();
        return selectState(reference);
    }

    /** Creates a refund once. False if the charge does not have that much left. */
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
