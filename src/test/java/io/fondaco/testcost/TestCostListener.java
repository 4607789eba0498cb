package io.fondaco.testcost;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Writes what each test class costs to {@code target/test-costs/<build>/}, one line a file, and prints the slowest
 * classes and the totals of the build when a test JVM ends. The packaged tests run last, so at the end of
 * {@code ./mvnw verify} the table covers everything.
 *
 * <p>Classes that run in parallel see each other's processor time and starts; the totals count them once.
 */
public final class TestCostListener implements TestExecutionListener {
    private static final int SLOWEST = 20;
    private static final Path DIRECTORY =
            Path.of("target", "test-costs", System.getProperty("fondaco.testcost.build", "unknown"));

    private final Map<String, Cost> begun = new ConcurrentHashMap<>();
    private final ProcessWatch processes = new ProcessWatch();
    private final Cost jvmStart = Cost.now(processes);

    @Override
    public void executionStarted(TestIdentifier test) {
        if (isTopLevelClass(test)) {
            begun.put(test.getUniqueId(), Cost.now(processes));
        }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        Cost before = begun.remove(test.getUniqueId());
        if (before != null) {
            String name = ((ClassSource) test.getSource().orElseThrow()).getClassName();
            write(name, Cost.now(processes).minus(before));
        }
    }

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        write("JVM " + ProcessHandle.current().pid(), Cost.now(processes).minus(jvmStart));
        print();
    }

    private static boolean isTopLevelClass(TestIdentifier test) {
        return test.getSource().filter(ClassSource.class::isInstance).isPresent()
                && test.getUniqueIdObject().getSegments().size() == 2;
    }

    private static void write(String name, Cost cost) {
        try {
            Files.createDirectories(DIRECTORY);
            Files.writeString(DIRECTORY.resolve(name + ".csv"), cost.csv());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void print() {
        Map<String, Cost> classes = new TreeMap<>();
        Cost total = new Cost(0, 0, 0, 0, 0);
        for (Map.Entry<String, Cost> entry : readAll().entrySet()) {
            if (entry.getKey().startsWith("JVM ")) {
                total = total.plus(entry.getValue());
            } else {
                classes.put(entry.getKey(), entry.getValue());
            }
        }
        List<Map.Entry<String, Cost>> slowest = classes.entrySet().stream()
                .sorted(Comparator.comparingDouble(
                        (Map.Entry<String, Cost> entry) -> -entry.getValue().seconds()))
                .limit(SLOWEST)
                .toList();
        StringBuilder table = new StringBuilder(
                "\nTest costs: the slowest of %d classes (all in %s)%n".formatted(classes.size(), DIRECTORY));
        table.append(row("class", "seconds", "CPU s", "app starts", "Postgres", "Kafka"));
        slowest.forEach(entry ->
                table.append(row(entry.getKey().substring(entry.getKey().lastIndexOf('.') + 1), entry.getValue())));
        table.append(row("total of the test JVMs", total));
        System.out.println(table);
    }

    private static Map<String, Cost> readAll() {
        Map<String, Cost> costs = new TreeMap<>();
        try (var files = Files.list(DIRECTORY)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                costs.put(name.substring(0, name.length() - ".csv".length()), Cost.parse(Files.readString(file)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return costs;
    }

    private static String row(String name, Cost cost) {
        return row(
                name,
                String.format(Locale.ROOT, "%.0f", cost.seconds()),
                String.format(Locale.ROOT, "%.0f", cost.cpuSeconds()),
                Integer.toString(cost.applications()),
                Integer.toString(cost.postgres()),
                Integer.toString(cost.kafka()));
    }

    private static String row(String name, String... columns) {
        StringBuilder row = new StringBuilder(String.format("  %-34s", name));
        for (String column : columns) {
            row.append(String.format("%11s", column));
        }
        return row.append(System.lineSeparator()).toString();
    }
}
