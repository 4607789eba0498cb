package io.fondaco.model;

import io.fondaco.platform.embedded.ReplicatedPostgres.ClusterMember;
import java.util.UUID;

/**
 * Pauses the test provider by a trigger: the insert of a charge waits while its cart is in {@code model.held}. A test
 * can so keep a checkout attempt between its two transactions, for 30 s at most.
 */
final class PausableTestProvider {
    private final ClusterMember database;

    private PausableTestProvider(ClusterMember database) {
        this.database = database;
    }

    static PausableTestProvider install(ClusterMember database) {
        database.execute("""
                CREATE SCHEMA model;
                CREATE TABLE model.held (cart uuid PRIMARY KEY);
                CREATE FUNCTION model.wait() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
                BEGIN
                    WHILE EXISTS (SELECT FROM model.held h
                                    JOIN checkout.attempt c ON c.cart_id = h.cart AND c.state <> 'failed'
                                    JOIN payment.payment p ON p.id = c.payment_id
                                   WHERE p.reference = NEW.reference) LOOP
                        PERFORM pg_sleep(0.01);
                    END LOOP;
                    RETURN NEW;
                END $$;
                CREATE TRIGGER held BEFORE INSERT ON payment.test_charge FOR EACH ROW EXECUTE FUNCTION model.wait();
                """);
        return new PausableTestProvider(database);
    }

    void pause(UUID cart) {
        database.execute("INSERT INTO model.held VALUES ('%s')".formatted(cart));
    }

    void resume(UUID cart) {
        database.execute("DELETE FROM model.held WHERE cart = '%s'".formatted(cart));
    }
}
