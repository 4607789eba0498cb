package io.fondaco.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.FreePort;
import io.fondaco.TestDirectories;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;

/**
 * Measures how long a newcomer waits: {@code java -jar} without configuration, in an empty directory and again in the
 * same one, until the application is ready and until it returns a product of the demo shop. Processor time is that of
 * the whole machine, because Postgres runs in its own processes. {@code -Dbenchmark.other} names the {@code
 * quarkus-app} of another build, which is then started alternately with this one. {@code ./mvnw verify -Pbenchmark
 * -Dit.test=LaptopStartupBenchmark}
 */
class LaptopStartupBenchmark {
    private static final Logger LOG = Logger.getLogger(LaptopStartupBenchmark.class);
    private static final int ROUNDS = Integer.getInteger("benchmark.rounds", 5);
    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    private static final Path PROC_STAT = Path.of("/proc/stat");

    /** Seconds until ready, seconds until the demo shop is visible, and processor seconds until then. */
    private record LaptopStartupMeasurement(double ready, double shop, double cpu) {}

    @Test
    void firstAndSecondStartOfTheJar() throws Exception {
        Map<String, Path> builds = new LinkedHashMap<>();
        builds.put("this build", Path.of("target", "quarkus-app"));
        String other = System.getProperty("benchmark.other", "");
        if (!other.isEmpty()) {
            builds.put("other build", Path.of(other));
        }
        Map<String, List<LaptopStartupMeasurement>> starts = new LinkedHashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            for (Map.Entry<String, Path> build : builds.entrySet()) {
                Path data = TestDirectories.create();
                for (String run : List.of("first start", "second start")) {
                    starts.computeIfAbsent(run + ", " + build.getKey(), _ -> new ArrayList<>())
                            .add(start(build.getValue(), data));
                }
                TestDirectories.delete(data);
            }
        }
        StringBuilder table = new StringBuilder(
                "%n| %d rounds, median (least to most) | ready, s | demo shop, s | CPU, s |%n".formatted(ROUNDS));
        starts.forEach((name, measurements) -> table.append("| %s | %s | %s | %s |%n"
                .formatted(
                        name,
                        spread(measurements.stream().map(LaptopStartupMeasurement::ready)),
                        spread(measurements.stream().map(LaptopStartupMeasurement::shop)),
                        spread(measurements.stream().map(LaptopStartupMeasurement::cpu)))));
        LOG.info(table);
    }

    private static LaptopStartupMeasurement start(Path build, Path data) throws Exception {
        int port = FreePort.find();
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        build.resolve("quarkus-run.jar").toString())
                .redirectErrorStream(true)
                .redirectOutput(Path.of("target", "laptop-start.log").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("FONDACO_") || name.startsWith("QUARKUS_"));
        builder.environment().put("FONDACO_DATA_DIR", data.toString());
        builder.environment().put("QUARKUS_HTTP_PORT", Integer.toString(port));
        double cpu = cpuSeconds();
        long started = System.nanoTime();
        Process process = builder.start();
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI base = URI.create("http://127.0.0.1:" + port);
            awaitContent(process, http, base.resolve("/q/health/ready"), "UP");
            double ready = (System.nanoTime() - started) / 1e9;
            awaitContent(process, http, base.resolve("/store/v1/products?limit=1"), "\"sku\"");
            return new LaptopStartupMeasurement(ready, (System.nanoTime() - started) / 1e9, cpuSeconds() - cpu);
        } finally {
            process.destroy();
            assertThat(process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
    }

    private static void awaitContent(Process process, HttpClient http, URI uri, String content) throws Exception {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (true) {
            try {
                HttpResponse<String> response = http.send(
                        HttpRequest.newBuilder(uri)
                                .timeout(Duration.ofSeconds(10))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                if (response.statusCode() == 200 && response.body().contains(content)) {
                    return;
                }
            } catch (IOException e) {
                // Not listening yet.
            }
            assertThat(process.isAlive())
                    .as("alive; see target/laptop-start.log")
                    .isTrue();
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static double cpuSeconds() throws IOException {
        String[] cpu = Files.readAllLines(PROC_STAT).getFirst().trim().split("\\s+");
        return (Long.parseLong(cpu[1]) + Long.parseLong(cpu[2]) + Long.parseLong(cpu[3])) / 100.0;
    }

    private static String spread(Stream<Double> values) {
        List<Double> sorted = values.sorted().toList();
        return String.format(
                Locale.ROOT, "%.1f (%.1f to %.1f)", sorted.get(sorted.size() / 2), sorted.getFirst(), sorted.getLast());
    }
}
