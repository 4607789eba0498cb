package io.fondaco.testcost;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The cost of a test class, or the values of all counters at one moment: the cost is the difference of two such values.
 *
 * @param seconds elapsed time
 * @param cpuSeconds processor time of the whole machine, because Postgres servers and packaged applications are not
 *     child processes of the test JVM
 * @param applications starts of the application, in the test JVM and packaged
 * @param postgres starts of a Postgres server
 * @param kafka starts of a Kafka broker
 */
record TestCost(double seconds, double cpuSeconds, int applications, int postgres, int kafka) {
    private static final Path STAT = Path.of("/proc/stat");
    private static final double TICKS_PER_SECOND = 100;

    static TestCost now(ProcessSampler processes) {
        return new TestCost(
                System.nanoTime() / 1e9,
                machineCpuSeconds(),
                StartCounter.applications() + processes.applications(),
                processes.postgres(),
                StartCounter.kafka());
    }

    TestCost minus(TestCost earlier) {
        return new TestCost(
                seconds - earlier.seconds,
                cpuSeconds - earlier.cpuSeconds,
                applications - earlier.applications,
                postgres - earlier.postgres,
                kafka - earlier.kafka);
    }

    String csv() {
        return String.format(Locale.ROOT, "%.1f,%.1f,%d,%d,%d", seconds, cpuSeconds, applications, postgres, kafka);
    }

    static TestCost parse(String csv) {
        String[] values = csv.split(",", -1);
        return new TestCost(
                Double.parseDouble(values[0]),
                Double.parseDouble(values[1]),
                Integer.parseInt(values[2]),
                Integer.parseInt(values[3]),
                Integer.parseInt(values[4]));
    }

    /** Processor time of all processes of this machine since its start; elsewhere than on Linux, of this JVM only. */
    private static double machineCpuSeconds() {
        try {
            if (Files.exists(STAT)) {
                String[] cpu = Files.readAllLines(STAT).getFirst().trim().split("\\s+");
                // user, nice, system; then idle and iowait, which are not work; then irq and softirq.
                long ticks = 0;
                for (int column : new int[] {1, 2, 3, 6, 7}) {
                    ticks += Long.parseLong(cpu[column]);
                }
                return ticks / TICKS_PER_SECOND;
            }
        } catch (java.io.IOException e) {
            // Falls through to the time of this JVM.
        }
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                        .getProcessCpuTime()
                / 1e9;
    }
}
