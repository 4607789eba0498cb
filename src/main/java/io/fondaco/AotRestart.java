package io.fondaco;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Makes {@code java -jar} use the AOT cache {@value #CACHE_FILE} that is in the directory of the jar. A JVM takes the
 * name of a cache only from its command line, so this process replaces itself with the same command plus that option:
 * process id, streams and signals stay the same. With the cache the application is ready in half the time and with half
 * of the processor time.
 *
 * <p>Does nothing if the file does not exist, the jars are not at the path where the cache was trained, the command
 * names a cache or an agent, or the process cannot be replaced; the application then starts without the cache. The JVM
 * ignores a cache that does not fit the jars. With a cache for jars that were moved, however, the JVM ends: it finds
 * the sealed packages of a library in two places.
 */
final class AotRestart {
    static final String CACHE_FILE = "fondaco.aot";

    /** A file in the same directory with the path of the jar with which the cache was trained (TrainAotCache). */
    private static final String TRAINED_JAR_FILE = CACHE_FILE + ".jar";

    /** Set for the second JVM, so that it does not start a third. */
    private static final String RESTARTED_VARIABLE = "FONDACO_AOT_RESTARTED";

    /** Environment variables from which the JVM also reads options. */
    private static final List<String> OPTION_VARIABLES = List.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS");

    /** Options that conflict with the cache, or that would start an agent a second time. */
    private static final List<String> CONFLICTING_OPTIONS =
            List.of("-XX:AOT", "-Xshare", "-XX:SharedArchiveFile", "-agent", "-javaagent");

    /**
     * Hides a warning at each start if two kinds of method calls have one hash in the cache: the JVM then compiles the
     * adapter of one of them again. The warning would be the first line of the log, which may be JSON.
     */
    private static final String LOG_OPTION = "-Xlog:aot=error,aot+codecache+stubs=error";

    private AotRestart() {}

    /** Returns only if this process continues without a restart. */
    static void restartWithCache() {
        if (System.getenv(RESTARTED_VARIABLE) != null) {
            return;
        }
        ProcessHandle.Info process = ProcessHandle.current().info();
        Optional<String> java = process.command();
        Optional<String[]> arguments = process.arguments();
        if (java.isEmpty() || arguments.isEmpty()) {
            return;
        }
        findCache(AotRestart.class.getProtectionDomain().getCodeSource())
                .flatMap(cache -> buildCommand(
                        cache, readTrainedJarPath(cache), java.get(), List.of(arguments.get()), System.getenv()))
                .ifPresent(AotRestart::exec);
    }

    /**
     * The command that starts the same application with the cache.
     *
     * @param trainedWith the absolute path of the jar with which the cache was trained
     * @return empty if the jar is another one, or an option or environment variable conflicts with the cache
     */
    static Optional<List<String>> buildCommand(
            Path cache, Path trainedWith, String java, List<String> arguments, Map<String, String> environment) {
        // JVM options end where the jar is named.
        int jar = arguments.indexOf("-jar");
        Stream<String> options = Stream.concat(
                arguments.subList(0, Math.max(jar, 0)).stream(),
                OPTION_VARIABLES.stream()
                        .map(variable -> environment.getOrDefault(variable, ""))
                        .flatMap(value -> Stream.of(value.split("\\s+"))));
        if (jar < 0 || options.anyMatch(option -> CONFLICTING_OPTIONS.stream().anyMatch(option::startsWith))) {
            return Optional.empty();
        }
        if (!Path.of(arguments.get(jar + 1)).toAbsolutePath().normalize().equals(trainedWith)) {
            return Optional.empty();
        }
        List<String> command = new ArrayList<>(List.of(java, "-XX:AOTCache=" + cache, LOG_OPTION));
        command.addAll(arguments);
        return Optional.of(command);
    }

    /** @return an empty path if the file cannot be read */
    private static Path readTrainedJarPath(Path cache) {
        try {
            return Path.of(Files.readString(cache.resolveSibling(TRAINED_JAR_FILE)));
        } catch (IOException _) {
            return Path.of("");
        }
    }

    private static Optional<Path> findCache(CodeSource code) {
        try {
            // The classes are in app/fondaco-….jar, in a subdirectory of the directory of the jar that is started.
            Path classes = Path.of(code.getLocation().toURI()).toRealPath();
            return Optional.ofNullable(classes.getParent())
                    .flatMap(app -> Optional.ofNullable(app.getParent()))
                    .map(root -> root.resolve(CACHE_FILE))
                    .filter(Files::isRegularFile);
        } catch (URISyntaxException | IOException e) {
            return Optional.empty();
        }
    }

    /** Returns only if the operating system refuses. */
    @SuppressWarnings("restricted")
    private static void exec(List<String> command) {
        try (Arena arena = Arena.ofConfined()) {
            Linker linker = Linker.nativeLinker();
            SymbolLookup library = linker.defaultLookup();
            MemorySegment arguments = arena.allocate(ValueLayout.ADDRESS, command.size() + 1L);
            for (int i = 0; i < command.size(); i++) {
                arguments.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(command.get(i)));
            }
            arguments.setAtIndex(ValueLayout.ADDRESS, command.size(), MemorySegment.NULL);
            var setenv = linker.downcallHandle(
                    library.findOrThrow("setenv"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
            var execv = linker.downcallHandle(
                    library.findOrThrow("execv"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
            int ignored = (int) setenv.invokeExact(arena.allocateFrom(RESTARTED_VARIABLE), arena.allocateFrom("1"), 1);
            ignored = (int) execv.invokeExact(arena.allocateFrom(command.getFirst()), arguments);
        } catch (Throwable e) {
            // A slow start is better than no start. Logging is not set up yet.
            System.err.println("The AOT cache is not used: " + e);
        }
    }
}
