package io.fondaco.testcost;

import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * Counts what starts inside the test JVM. The counters are system properties, because the application under test is
 * loaded by another class loader than the listener that reads them.
 */
public final class StartCounter {
    private static final String PREFIX = "fondaco.testcost.";

    private StartCounter() {}

    /** Records one start of a Kafka broker. */
    public static void recordKafkaStart() {
        increment("kafka");
    }

    static int kafka() {
        return Integer.getInteger(PREFIX + "kafka", 0);
    }

    static int applications() {
        return Integer.getInteger(PREFIX + "applications", 0);
    }

    private static void increment(String counter) {
        synchronized (System.class) {
            System.setProperty(PREFIX + counter, Integer.toString(Integer.getInteger(PREFIX + counter, 0) + 1));
        }
    }

    /** Is part of the application under test and counts how often it starts. */
    @ApplicationScoped
    static class ApplicationStart {
        void started(@Observes StartupEvent event) {
            increment("applications");
        }
    }
}
