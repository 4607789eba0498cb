package io.fondaco.testcost;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Writes the cost of each test class to {@code target/test-costs/<build>/}, one file each, and prints the slowest
 * classes and the totals of the build when a test JVM ends. The packaged tests run last, so the table at the end of
 * {@code ./mvnw verify} covers everything.
 *
 * <p>Classes that run at the same time include each other's processor time and processes; the totals count them once.
 */
public final class TestCostListener implements TestExecutionListener {
    private static final int SLOWEST = 20;
    private static final String JVM = "jvm-";
    private static final String FILE = ".csv";
    private static final Path DIRECTORY =
            Path.of("target", "test-costs", System.getProperty("fondaco.testcost.build", "unknown"));

    private final Map<String, TestCost> begun = new ConcurrentHashMap<>();
    private final ProcessSampler processes = new ProcessSampler();
    private final TestCost jvmStart = TestCost.now(processes);

    @Override
    public void executionStarted(TestIdentifier test) {
        if (isTopLevelClass(test)) {
            begun.put(test.getUniqueId(), TestCost.now(processes));
        }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        TestCost before = begun.remove(test.getUniqueId());
        if (before != null) {
            String name = ((ClassSource) test.getSource().orElseThrow()).getClassName();
            write(name, List.of(TestCost.now(processes).minus(before).csv()));
        }
    }

    /** Overwrites the file that this JVM wrote after an earlier test plan: a JVM may execute one plan per class. */
    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        TestCost now = TestCost.now(processes);
        List<String> lines = new ArrayList<>(List.of(jvmStart.csv(), now.csv()));
        lines.addAll(processes.identities());
        write(JVM + ProcessHandle.current().pid(), lines);
        System.out.println(table());
    }

    /** Neither a suite nor a nested class. */
    private static boolean isTopLevelClass(TestIdentifier test) {
        return test.getSource().filter(ClassSource.class::isInstance).isPresent()
                && test.getUniqueIdObject().getLastSegment().getType().equals("class");
    }

    private static void write(String name, List<String> lines) {
        try {
            Files.createDirectories(DIRECTORY);
            // Another test JVM may be reading; it must see the whole file or none.
            Path draft = Files.write(DIRECTORY.resolve(name + ".draft"), lines);
            Files.move(draft, DIRECTORY.resolve(name + FILE), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String table() {
        Map<String, TestCost> classes = new TreeMap<>();
        List<List<String>> jvms = new ArrayList<>();
        readAll().forEach((name, lines) -> {
            if (name.startsWith(JVM)) {
                jvms.add(lines);
            } else {
                classes.put(name, TestCost.parse(lines.getFirst()));
            }
        });
        StringBuilder table = new StringBuilder(
                "%nTest costs: the slowest of %d classes (all in %s)%n".formatted(classes.size(), DIRECTORY));
        table.append(row("class", "seconds", "CPU s", "app starts", "Postgres", "Kafka"));
        classes.entrySet().stream()
                .sorted(Comparator.comparingDouble(
                        (Map.Entry<String, TestCost> entry) -> -entry.getValue().seconds()))
                .limit(SLOWEST)
                .forEach(entry -> table.append(
                        row(entry.getKey().substring(entry.getKey().lastIndexOf('.') + 1), entry.getValue())));
        return table.append(row("total", total(jvms))).toString();
    }

    /** From the start of the first test JVM to the end of the last one that has ended. */
    private static TestCost total(List<List<String>> jvms) {
        Set<String> identities = new HashSet<>();
        int kafka = 0;
        int applications = 0;
        double start = Double.MAX_VALUE;
        double end = 0;
        double cpuStart = Double.MAX_VALUE;
        double cpuEnd = 0;
        for (List<String> lines : jvms) {
            TestCost first = TestCost.parse(lines.get(0));
            TestCost last = TestCost.parse(lines.get(1));
            start = Math.min(start, first.seconds());
            end = Math.max(end, last.seconds());
            cpuStart = Math.min(cpuStart, first.cpuSeconds());
            cpuEnd = Math.max(cpuEnd, last.cpuSeconds());
            kafka += last.kafka();
            List<String> seen = lines.subList(2, lines.size());
            identities.addAll(seen);
            // Applications in the test JVM are not separate processes.
            applications += last.applications()
                    - (int) seen.stream()
                            .filter(TestCostListener::isApplication)
                            .count();
        }
        int packaged = (int)
                identities.stream().filter(TestCostListener::isApplication).count();
        return new TestCost(
                end - start, cpuEnd - cpuStart, applications + packaged, identities.size() - packaged, kafka);
    }

    private static boolean isApplication(String identity) {
        return identity.startsWith("application ");
    }

    private static Map<String, List<String>> readAll() {
        Map<String, List<String>> all = new TreeMap<>();
        try (var files = Files.list(DIRECTORY)) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(FILE)).toList()) {
                String name = file.getFileName().toString();
                all.put(name.substring(0, name.length() - FILE.length()), Files.readAllLines(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    private static String row(String name, TestCost testCost) {
        return row(
                name,
                String.format(Locale.ROOT, "%.0f", testCost.seconds()),
                String.format(Locale.ROOT, "%.0f", testCost.cpuSeconds()),
                Integer.toString(testCost.applications()),
                Integer.toString(testCost.postgres()),
                Integer.toString(testCost.kafka()));
    }

    private static String row(String name, String... columns) {
        StringBuilder row = new StringBuilder(String.format("  %-34s", name));
        for (String column : columns) {
            row.append(String.format("%11s", column));
        }
        return row.append(System.lineSeparator()).toString();
    }
}
