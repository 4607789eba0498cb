package io.fondaco.customer;

import io.fondaco.platform.postal.EmailAddress;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;

@ApplicationScoped
class PostgresCustomers implements Customers {
    private final CustomerStatements statements;

    PostgresCustomers(CustomerStatements statements) {
        this.statements = statements;
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Customer findOrCreateGuest(String email) {
        String normalizedEmail = EmailAddress.toComparisonKey(email);
        return new Customer(statements.upsertGuest(CustomerId.random(), normalizedEmail), normalizedEmail);
    }
}
