package io.fondaco.customer;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.Locale;
import java.util.UUID;

@ApplicationScoped
class PostgresCustomers implements Customers {
    private final EntityManager entities;

    PostgresCustomers(EntityManager entities) {
        this.entities = entities;
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Customer guest(String email) {
        String known = email.toLowerCase(Locale.ROOT);
        UUID id = (UUID) entities.createNativeQuery("""
                        INSERT INTO customer.customer (id, email) VALUES (:id, lower(:email))
                        ON CONFLICT (email) DO UPDATE SET last_order_at = now()
                        RETURNING id
                        """)
                .setParameter("id", CustomerId.random().value())
                .setParameter("email", known)
                .getSingleResult();
        return new Customer(new CustomerId(id), known);
    }
}
