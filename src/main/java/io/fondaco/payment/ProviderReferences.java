package io.fondaco.payment;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.transaction.Transactional;
import java.util.Optional;

/**
 * Binds each payment to one provider reference, once. Money is requested only under the bound reference, so no money
 * was taken under a reference that is not recorded. Each write commits in a transaction of its own.
 */
@ApplicationScoped
@ActivateRequestContext
@Transactional(Transactional.TxType.REQUIRES_NEW)
class ProviderReferences {
    private final PaymentRepository payments;
    private final PaymentStatements statements;

    ProviderReferences(PaymentRepository payments, PaymentStatements statements) {
        this.payments = payments;
        this.statements = statements;
    }

    /**
     * Binds the payment, unless it is bound already. One statement.
     *
     * @return the reference that the payment is bound to
     */
    String bind(PaymentId payment, String providerReference) {
        return statements.bindProviderReference(payment, providerReference);
    }

    Optional<String> find(PaymentId payment) {
        return payments.findProviderReference(payment);
    }
}
