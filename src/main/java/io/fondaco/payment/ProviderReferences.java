package io.fondaco.payment;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Optional;

/**
 * Which of a provider's own objects a payment is. A payment is bound to one, once, and money is asked for only under the one
 * that is bound: whatever we have no note of, no money was taken by. Each note commits by itself.
 */
@ApplicationScoped
@ActivateRequestContext
@Transactional(Transactional.TxType.REQUIRES_NEW)
class ProviderReferences {
    private final EntityManager entities;

    ProviderReferences(EntityManager entities) {
        this.entities = entities;
    }

    /** Binds the payment, unless it is bound already. One statement. Returns the reference that stands. */
    String bind(PaymentId payment, String providerReference) {
        return (String) entities.createNativeQuery("""
                        UPDATE payment.payment SET provider_reference = coalesce(provider_reference, :theirs)
                         WHERE id = :id RETURNING provider_reference
                        """)
                .setParameter("theirs", providerReference)
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
