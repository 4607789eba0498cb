package io.fondaco;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** HAProxy with the configuration of {@code helm/haproxy}, in its own process on a free port. */
public final class HaProxy implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/sbin/haproxy");
    private static final Path CONFIGURATION = Path.of("helm", "haproxy", "haproxy.cfg");
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(200);

    private final Process process;
    private final int port;

    private HaProxy(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    public static boolean isInstalled() {
        return Files.isExecutable(PROGRAM);
    }

    /**
     * Starts HAProxy and waits until it listens.
     *
     * @param directory directory of its log
     * @param pods addresses by their names in the configuration: {@code BUY_1}, {@code BROWSE_1}
     */
    public static HaProxy start(Path directory, Map<String, String> pods) {
        int port = FreePort.find();
        Path log = directory.resolve("haproxy.log");
        ProcessBuilder builder = new ProcessBuilder(PROGRAM.toString(), "-f", CONFIGURATION.toString(), "-db")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("BIND", "127.0.0.1:" + port);
        builder.environment().putAll(pods);
        try {
            HaProxy started = new HaProxy(builder.start(), port);
            started.awaitListening(log);
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitListening(Path log) {
        Awaitility.await().atMost(TIMEOUT).pollInterval(POLL_INTERVAL).until(() -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("HAProxy ended: " + Files.readString(log));
            }
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return true;
            } catch (IOException _) {
                return false;
            }
        });
    }

    public int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
