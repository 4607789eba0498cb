package io.fondaco.testcost;

import java.io.File;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Counts the processes that tests start: packaged applications and Postgres servers. It samples the processes of the
 * machine, so that a server is counted whichever code started it, in whichever process.
 */
final class ProcessSampler {
    private static final long INTERVAL_MILLIS = 300;
    private static final File PROCESSES = new File("/proc");

    private final Map<Long, Boolean> known = new HashMap<>();
    private final Set<String> applications = ConcurrentHashMap.newKeySet();
    private final Set<String> postgres = ConcurrentHashMap.newKeySet();

    ProcessSampler() {
        sample(false);
        Thread.ofPlatform().daemon().name("process-watch").start(this::run);
    }

    int applications() {
        return applications.size();
    }

    int postgres() {
        return postgres.size();
    }

    /** One line for each process seen, so that processes that several test JVMs saw are counted once. */
    List<String> identities() {
        List<String> all = new ArrayList<>();
        applications.forEach(process -> all.add("application " + process));
        postgres.forEach(process -> all.add("postgres " + process));
        return all;
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(INTERVAL_MILLIS);
                sample(true);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void sample(boolean count) {
        Set<Long> alive = pids();
        known.keySet().retainAll(alive);
        for (Long pid : alive) {
            if (!known.containsKey(pid)) {
                // The command line is read when the process is seen a second time: by then exec has replaced the fork.
                known.put(pid, false);
            } else if (!known.get(pid)) {
                known.put(pid, true);
                if (count) {
                    ProcessHandle.of(pid).map(ProcessHandle::info).ifPresent(info -> classify(pid, info));
                }
            }
        }
    }

    /** Listing a directory costs a hundredth of what asking the system for every process does. */
    private static Set<Long> pids() {
        String[] names = PROCESSES.list();
        if (names == null) {
            return ProcessHandle.allProcesses().map(ProcessHandle::pid).collect(Collectors.toSet());
        }
        return Stream.of(names)
                .filter(name -> Character.isDigit(name.charAt(0)))
                .map(Long::valueOf)
                .collect(Collectors.toSet());
    }

    private void classify(long pid, ProcessHandle.Info info) {
        String identity = pid + "@" + info.startInstant().orElse(Instant.EPOCH);
        List<String> arguments = Arrays.asList(info.arguments().orElse(new String[0]));
        String command = info.command().orElse("");
        if (command.endsWith("/postgres") && arguments.contains("-D")) {
            postgres.add(identity);
        } else if (command.endsWith("/java")
                && arguments.stream().anyMatch(argument -> argument.endsWith("quarkus-run.jar"))) {
            applications.add(identity);
        }
    }
}
