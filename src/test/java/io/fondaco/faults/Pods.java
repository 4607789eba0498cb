package io.fondaco.faults;

import io.fondaco.platform.embedded.ReplicatedPostgres;
import io.fondaco.platform.embedded.ReplicatedPostgres.ClusterMember;
import io.fondaco.process.PackagedApp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/** Settings, metrics and helpers that all fault tests share. */
final class Pods {
    private static final Logger LOG = Logger.getLogger(Pods.class);

    private Pods() {}

    /** The settings of pods that use these database servers, with a small heap. */
    static Map<String, String> environment(ReplicatedPostgres database) {
        List<Integer> ports =
                database.members().stream().map(ClusterMember::port).toList();
        Map<String, String> environment = new TreeMap<>(database.credentialsEnvironment());
        environment.put("HEAP", "384m");
        environment.put("FONDACO_DATABASE_PRIMARY_URL", database.jdbcUrl(ports));
        environment.put("FONDACO_DATABASE_REPLICA_URLS", database.jdbcUrl(ports));
        environment.put("FONDACO_DATABASE_MIGRATE_AT_START", "true");
        environment.put("FONDACO_ACCESS_BOOTSTRAP_KEY", PackagedApp.ADMIN_KEY);
        environment.put("FONDACO_ACCESS_BOOTSTRAP_KEY_ALWAYS_ACCEPTED", "true");
        return environment;
    }

    /** {@link #environment} for pods that sell in GBP, with the test and the manual payment provider. */
    static Map<String, String> sellingEnvironment(ReplicatedPostgres database) {
        Map<String, String> environment = environment(database);
        environment.put("FONDACO_PAYMENT_TEST_ENABLED", "true");
        environment.put("FONDACO_PAYMENT_TEST_WEBHOOK_SECRET", "test-webhook-secret");
        environment.put("FONDACO_PAYMENT_MANUAL_ENABLED", "true");
        environment.put("FONDACO_CATALOG_DEFAULT_CURRENCY", "GBP");
        return environment;
    }

    /** The sum over all pods of the series with this name and label. */
    static double metric(List<PackagedApp> pods, String name, String label) {
        return pods.stream().mapToDouble(pod -> metric(pod, name, label)).sum();
    }

    static double metric(PackagedApp pod, String name, String label) {
        double sum = 0;
        for (String line : pod.get("/q/metrics").lines().toList()) {
            if (line.startsWith(name) && line.contains(label)) {
                sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
            }
        }
        return sum;
    }

    /** Heap bytes in use after a garbage collection. */
    static long liveHeap(PackagedApp pod) {
        try {
            Process collection = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                    .toString(),
                            Long.toString(pod.pid()),
                            "GC.run")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!collection.waitFor(30, TimeUnit.SECONDS) || collection.exitValue() != 0) {
                throw new IllegalStateException("Garbage collection failed in pod " + pod.pid());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return (long) metric(pod, "jvm_memory_used_bytes", "area=\"heap\"");
    }

    /** Closes all non-null resources in this order, also if one of them fails. */
    static void closeAll(Collection<? extends AutoCloseable> all) {
        for (AutoCloseable each : all) {
            try {
                if (each != null) {
                    each.close();
                }
            } catch (Exception e) {
                LOG.warn("Cannot close " + each, e);
            }
        }
    }

    /** Keeps a fault active for this time. The passing of time is the purpose; there is no condition to await. */
    static void sleep(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(Math.min(TimeUnit.MILLISECONDS.toNanos(20), Math.max(0, end - System.nanoTime())));
        }
    }
}
