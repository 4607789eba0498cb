package io.fondaco.platform.transactions;

import io.fondaco.platform.Causes;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * Counts transactions that failed because of others. Locks are taken in the same order everywhere, so
 * {@code fondaco_database_deadlocks_total} is expected to stay 0; an alert fires on it.
 */
@Startup
@ApplicationScoped
public class ContentionMetrics {
    private final Counter deadlocks;
    private final Counter serializationFailures;
    private final Counter retries;

    /**
     * Exceptions that were counted already, so that an outer layer does not count them again. Throwables are equal by
     * identity.
     */
    private final Set<Throwable> counted = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    ContentionMetrics(MeterRegistry registry) {
        deadlocks = Counter.builder("fondaco.database.deadlocks")
                .description("Transactions that the database ended to break a deadlock; expected to be 0")
                .register(registry);
        serializationFailures = Counter.builder("fondaco.database.serialization.failures")
                .description("Transactions that could not be serialized with others")
                .register(registry);
        retries = Counter.builder("fondaco.database.writes.retried")
                .description("Transactions that were retried after a deadlock or a serialization failure")
                .register(registry);
    }

    /**
     * Counts a failure, once.
     *
     * @return whether a new transaction may succeed: the failure is a deadlock or a serialization failure
     */
    public boolean recordFailure(Throwable failure) {
        String state = Causes.find(failure, SQLException.class)
                .map(SQLException::getSQLState)
                .orElse("");
        boolean deadlock = "40P01".equals(state);
        if (!deadlock && !"40001".equals(state)) {
            return false;
        }
        if (counted.add(failure)) {
            (deadlock ? deadlocks : serializationFailures).increment();
        }
        return true;
    }

    void recordRetry() {
        retries.increment();
    }
}
