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

    @Test
    void sameCommandIsStartedWithTheCache() {
        assertThat(AotRestart.command(
                        CACHE, "/jdk/bin/java", List.of("-Xmx1g", "-jar", "run.jar", "migrate"), Map.of()))
                .contains(List.of(
                        "/jdk/bin/java", "-XX:AOTCache=/app/fondaco.aot", "-Xmx1g", "-jar", "run.jar", "migrate"));
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
    void optionsThatExcludeTheCacheLeaveTheProcessAsItIs(String option) {
        List<String> plain = List.of("-jar", "run.jar");
        assertThat(AotRestart.command(CACHE, "java", List.of(option, "-jar", "run.jar"), Map.of()))
                .isEmpty();
        assertThat(AotRestart.command(CACHE, "java", plain, Map.of("JDK_JAVA_OPTIONS", "-Xmx1g " + option)))
                .isEmpty();
        assertThat(AotRestart.command(CACHE, "java", plain, Map.of("JAVA_TOOL_OPTIONS", option)))
                .isEmpty();
        assertThat(AotRestart.command(CACHE, "java", List.of("-jar", "run.jar", option), Map.of()))
                .as("an argument of the application is no option")
                .isPresent();
    }

    @Test
    void commandWithoutJarIsLeftAsItIs() {
        assertThat(AotRestart.command(CACHE, "java", List.of("-cp", "classes", "io.fondaco.Fondaco"), Map.of()))
                .isEmpty();
    }
}
