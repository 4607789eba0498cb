package io.fondaco.payment;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Optional;

/**
 * Binds each payment to one provider reference, once. Money is requested only under the bound reference, so no money
 * was taken under a reference that is not recorded. Each write commits in a transaction of its own.
 */
@ApplicationScoped
@ActivateRequestContext
@Transactional(Transactional.TxType.REQUIRES_NEW)
class ProviderReferences {
    private final EntityManager entities;

    ProviderReferences(EntityManager entities) {
        this.entities = entities;
    }

    /**
     * Binds the payment, unless it is bound already. One statement.
     *
     * @return the reference that the payment is bound to
     */
    String bind(PaymentId payment, String providerReference) {
        return (String) entities.createNativeQuery("""
                        UPDATE payment.payment SET provider_reference = coalesce(provider_reference, :reference)
                         WHERE id = :id RETURNING provider_reference
                        """)
                .setParameter("reference", providerReference)
                .setParameter("id", payment.value())
                .getSingleResult();
    }

    Optional<String> find(PaymentId payment) {
        List<?> references = entities.createNativeQuery(
                        "SELECT provider_reference FROM payment.payment WHERE id = :id AND provider_reference IS NOT NULL")
                .setParameter("id", payment.value())
                .getResultList();
        return references.stream().map(String.class::cast).findFirst();
    }
}
