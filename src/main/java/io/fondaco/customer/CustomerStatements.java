package io.fondaco.customer;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;
import org.hibernate.Session;

/** The native SQL of customers. Every checkout runs it, and no other code reads the table. */
@ApplicationScoped
class CustomerStatements {
    private static final String UPSERT_GUEST = """
            INSERT INTO customer.customer (id, email) VALUES (:id, :email)
            ON CONFLICT (email) DO UPDATE SET last_order_at = now()
            RETURNING id
            """;

    private final Session session;

    CustomerStatements(Session session) {
        this.session = session;
    }

    private record IdRow(UUID id) {}

    /** Returns the id of the customer with this e-mail address: the given id if there was none. */
    CustomerId upsertGuest(CustomerId newId, String email) {
        IdRow row = session.createNativeQuery(UPSERT_GUEST, IdRow.class)
                .setParameter("id", newId.value())
                .setParameter("email", email)
                .getSingleResult();
        return new CustomerId(row.id());
    }
}
