package io.fondaco.payment;

import io.fondaco.platform.money.Money;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.LockModeType;
import jakarta.persistence.Table;
import jakarta.transaction.Transactional;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;

/**
 * Charges and refunds of the test provider. Each write commits in a transaction of its own before the provider answers,
 * as at an external provider.
 */
@ApplicationScoped
@ActivateRequestContext
@Transactional(Transactional.TxType.REQUIRES_NEW)
class TestChargeStore {
    private final Session session;
    private final PaymentStatements statements;

    TestChargeStore(Session session, PaymentStatements statements) {
        this.session = session;
        this.statements = statements;
    }

    /** A charge, by our reference. */
    @Entity(name = "TestCharge")
    @Table(schema = "payment", name = "test_charge")
    static class TestCharge {
        @Id
        String reference;

        long amount;

        String state;
    }

    /** A refund, by our reference. */
    @Entity(name = "TestRefund")
    @Table(schema = "payment", name = "test_refund")
    static class TestRefund {
        @Id
        String reference;

        @Column(name = "charge_reference")
        String chargeReference;

        long amount;
    }

    /** Creates a charge, unless there is one under this reference. Returns the state of the stored charge. */
    String createCharge(String reference, Money amount, String state) {
        return statements.insertTestCharge(reference, amount, state);
    }

    /** Fails at the first call with a reference and captures at the second. */
    String createFlakyCharge(String reference, Money amount) {
        int known = session.createMutationQuery("""
                        update TestCharge set state = 'captured' where reference = :reference and state = 'failed_once'
                        """)
                .setParameter("reference", reference)
                .executeUpdate();
        return known == 1 ? "captured" : statements.insertTestCharge(reference, amount, "failed_once");
    }

    /** State of the charge under this reference; "" if there is none. */
    String findState(String reference) {
        return selectState(reference);
    }

    // Private, because a call of a public method would open a transaction of its own, also from within this class.
    private String selectState(String reference) {
        return session.createSelectionQuery("select state from TestCharge where reference = :reference", String.class)
                .setParameter("reference", reference)
                .uniqueResultOptional()
                .orElse("");
    }

    /**
     * Voids a charge. Without a charge it leaves a voided one, so that a concurrent charge is refused; a captured
     * charge stays captured.
     */
    String voidCharge(String reference, Money amount) {
        session.createMutationQuery("""
                        update TestCharge set state = 'voided'
                         where reference = :reference and state in ('pending', 'failed_once')
                        """).setParameter("reference", reference).executeUpdate();
        return statements.insertTestCharge(reference, amount, "voided");
    }

    /** Sets the state of a pending charge, as the webhook reports it. Returns the state of the stored charge. */
    String resolvePending(String reference, String state) {
        session.createMutationQuery(
                        "update TestCharge set state = :state where reference = :reference and state = 'pending'")
                .setParameter("state", state)
                .setParameter("reference", reference)
                .executeUpdate();
        return selectState(reference);
    }

    /** Creates a refund once. False if the charge does not have that much left. */
    boolean createRefund(String chargeReference, String reference, Money amount) {
        // The lock of the charge makes its refunds wait for each other.
        TestCharge charge = session.find(TestCharge.class, chargeReference, LockModeType.PESSIMISTIC_WRITE);
        if (session.find(TestRefund.class, reference) != null) {
            return true;
        }
        if (!isRefundable(charge, amount)) {
            return false;
        }
        TestRefund refund = new TestRefund();
        refund.reference = reference;
        refund.chargeReference = chargeReference;
        refund.amount = amount.amount();
        session.persist(refund);
        session.flush();
        return true;
    }

    private boolean isRefundable(@Nullable TestCharge charge, Money amount) {
        if (charge == null || !charge.state.equals("captured")) {
            return false;
        }
        long refunded = session.createSelectionQuery(
                        "select coalesce(sum(amount), 0L) from TestRefund where chargeReference = :charge", Long.class)
                .setParameter("charge", charge.reference)
                .getSingleResult();
        return amount.amount() <= charge.amount - refunded;
    }
}
