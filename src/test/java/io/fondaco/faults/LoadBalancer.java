package io.fondaco.faults;

import io.fondaco.FreePort;
import io.fondaco.process.PackagedApp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/**
 * Hands requests to pods that say that they are ready, knowing nothing of sessions: HAProxy with the configuration that is
 * given to shops, where it is installed; else the next ready pod of the list.
 */
final class LoadBalancer implements AutoCloseable {
    private static final Path CONFIGURATION = Path.of("helm", "haproxy", "haproxy.cfg");
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
    private static final Duration CHECKED_EVERY = Duration.ofMillis(200);
    private static final Duration CHECK_LIMIT = Duration.ofMillis(500);

    private final List<URI> targets;
    private final Process haproxy;
    private final AtomicInteger next = new AtomicInteger();
    private final Set<URI> away = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closing = new CountDownLatch(1);

    private LoadBalancer(List<URI> targets, Process haproxy) {
        this.targets = targets;
        this.haproxy = haproxy;
    }

    /** Over pods that all play all parts; three at most. */
    static LoadBalancer over(List<PackagedApp> pods, Path directory) {
        return over(Map.of("BROWSE", pods, "BUY", pods, "ADMIN", pods.subList(0, 2)), directory);
    }

    /** @param parts by the name that the configuration has for them; without HAProxy those of BUY get everything */
    static LoadBalancer over(Map<String, List<PackagedApp>> parts, Path directory) {
        Path program = Path.of("/usr/sbin/haproxy");
        if (!Files.isExecutable(program)) {
            System.getLogger(LoadBalancer.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            "HAProxy is not installed: requests go to the ready pods in turn without it");
            LoadBalancer inTurn = new LoadBalancer(
                    parts.get("BUY").stream().map(PackagedApp::base).toList(), null);
            Thread.ofVirtual().name("balancer-checks").start(inTurn::check);
            return inTurn;
        }
        try {
            int port = FreePort.find();
            ProcessBuilder builder = new ProcessBuilder(program.toString(), "-f", CONFIGURATION.toString(), "-db")
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("haproxy.log").toFile());
            builder.environment().put("BIND", "127.0.0.1:" + port);
            parts.forEach((part, pods) -> {
                for (int i = 0; i < pods.size(); i++) {
                    builder.environment()
                            .put(
                                    "%s_%d".formatted(part, i + 1),
                                    "127.0.0.1:" + pods.get(i).base().getPort());
                }
            });
            Process process = builder.start();
            awaitListening(process, port, directory);
            return new LoadBalancer(List.of(URI.create("http://127.0.0.1:" + port)), process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitListening(Process process, int port, Path directory) {
        Awaitility.await().atMost(STOP_LIMIT).pollInterval(CHECKED_EVERY).until(() -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("HAProxy ended: " + Files.readString(directory.resolve("haproxy.log")));
            }
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return true;
            } catch (IOException _) {
                return false;
            }
        });
    }

    private void check() {
        try (HttpClient http =
                HttpClient.newBuilder().connectTimeout(CHECK_LIMIT).build()) {
            do {
                for (URI target : targets) {
                    if (isReady(http, target)) {
                        away.remove(target);
                    } else {
                        away.add(target);
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
            if (!away.contains(chosen)) {
                return chosen;
            }
        }
        return chosen;
    }

    /** Whether a GET that one pod did not answer is put to another. */
    boolean triesReadsAgain() {
        return haproxy != null;
    }

    @Override
    public void close() {
        closing.countDown();
        if (haproxy == null) {
            return;
        }
        haproxy.destroy();
        try {
            if (!haproxy.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                haproxy.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
