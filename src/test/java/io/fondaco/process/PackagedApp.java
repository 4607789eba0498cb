package io.fondaco.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** The packaged application in its own process, for tests that use or kill it from outside. */
public final class PackagedApp implements AutoCloseable {
    public static final String ADMIN_KEY = "fk_the_administrator_of_packaged_apps";
    public static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");
    public static final Path AOT_CACHE = JAR.resolveSibling("fondaco.aot").toAbsolutePath();

    /** JIT tier. Most of these processes run for seconds, too short for the second compiler. */
    private static final String TIER = System.getProperty("packaged.tier", "1");

    private static final Path LOGS = Path.of("target", "process-logs");
    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    private static final long STOP_LIMIT_SECONDS = 60;

    private static final Set<String> STARTED_NAMES = ConcurrentHashMap.newKeySet();

    private final Process process;
    private final URI base;
    private final Path log;

    private PackagedApp(Process process, URI base, Path log) {
        this.process = process;
        this.base = base;
        this.log = log;
    }

    /** Starts without waiting. */
    public static PackagedApp launch(String name, Map<String, String> environment, String... arguments) {
        return launch(FreePort.find(), name, environment, arguments);
    }

    private static PackagedApp launch(int port, String name, Map<String, String> environment, String... arguments) {
        return launch(port, JAR, "-XX:AOTCache=" + AOT_CACHE, name, environment, arguments);
    }

    /**
     * Starts another build of the application, and waits until it is ready.
     *
     * @param directory its {@code quarkus-app}
     */
    public static PackagedApp startBuild(Path directory, String name, Map<String, String> environment) {
        PackagedApp app = launchBuild(directory, name, environment);
        app.awaitReady();
        return app;
    }

    /** As {@link #startBuild}, without waiting. */
    public static PackagedApp launchBuild(
            Path directory, String name, Map<String, String> environment, String... arguments) {
        return launch(
                FreePort.find(),
                directory.resolve(JAR.getFileName()),
                "-XX:+UseSerialGC",
                name,
                environment,
                arguments);
    }

    /** Starts with {@code java -jar} and no other option, as a newcomer does, and waits until it is ready. */
    static PackagedApp startWithoutOptions(String name, Map<String, String> environment) {
        PackagedApp app = launch(FreePort.find(), JAR, "", name, environment);
        app.awaitReady();
        return app;
    }

    private static PackagedApp launch(
            int port, Path jar, String option, String name, Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        if (!option.isEmpty()) {
            command.addAll(List.of(
                    option,
                    "-Xlog:aot=error,aot+codecache+stubs=error",
                    "-Xmx" + environment.getOrDefault("HEAP", "512m"),
                    "-XX:TieredStopAtLevel=" + environment.getOrDefault("TIER", TIER)));
        }
        command.addAll(List.of("-jar", jar.toAbsolutePath().toString()));
        command.addAll(List.of(arguments));
        try {
            Files.createDirectories(LOGS);
            Path log = LOGS.resolve(name + ".log");
            if (STARTED_NAMES.add(name)) {
                // Left from an earlier test run.
                Files.deleteIfExists(log);
            }
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().keySet().removeIf(key -> key.startsWith("FONDACO_") || key.startsWith("QUARKUS_"));
            builder.environment().put("FONDACO_ACCESS_BOOTSTRAP_KEY", ADMIN_KEY);
            // Tests create keys with keys:write and continue to use this one.
            builder.environment().put("FONDACO_ACCESS_BOOTSTRAP_KEY_ALWAYS_ACCEPTED", "true");
            builder.environment().putAll(new TreeMap<>(environment));
            builder.environment().put("QUARKUS_HTTP_PORT", Integer.toString(port));
            return new PackagedApp(builder.start(), URI.create("http://127.0.0.1:" + port), log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts and waits until it is ready. */
    public static PackagedApp start(String name, Map<String, String> environment) {
        PackagedApp app = launch(name, environment);
        app.awaitReady();
        return app;
    }

    /** Starts again on the same port, after the process has ended in any way. */
    public PackagedApp restart(String name, Map<String, String> environment) {
        PackagedApp app = relaunch(name, environment);
        app.awaitReady();
        return app;
    }

    /** As {@link #restart}, without waiting. */
    public PackagedApp relaunch(String name, Map<String, String> environment) {
        return launch(base.getPort(), name, environment);
    }

    public void awaitReady() {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest ready = HttpRequest.newBuilder(base.resolve("/q/health/ready"))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            Awaitility.await()
                    .atMost(START_LIMIT)
                    .pollInterval(Duration.ofMillis(200))
                    .ignoreExceptions()
                    .untilAsserted(() -> {
                        assertThat(process.isAlive()).as("alive; see " + log).isTrue();
                        assertThat(http.send(ready, HttpResponse.BodyHandlers.discarding())
                                        .statusCode())
                                .isEqualTo(200);
                    });
        }
    }

    /** Body of the response to a GET, with any status. */
    public String get(String path) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(base.resolve(path))
                                    .timeout(Duration.ofSeconds(5))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public URI base() {
        return base;
    }

    public Path log() {
        return log;
    }

    public long pid() {
        return process.pid();
    }

    /** Waits for the process to end by itself. */
    public int awaitExit(Duration limit) throws InterruptedException {
        assertThat(process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS))
                .as("has ended")
                .isTrue();
        return process.exitValue();
    }

    /** {@code kill -9} of the JVM only. */
    public void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** Freezes or resumes the process: {@code SIGSTOP}, {@code SIGCONT}. */
    public void freeze(boolean frozen) {
        try {
            new ProcessBuilder("kill", frozen ? "-STOP" : "-CONT", Long.toString(pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** SIGTERM, without waiting for the end. */
    void terminate() {
        process.destroy();
    }

    /** SIGTERM, as an orchestrator stops it. */
    @Override
    public void close() {
        terminate();
        awaitEnd();
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(STOP_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("Process %d did not stop; see %s".formatted(process.pid(), log));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
