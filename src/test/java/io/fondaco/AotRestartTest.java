package io.fondaco;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AotRestartTest {
    private static final Path CACHE = Path.of("/app/fondaco.aot");
    private static final Path JAR = Path.of("/app/run.jar");

    @Test
    void commandIsRestartedWithTheCacheOption() {
        assertThat(AotRestart.buildCommand(
                        CACHE, JAR, "/jdk/bin/java", List.of("-Xmx1g", "-jar", JAR.toString(), "migrate"), Map.of()))
                .contains(List.of(
                        "/jdk/bin/java",
                        "-XX:AOTCache=/app/fondaco.aot",
                        "-Xlog:aot=error,aot+codecache+stubs=error",
                        "-Xmx1g",
                        "-jar",
                        JAR.toString(),
                        "migrate"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-XX:AOTCache=other.aot",
                "-XX:AOTMode=off",
                "-XX:AOTCacheOutput=new.aot",
                "-Xshare:off",
                "-agentlib:jdwp=transport=dt_socket,server=y",
                "-javaagent:agent.jar"
            })
    void conflictingOptionsPreventTheRestart(String option) {
        List<String> arguments = List.of("-jar", JAR.toString());
        assertThat(AotRestart.buildCommand(CACHE, JAR, "java", List.of(option, "-jar", JAR.toString()), Map.of()))
                .isEmpty();
        assertThat(AotRestart.buildCommand(
                        CACHE, JAR, "java", arguments, Map.of("JDK_JAVA_OPTIONS", "-Xmx1g " + option)))
                .isEmpty();
        assertThat(AotRestart.buildCommand(CACHE, JAR, "java", arguments, Map.of("JAVA_TOOL_OPTIONS", option)))
                .isEmpty();
        assertThat(AotRestart.buildCommand(CACHE, JAR, "java", List.of("-jar", JAR.toString(), option), Map.of()))
                .as("an argument of the application is not a JVM option")
                .isPresent();
    }

    /** With a cache for jars at another path the JVM does not start. */
    @Test
    void movedJarIsNotRestarted() {
        assertThat(AotRestart.buildCommand(CACHE, JAR, "java", List.of("-jar", "/moved/run.jar"), Map.of()))
                .isEmpty();
        assertThat(AotRestart.buildCommand(CACHE, JAR, "java", List.of("-jar", "/app/lib/../run.jar"), Map.of()))
                .isPresent();
    }

    @Test
    void relativeJarPathIsResolvedAgainstTheWorkingDirectory() {
        Path jar = Path.of("run.jar").toAbsolutePath();
        assertThat(AotRestart.buildCommand(CACHE, jar, "java", List.of("-jar", "run.jar"), Map.of()))
                .isPresent();
    }

    @Test
    void commandWithoutJarIsNotRestarted() {
        assertThat(AotRestart.buildCommand(
                        CACHE, JAR, "java", List.of("-cp", "classes", "io.fondaco.Fondaco"), Map.of()))
                .isEmpty();
    }
}
