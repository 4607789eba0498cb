package io.fondaco.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.FreePort;
import io.fondaco.platform.embedded.ReplicatedPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures how soon the packaged application is ready and how much memory it then uses, with and without the AOT cache,
 * alternating: on the Java runtime that the Dockerfile builds, with a cache trained as in the Dockerfile, and with a
 * migrated database. It reports, and asserts only that the cache is used. {@code ./mvnw verify -Pbenchmark
 * -Dit.test=StartupBenchmark}
 */
class StartupBenchmark {
    private static final Logger LOG = Logger.getLogger(StartupBenchmark.class);
    private static final int ROUNDS = Integer.getInteger("benchmark.rounds", 10);
    private static final Path IMAGE_DIRECTORY = Path.of("target", "image").toAbsolutePath();
    private static final Path JAVA = IMAGE_DIRECTORY.resolve("java");
    private static final Path CACHE = IMAGE_DIRECTORY.resolve("fondaco.aot");
    private static final Path JAR = IMAGE_DIRECTORY.resolve("app").resolve("quarkus-run.jar");
    private static final FileTime FIXED_TIMESTAMP = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));
    private static final long STEP_MINUTES = 30;
    private static final long START_MINUTES = 10;
    private static final int WARM_UP_REQUESTS = 200;

    /** The memory of a pod in the Helm chart. */
    private static final String MEMORY = "-XX:MaxRAM=1g";

    private static final Pattern WORD = Pattern.compile("(?:[^\\s\"]|\"[^\"]*\")+");

    @TempDir
    private Path data;

    /**
     * One start. Memory in MiB after some requests: the private part, and the resident set including file-backed pages.
     */
    private record StartupMeasurement(double seconds, double cpuSeconds, double own, double resident) {}

    @Test
    void startupWithAotCacheComparedWithoutAotCache() throws Exception {
        build();
        try (ReplicatedPostgres database = ReplicatedPostgres.start(data, 0)) {
            Map<String, String> environment = new LinkedHashMap<>(database.credentialsEnvironment());
            environment.put(
                    "FONDACO_DATABASE_PRIMARY_URL",
                    database.jdbcUrl(List.of(database.primary().port())));
            environment.put("FONDACO_DATABASE_EMBEDDED", "false");
            run(process(environment, javaCommand(List.of("-XX:AOTMode=on", "-XX:AOTCache=" + CACHE), "migrate")));
            List<StartupMeasurement> with = new ArrayList<>();
            List<StartupMeasurement> without = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                with.add(start(environment, List.of("-XX:AOTMode=on", "-XX:AOTCache=" + CACHE)));
                without.add(start(environment, List.of("-XX:AOTMode=off")));
            }
            LOG.info("%n%d starts each, median (least to most)%n%s%s%s%s"
                    .formatted(
                            ROUNDS,
                            row("start to ready, s", without, with, StartupMeasurement::seconds),
                            row("CPU time until ready, s", without, with, StartupMeasurement::cpuSeconds),
                            row("private memory, MiB", without, with, StartupMeasurement::own),
                            row("resident memory, MiB", without, with, StartupMeasurement::resident)));
        }
    }

    private static String row(
            String name,
            List<StartupMeasurement> without,
            List<StartupMeasurement> with,
            ToDoubleFunction<StartupMeasurement> value) {
        return "| %s | %s | %s | %.2f |%n"
                .formatted(
                        name,
                        spread(without, value),
                        spread(with, value),
                        median(with, value) / median(without, value));
    }

    private static String spread(List<StartupMeasurement> starts, ToDoubleFunction<StartupMeasurement> value) {
        return "%.1f (%.1f to %.1f)"
                .formatted(
                        median(starts, value),
                        starts.stream().mapToDouble(value).min().orElseThrow(),
                        starts.stream().mapToDouble(value).max().orElseThrow());
    }

    private static double median(List<StartupMeasurement> starts, ToDoubleFunction<StartupMeasurement> value) {
        double[] sorted = starts.stream().mapToDouble(value).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    private StartupMeasurement start(Map<String, String> environment, List<String> options) throws Exception {
        int port = FreePort.find();
        ProcessBuilder builder = process(environment, javaCommand(options));
        builder.environment().put("QUARKUS_HTTP_PORT", Integer.toString(port));
        long started = System.nanoTime();
        Process process = builder.start();
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI base = URI.create("http://127.0.0.1:" + port);
            while (status(http, base.resolve("/q/health/ready")) != 200) {
                assertThat(process.isAlive()).as("alive").isTrue();
                assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofMinutes(START_MINUTES));
                TimeUnit.MILLISECONDS.sleep(10);
            }
            double seconds = (System.nanoTime() - started) / 1e9;
            double cpu = process.info().totalCpuDuration().orElseThrow().toMillis() / 1e3;
            for (int request = 0; request < WARM_UP_REQUESTS; request++) {
                assertThat(status(http, base.resolve("/store/v1/products?limit=20")))
                        .isEqualTo(200);
            }
            String memory = Files.readString(Path.of("/proc", Long.toString(process.pid()), "status"));
            return new StartupMeasurement(seconds, cpu, mebibytes(memory, "RssAnon"), mebibytes(memory, "VmRSS"));
        } finally {
            process.destroy();
            assertThat(process.waitFor(START_MINUTES, TimeUnit.MINUTES)).isTrue();
        }
    }

    private static int status(HttpClient http, URI uri) throws InterruptedException {
        try {
            return http.send(
                            HttpRequest.newBuilder(uri)
                                    .timeout(Duration.ofSeconds(30))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException _) {
            return 0;
        }
    }

    private static double mebibytes(String status, String name) {
        Matcher line = Pattern.compile(name + ":\\s+(\\d+) kB").matcher(status);
        assertThat(line.find()).as(name).isTrue();
        return Double.parseDouble(line.group(1)) / 1024;
    }

    private static List<String> javaCommand(List<String> options, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(JAVA.resolve("bin").resolve("java").toString(), MEMORY));
        command.addAll(options);
        command.addAll(List.of("-jar", JAR.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /**
     * Does what the Dockerfile's build stage does after packaging; takes the jlink command from the Dockerfile itself.
     */
    private static void build() throws Exception {
        deleteAll(IMAGE_DIRECTORY);
        Files.createDirectories(IMAGE_DIRECTORY);
        List<String> link = jlinkCommand();
        link.set(0, Path.of(System.getProperty("java.home"), "bin", "jlink").toString());
        link.set(link.indexOf("--output") + 1, JAVA.toString());
        run(process(Map.of(), link));
        Path packaged = Path.of("target", "quarkus-app");
        try (Stream<Path> files = Files.walk(packaged)) {
            for (Path file : files.toList()) {
                Path copy = IMAGE_DIRECTORY
                        .resolve("app")
                        .resolve(packaged.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
                    Files.setLastModifiedTime(copy, FIXED_TIMESTAMP);
                }
            }
        }
        List<String> train = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                Path.of("src", "main", "docker", "TrainAotCache.java").toString(),
                CACHE.toString(),
                IMAGE_DIRECTORY.resolve("training").toString()));
        train.addAll(List.of(JAVA.resolve("bin").resolve("java").toString(), "-jar", JAR.toString()));
        run(process(Map.of(), train));
    }

    private static List<String> jlinkCommand() throws IOException {
        String file = Files.readString(Path.of("Dockerfile")).replaceAll("\\\\\\R", " ");
        String run = file.lines()
                .filter(line -> line.startsWith("RUN jlink "))
                .findFirst()
                .orElseThrow()
                .substring("RUN ".length());
        return new ArrayList<>(WORD.matcher(run)
                .results()
                .map(word -> word.group().replace("\"", ""))
                .toList());
    }

    private static ProcessBuilder process(Map<String, String> environment, List<String> command) throws IOException {
        Path log = IMAGE_DIRECTORY.resolve("log.txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("FONDACO_") || name.startsWith("QUARKUS_"));
        builder.environment().putAll(environment);
        return builder;
    }

    private static void run(ProcessBuilder builder) throws Exception {
        Process process = builder.start();
        assertThat(process.waitFor(STEP_MINUTES, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue())
                .as("%s; see %s", builder.command(), IMAGE_DIRECTORY.resolve("log.txt"))
                .isZero();
    }

    private static void deleteAll(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file :
                        files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
