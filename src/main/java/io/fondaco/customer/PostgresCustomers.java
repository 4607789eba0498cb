package io.fondaco.customer;

import io.fondaco.platform.postal.EmailAddress;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.UUID;

@ApplicationScoped
class PostgresCustomers implements Customers {
    private final EntityManager entities;

    PostgresCustomers(EntityManager entities) {
        this.entities = entities;
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Customer findOrCreateGuest(String email) {
        String normalizedEmail = EmailAddress.toComparisonKey(email);
        UUID id = (UUID) entities.createNativeQuery("""
                        INSERT INTO customer.customer (id, email) VALUES (:id, :email)
                        ON CONFLICT (email) DO UPDATE SET last_order_at = now()
                        RETURNING id
                        """)
                .setParameter("id", CustomerId.random().value())
                .setParameter("email", normalizedEmail)
                .getSingleResult();
        return new Customer(new CustomerId(id), normalizedEmail);
    }
}
