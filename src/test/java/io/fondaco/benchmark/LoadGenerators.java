package io.fondaco.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.embedded.EmbeddedCluster;
import io.fondaco.process.PackagedApp;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs the load generators installed on the machine, with a time limit, and parses their output. */
final class LoadGenerators {
    private LoadGenerators() {}

    /** @param p99Millis the 99th percentile of the latency */
    record LoadResult(double perSecond, double p99Millis) {}

    /** Requests per second under overload: served and rejected ones. */
    record OverloadResult(double served, double rejected) {}

    static LoadResult wrk(PackagedApp app, String path, int clients, int seconds, String... headers) throws Exception {
        List<String> options = new ArrayList<>();
        for (String header : headers) {
            options.addAll(List.of("-H", header));
        }
        return wrk(app, path, clients, seconds, options, List.of());
    }

    /** @param script arguments of the wrk script, after its own path */
    static LoadResult wrk(
            PackagedApp app, String path, int clients, int seconds, List<String> options, List<String> script)
            throws Exception {
        String output = wrkOutput(app, path, 1, clients, seconds, options, script);
        assertThat(output).doesNotContain("Non-2xx");
        return new LoadResult(parseNumber(output, "Requests/sec:\\s+([0-9.]+)"), parseP99Millis(output));
    }

    /** The 99th percentile of the latency in the output of wrk. */
    static double parseP99Millis(String output) {
        Matcher p99 = Pattern.compile("99%\\s+([0-9.]+)(us|ms|s)").matcher(output);
        assertThat(p99.find()).as(output).isTrue();
        return Double.parseDouble(p99.group(1))
                * switch (p99.group(2)) {
                    case "us" -> 0.001;
                    case "ms" -> 1;
                    default -> 1_000;
                };
    }

    /** With so many clients that some requests are rejected. */
    static OverloadResult overload(PackagedApp app, String path, int clients, int seconds) throws Exception {
        String output = wrkOutput(app, path, 1, clients, seconds, List.of(), List.of());
        double total = parseNumber(output, "Requests/sec:\\s+([0-9.]+)");
        double rejected =
                output.contains("Non-2xx") ? parseNumber(output, "Non-2xx or 3xx responses: ([0-9]+)") / seconds : 0;
        return new OverloadResult(total - rejected, rejected);
    }

    /**
     * @param threads each has its share of the clients and its own state of the script
     * @param script arguments of the wrk script, after its own path
     */
    static String wrkOutput(
            PackagedApp app,
            String path,
            int threads,
            int clients,
            int seconds,
            List<String> options,
            List<String> script)
            throws Exception {
        List<String> command = new ArrayList<>(List.of("wrk", "-t" + threads, "-c" + clients, "-d" + seconds + "s"));
        command.addAll(List.of("--latency", app.base() + path));
        command.addAll(options);
        if (!script.isEmpty()) {
            command.add("--");
            command.addAll(script);
        }
        return run(Map.of(), Duration.ofSeconds(seconds + 30L), command);
    }

    /**
     * @param script file name in {@code src/test/benchmark}
     * @param variables variables of the script
     * @return transactions per second
     */
    static double pgbench(
            EmbeddedCluster cluster, String script, int clients, int seconds, Map<String, Integer> variables)
            throws Exception {
        List<String> options = new ArrayList<>(
                List.of("-n", "-c", Integer.toString(clients), "-j", "2", "-T", Integer.toString(seconds)));
        variables.forEach((name, value) -> options.addAll(List.of("-D", name + "=" + value)));
        options.addAll(List.of("-f", Path.of("src", "test", "benchmark", script).toString()));
        return parseNumber(pgbench(cluster, Duration.ofSeconds(seconds + 30L), options), "tps = ([0-9.]+)");
    }

    /** Runs pgbench on the database of the cluster. @return its output */
    static String pgbench(EmbeddedCluster cluster, Duration limit, List<String> options) throws Exception {
        Matcher url = Pattern.compile("//([^:]+):([0-9]+)/(\\w+)").matcher(cluster.primaryUrl());
        assertThat(url.find()).isTrue();
        List<String> command = new ArrayList<>(List.of("pgbench", "-h", url.group(1), "-p", url.group(2)));
        command.addAll(List.of("-U", cluster.username()));
        command.addAll(options);
        command.add(url.group(3));
        return run(Map.of("PGPASSWORD", cluster.password()), limit, command);
    }

    static double parseNumber(String output, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(output);
        assertThat(matcher.find()).as(output).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    static String run(Map<String, String> environment, Duration limit, List<String> command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            Thread guard = Thread.ofVirtual().start(() -> {
                try {
                    if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
                        process.destroyForcibly();
                    }
                } catch (InterruptedException _) {
                    process.destroyForcibly();
                }
            });
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            guard.join();
            assertThat(process.exitValue())
                    .as(command.getFirst() + ": " + output)
                    .isZero();
            return output;
        } finally {
            process.destroyForcibly();
        }
    }
}
