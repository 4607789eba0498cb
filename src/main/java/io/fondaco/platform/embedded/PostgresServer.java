package io.fondaco.platform.embedded;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/** One Postgres server, primary or replica: its directory, its settings, its process. */
final class PostgresServer {
    static final String ADDRESS = "127.0.0.1";

    /** Written last into a data directory; a directory with this file is complete. */
    static final String COMPLETE_MARKER = "fondaco.complete";

    private static final System.Logger LOG = System.getLogger(EmbeddedCluster.class.getName());

    /**
     * The children of a killed postmaster need a moment to exit, and another process may take the chosen port first.
     */
    private static final int START_ATTEMPTS = 5;

    private static final Duration START_PAUSE = Duration.ofSeconds(1);
    private static final Duration STOP_BOUND = Duration.ofSeconds(30);
    private static final Duration KILL_BOUND = Duration.ofSeconds(10);
    private static final Duration PROGRAM_OVERHEAD = Duration.ofSeconds(10);
    private static final Duration CONNECT_BOUND = Duration.ofSeconds(5);
    private static final Duration STATEMENT_BOUND = Duration.ofMinutes(1);
    private static final Duration POLL_PAUSE = Duration.ofMillis(50);
    private static final long MAX_LOG_BYTES = 10L * 1024 * 1024;

    /** The line of postmaster.pid with the port, counted from zero. */
    private static final int PORT_LINE = 3;

    /** The line of postmaster.pid with the first listen address. */
    private static final int ADDRESS_LINE = 5;

    /** Settings of both servers: a replica does not start if its limits are lower than the primary's. */
    private static final Map<String, String> COMMON_SETTINGS = Map.ofEntries(
            Map.entry("listen_addresses", ADDRESS),
            Map.entry("unix_socket_directories", ""),
            Map.entry("max_connections", "200"),
            Map.entry("shared_buffers", "128MB"),
            Map.entry("shared_preload_libraries", "pg_stat_statements"),
            Map.entry("random_page_cost", "1.1"),
            Map.entry("fsync", "on"),
            Map.entry("synchronous_commit", "on"),
            Map.entry("wal_level", "replica"),
            Map.entry("max_wal_size", "1GB"),
            Map.entry("max_slot_wal_keep_size", "1GB"),
            Map.entry("hot_standby", "on"),
            Map.entry("hot_standby_feedback", "on"),
            Map.entry("wal_retrieve_retry_interval", "500ms"),
            Map.entry("timezone", "UTC"),
            Map.entry("log_timezone", "UTC"),
            Map.entry("log_line_prefix", "%m [%p] %q%u@%d "),
            // The detail of a constraint violation quotes the row, and logs must not contain personal data.
            Map.entry("log_error_verbosity", "terse"));

    private final String name;
    private final Path directory;
    private final Path log;
    private final PostgresBinaries programs;

    PostgresServer(String name, Path parent, PostgresBinaries programs) {
        this.name = name;
        this.directory = parent.resolve(name);
        this.log = parent.resolve(name + ".log");
        this.programs = programs;
    }

    Path directory() {
        return directory;
    }

    boolean isComplete() {
        return Files.exists(directory.resolve(COMPLETE_MARKER));
    }

    void markComplete() throws IOException {
        DurableFile.write(directory.resolve(COMPLETE_MARKER), "");
    }

    void initdb(Duration bound, String... arguments) {
        List<String> all = new ArrayList<>(List.of("-D", directory.toString()));
        all.addAll(List.of(arguments));
        if (programs.run(log, bound, "initdb", all) != 0) {
            throw failure("initdb failed");
        }
    }

    /**
     * Starts the server, on a free port unless the settings name one. Returns when it accepts connections, within the
     * bound.
     */
    void start(Duration bound, Map<String, String> ownSettings) {
        rotateLog();
        for (int attempt = 1; attempt <= START_ATTEMPTS; attempt++) {
            deleteStalePidFile();
            writeSettings(ownSettings);
            if (pgCtl(bound, "start", "-l", log.toString()) == 0) {
                return;
            }
            if (isRunning()) {
                throw failure("runs but does not accept connections, waited " + bound + " at most");
            }
            pause(START_PAUSE);
        }
        throw failure("did not start in " + START_ATTEMPTS + " attempts");
    }

    /** Stops the server that runs in this directory, even if an earlier process started it. */
    void stop() {
        Optional<ProcessHandle> running = postmaster();
        if (running.isEmpty()) {
            return;
        }
        pgCtl(STOP_BOUND, "stop", "-m", "fast");
        if (isRunning()) {
            LOG.log(Level.WARNING, "Postgres {0} did not stop within {1}, killing it", name, STOP_BOUND);
            running.get().destroyForcibly();
            if (!waitUntil(KILL_BOUND, () -> !isRunning())) {
                throw failure("still runs as process " + running.get().pid() + " after SIGKILL");
            }
        }
    }

    boolean isRunning() {
        return postmaster().isPresent();
    }

    long pid() {
        return postmaster().orElseThrow(() -> failure("does not run")).pid();
    }

    int port() {
        return Integer.parseInt(pidLine(PORT_LINE));
    }

    /** Opens a superuser connection with time limits, outside of any pool. */
    Connection connect(String database, ClusterCredentials clusterCredentials) throws SQLException {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {pidLine(ADDRESS_LINE)});
        source.setPortNumbers(new int[] {port()});
        source.setDatabaseName(database);
        source.setUser(ClusterCredentials.SUPERUSER);
        source.setPassword(clusterCredentials.passwordOf(ClusterCredentials.SUPERUSER));
        source.setConnectTimeout((int) CONNECT_BOUND.toSeconds());
        source.setSocketTimeout((int) STATEMENT_BOUND.toSeconds());
        return source.getConnection();
    }

    IllegalStateException failure(String message) {
        return failure(message, null);
    }

    IllegalStateException failure(String message, @Nullable Throwable cause) {
        return new IllegalStateException("Postgres " + name + ": " + message + "; see " + log, cause);
    }

    static boolean waitUntil(Duration bound, BooleanSupplier condition) {
        Instant end = Instant.now().plus(bound);
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(end)) {
                return false;
            }
            pause(POLL_PAUSE);
        }
        return true;
    }

    /**
     * The running postmaster of this directory. The process id in postmaster.pid may meanwhile belong to another
     * process, so its command line must show that it is Postgres and serves this directory.
     */
    private Optional<ProcessHandle> postmaster() {
        return recordedProcess().filter(process -> {
            ProcessHandle.Info info = process.info();
            List<String> arguments = info.arguments().map(Arrays::asList).orElse(List.of());
            return info.command()
                            .map(Path::of)
                            .filter(path -> path.endsWith("postgres"))
                            .isPresent()
                    && arguments.contains(directory.toString());
        });
    }

    private Optional<ProcessHandle> recordedProcess() {
        return pidFileLines().stream()
                .findFirst()
                .map(String::strip)
                .map(Long::valueOf)
                .flatMap(ProcessHandle::of);
    }

    /**
     * Postgres does not start while postmaster.pid names any running process. A file that names a dead process is kept,
     * because Postgres itself uses it to find children that still hold the shared memory.
     */
    private void deleteStalePidFile() {
        if (recordedProcess().isPresent() && !isRunning()) {
            try {
                Files.deleteIfExists(directory.resolve("postmaster.pid"));
            } catch (IOException e) {
                throw failure("its stale postmaster.pid cannot be removed", e);
            }
        }
    }

    private String pidLine(int number) {
        List<String> lines = pidFileLines();
        if (lines.size() <= number) {
            throw failure("does not run");
        }
        return lines.get(number).strip();
    }

    private List<String> pidFileLines() {
        try {
            return Files.readAllLines(directory.resolve("postmaster.pid"));
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw failure("its postmaster.pid cannot be read", e);
        }
    }

    private int pgCtl(Duration bound, String action, String... options) {
        List<String> arguments = new ArrayList<>(List.of(action, "-D", directory.toString(), "-w"));
        arguments.addAll(List.of("-t", Long.toString(bound.toSeconds())));
        arguments.addAll(List.of(options));
        return programs.run(log, bound.plus(PROGRAM_OVERHEAD), "pg_ctl", arguments);
    }

    private void writeSettings(Map<String, String> ownSettings) {
        Map<String, String> settings = new LinkedHashMap<>(COMMON_SETTINGS);
        settings.put("cluster_name", name);
        settings.putAll(ownSettings);
        try {
            settings.putIfAbsent("port", Integer.toString(freePort()));
            DurableFile.write(
                    directory.resolve("postgresql.auto.conf"),
                    settings.entrySet().stream()
                            .map(setting -> setting.getKey() + " = '"
                                    + setting.getValue().replace("'", "''") + "'\n")
                            .sorted()
                            .collect(Collectors.joining("", "# Written by Fondaco at each start.\n", "")));
        } catch (IOException e) {
            throw failure("its settings cannot be written", e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral(ADDRESS))) {
            return socket.getLocalPort();
        }
    }

    private void rotateLog() {
        try {
            if (Files.exists(log) && Files.size(log) > MAX_LOG_BYTES) {
                Files.move(log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw failure("its log cannot be rotated", e);
        }
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for Postgres", e);
        }
    }
}
