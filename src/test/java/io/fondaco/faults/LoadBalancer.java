package io.fondaco.faults;

import io.fondaco.HaProxy;
import io.fondaco.process.PackagedApp;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to ready pods, without session affinity: through HAProxy with the configuration of helm/haproxy if
 * HAProxy is installed, else round robin over the ready pods.
 */
final class LoadBalancer implements AutoCloseable {
    private static final Duration CHECK_INTERVAL = Duration.ofMillis(200);
    private static final Duration CHECK_TIMEOUT = Duration.ofMillis(500);

    private final List<URI> targets;
    private final @Nullable HaProxy haproxy;
    private final AtomicInteger next = new AtomicInteger();
    private final Set<URI> notReady = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closing = new CountDownLatch(1);

    private LoadBalancer(List<URI> targets, @Nullable HaProxy haproxy) {
        this.targets = targets;
        this.haproxy = haproxy;
    }

    /** @param pods three at most, each with all roles */
    static LoadBalancer over(List<PackagedApp> pods, Path directory) {
        return over(Map.of("BROWSE", pods, "BUY", pods, "ADMIN", pods.subList(0, 2)), directory);
    }

    /**
     * @param podsByRole by the role's name in the HAProxy configuration; without HAProxy the pods of BUY get all
     *     requests
     */
    static LoadBalancer over(Map<String, List<PackagedApp>> podsByRole, Path directory) {
        if (!HaProxy.isInstalled()) {
            System.getLogger(LoadBalancer.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            "HAProxy is not installed: requests go round robin to the ready pods");
            LoadBalancer roundRobin = new LoadBalancer(
                    podsByRole.get("BUY").stream().map(PackagedApp::base).toList(), null);
            Thread.ofVirtual().name("balancer-checks").start(roundRobin::runHealthChecks);
            return roundRobin;
        }
        Map<String, String> addresses = new TreeMap<>();
        podsByRole.forEach((role, pods) -> {
            for (int i = 0; i < pods.size(); i++) {
                addresses.put(
                        "%s_%d".formatted(role, i + 1),
                        "127.0.0.1:" + pods.get(i).base().getPort());
            }
        });
        HaProxy haproxy = HaProxy.start(directory, addresses);
        return new LoadBalancer(List.of(URI.create("http://127.0.0.1:" + haproxy.port())), haproxy);
    }

    private void runHealthChecks() {
        try (HttpClient http =
                HttpClient.newBuilder().connectTimeout(CHECK_TIMEOUT).build()) {
            do {
                for (URI target : targets) {
                    if (isReady(http, target)) {
                        notReady.remove(target);
                    } else {
                        notReady.add(target);
                    }
                }
            } while (!closing.await(CHECK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isReady(HttpClient http, URI target) throws InterruptedException {
        try {
            return http.send(
                                    HttpRequest.newBuilder(target.resolve("/q/health/ready"))
                                            .timeout(CHECK_TIMEOUT)
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException _) {
            return false;
        }
    }

    /** The target of the next request. */
    URI next() {
        URI chosen = targets.getFirst();
        for (int attempt = 0; attempt < targets.size(); attempt++) {
            chosen = targets.get(Math.floorMod(next.getAndIncrement(), targets.size()));
            if (!notReady.contains(chosen)) {
                return chosen;
            }
        }
        return chosen;
    }

    /** True if a GET that one pod does not answer is sent to another pod. */
    boolean retriesReads() {
        return haproxy != null;
    }

    @Override
    public void close() {
        closing.countDown();
        if (haproxy != null) {
            haproxy.close();
        }
    }
}
