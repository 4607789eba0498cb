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
 * Hands requests to pods that say that they are ready, knowing nothing of sessions: HAProxy with the configuration that is
 * given to shops, where it is installed; else the next ready pod of the list.
 */
final class LoadBalancer implements AutoCloseable {
    private static final Duration CHECKED_EVERY = Duration.ofMillis(200);
    private static final Duration CHECK_LIMIT = Duration.ofMillis(500);

    private final List<URI> targets;
    private final @Nullable HaProxy haproxy;
    private final AtomicInteger next = new AtomicInteger();
    private final Set<URI> notReady = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closing = new CountDownLatch(1);

    private LoadBalancer(List<URI> targets, @Nullable HaProxy haproxy) {
        this.targets = targets;
        this.haproxy = haproxy;
    }

    /** Over pods that all play all parts; three at most. */
    static LoadBalancer over(List<PackagedApp> pods, Path directory) {
        return over(Map.of("BROWSE", pods, "BUY", pods, "ADMIN", pods.subList(0, 2)), directory);
    }

    /** @param parts by the name that the configuration has for them; without HAProxy those of BUY get everything */
    static LoadBalancer over(Map<String, List<PackagedApp>> parts, Path directory) {
        if (!HaProxy.isInstalled()) {
            System.getLogger(LoadBalancer.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            "HAProxy is not installed: requests go to the ready pods in turn without it");
            LoadBalancer inTurn = new LoadBalancer(
                    parts.get("BUY").stream().map(PackagedApp::base).toList(), null);
            Thread.ofVirtual().name("balancer-checks").start(inTurn::runHealthChecks);
            return inTurn;
        }
        Map<String, String> addresses = new TreeMap<>();
        parts.forEach((part, pods) -> {
            for (int i = 0; i < pods.size(); i++) {
                addresses.put(
                        "%s_%d".formatted(part, i + 1),
                        "127.0.0.1:" + pods.get(i).base().getPort());
            }
        });
        HaProxy haproxy = HaProxy.start(directory, addresses);
        return new LoadBalancer(List.of(URI.create("http://127.0.0.1:" + haproxy.port())), haproxy);
    }

    private void runHealthChecks() {
        try (HttpClient http =
                HttpClient.newBuilder().connectTimeout(CHECK_LIMIT).build()) {
            do {
                for (URI target : targets) {
                    if (isReady(http, target)) {
                        notReady.remove(target);
                    } else {
                        notReady.add(target);
                    }
                }
            } while (!closing.await(CHECKED_EVERY.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isReady(HttpClient http, URI target) throws InterruptedException {
        try {
            return http.send(
                                    HttpRequest.newBuilder(target.resolve("/q/health/ready"))
                                            .timeout(CHECK_LIMIT)
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException _) {
            return false;
        }
    }

    /** Where the next request goes. */
    URI next() {
        URI chosen = targets.getFirst();
        for (int tries = 0; tries < targets.size(); tries++) {
            chosen = targets.get(Math.floorMod(next.getAndIncrement(), targets.size()));
            if (!notReady.contains(chosen)) {
                return chosen;
            }
        }
        return chosen;
    }

    /** Whether a GET that one pod did not answer is put to another. */
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
