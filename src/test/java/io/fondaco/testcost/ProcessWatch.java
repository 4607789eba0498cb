package io.fondaco.testcost;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts the processes that tests start: packaged applications and Postgres servers. It samples the machine's processes,
 * so that a server is counted no matter which code has started it, and in which process.
 */
final class ProcessWatch {
    private static final long INTERVAL_MILLIS = 150;

    private final Map<Long, Optional<Instant>> known = new HashMap<>();
    private final Set<String> applications = ConcurrentHashMap.newKeySet();
    private final Set<String> postgres = ConcurrentHashMap.newKeySet();

    ProcessWatch() {
        sample(false);
        Thread.ofPlatform().daemon().name("process-watch").start(this::run);
    }

    int applications() {
        return applications.size();
    }

    int postgres() {
        return postgres.size();
    }

    /** One line for each process seen, so that what several test JVMs have seen can be told apart. */
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
        Map<Long, ProcessHandle> alive = new HashMap<>();
        ProcessHandle.allProcesses().forEach(process -> alive.put(process.pid(), process));
        known.keySet().retainAll(alive.keySet());
        alive.forEach((pid, process) -> {
            if (!known.containsKey(pid)) {
                // The command line is read when the process is seen a second time: by then exec has replaced the fork.
                known.put(pid, Optional.empty());
            } else if (known.get(pid).isEmpty()) {
                ProcessHandle.Info info = process.info();
                known.put(pid, Optional.of(info.startInstant().orElse(Instant.EPOCH)));
                if (count) {
                    classify(pid + "@" + info.startInstant().orElse(Instant.EPOCH), info);
                }
            }
        });
    }

    private void classify(String identity, ProcessHandle.Info info) {
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
