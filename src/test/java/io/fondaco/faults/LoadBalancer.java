package io.fondaco.faults;

import io.fondaco.FreePort;
import io.fondaco.process.PackagedApp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hands requests to pods in turn, knowing nothing of sessions: HAProxy where it is installed, else the next pod of the list.
 */
final class LoadBalancer implements AutoCloseable {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    private final List<URI> targets;
    private final Process haproxy;
    private final AtomicInteger next = new AtomicInteger();

    private LoadBalancer(List<URI> targets, Process haproxy) {
        this.targets = targets;
        this.haproxy = haproxy;
    }

    static LoadBalancer over(List<PackagedApp> pods, Path directory) {
        Path program = Path.of("/usr/sbin/haproxy");
        List<URI> bases = pods.stream().map(PackagedApp::base).toList();
        if (!Files.isExecutable(program)) {
            System.getLogger(LoadBalancer.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            "HAProxy is not installed: requests go to the pods in turn without it");
            return new LoadBalancer(bases, null);
        }
        try {
            int port = FreePort.find();
            Path configuration = directory.resolve("haproxy.cfg");
            Files.writeString(configuration, configuration(port, bases));
            Process process = new ProcessBuilder(program.toString(), "-f", configuration.toString(), "-db")
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("haproxy.log").toFile())
                    .start();
            return new LoadBalancer(List.of(URI.create("http://127.0.0.1:" + port)), process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String configuration(int port, List<URI> pods) {
        StringBuilder servers = new StringBuilder();
        for (int i = 0; i < pods.size(); i++) {
            servers.append(
                    "  server pod%d 127.0.0.1:%d\n".formatted(i, pods.get(i).getPort()));
        }
        return """
                defaults
                  mode http
                  timeout connect 2s
                  timeout client 60s
                  timeout server 60s
                  retries 0
                frontend shop
                  bind 127.0.0.1:%d
                  default_backend pods
                backend pods
                  balance roundrobin
                  http-reuse always
                %s""".formatted(port, servers);
    }

    /** Where the next request goes. */
    URI next() {
        return targets.get(Math.floorMod(next.getAndIncrement(), targets.size()));
    }

    @Override
    public void close() {
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
