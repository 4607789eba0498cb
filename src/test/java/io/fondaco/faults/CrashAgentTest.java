package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.fondaco.faults.CrashAgent.CrashSite;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The crash agent finds every crash point in the application, and ends a process there. */
class CrashAgentTest {
    private static final String SAMPLE = Sample.class.getName();

    /** A program whose main method prints a line before, during and after a call. */
    public static final class Sample {
        private static final List<String> LINES = new ArrayList<>();

        private Sample() {}

        public static void main(String[] arguments) {
            for (int round = 1; round <= 3; round++) {
                // A branch and a value across the call, so that the method needs stack frames.
                String name = arguments.length > 0 ? arguments[0] : "round";
                print(name + round + " " + step(round) + " ended");
            }
        }

        private static String step(int round) {
            print("step" + round);
            return "done";
        }

        private static void print(String line) {
            LINES.add(line);
            System.out.println(line);
        }
    }

    @ParameterizedTest
    @EnumSource(CrashPoint.class)
    void everyCrashPointIsACallInTheApplication(CrashPoint crashPoint) throws Exception {
        CrashSite site = crashPoint.site();
        Class<?> type = Class.forName(site.className(), false, getClass().getClassLoader());
        byte[] changed = new CrashAgent(site).insertCalls(CrashAgentJar.readClassFile(type), type.getClassLoader());
        assertThat(ClassFile.of().verify(changed)).isEmpty();
        List<String> calls = calls(changed, site.method());
        int arrival = calls.indexOf("arrive");
        assertThat(calls.get(site.side().equals("before") ? arrival + 1 : arrival - 1))
                .isEqualTo(site.callee());
        assertThat(calls.stream().filter("arrive"::equals))
                .hasSameSizeAs(calls.stream().filter(site.callee()::equals).toList());
    }

    @Test
    void callsThatDoNotExistAreRejected() throws IOException {
        byte[] original = CrashAgentJar.readClassFile(Sample.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CrashAgent(new CrashSite(SAMPLE, "main", "after", "missing"))
                        .insertCalls(original, getClass().getClassLoader()))
                .withMessageContaining("main,after,missing");
    }

    @Test
    void otherClassesStayAsTheyAre() throws IOException {
        CrashAgent agent = new CrashAgent(new CrashSite(SAMPLE, "main", "after", "step"));
        assertThat(agent.transform(
                        getClass().getClassLoader(),
                        "io/fondaco/faults/CrashAgent",
                        null,
                        null,
                        CrashAgentJar.readClassFile(CrashAgent.class)))
                .isNull();
    }

    @Test
    void changedClassRunsAsBeforeUntilTheCrash() throws Throwable {
        byte[] changed = new CrashAgent(new CrashSite(SAMPLE, "main", "before", "step"))
                .insertCalls(
                        CrashAgentJar.readClassFile(Sample.class), getClass().getClassLoader());
        MethodHandles.Lookup hidden = MethodHandles.lookup().defineHiddenClass(changed, true);
        int before = CrashAgent.remaining();
        hidden.lookupClass().getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        assertThat(before - CrashAgent.remaining()).isEqualTo(3);
    }

    @Test
    void processEndsBeforeOrAfterTheCall(@TempDir Path directory) throws Exception {
        assertThat(run(directory, new CrashSite(SAMPLE, "main", "before", "step"), 2))
                .containsExactly("step1", "round1 done ended");
        assertThat(run(directory, new CrashSite(SAMPLE, "main", "after", "step"), 2))
                .containsExactly("step1", "round1 done ended", "step2");
    }

    /** The lines that the sample prints before it ends as if killed. */
    private static List<String> run(Path directory, CrashSite site, int count) throws Exception {
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        CrashAgentJar.write(directory).javaOption(site, count),
                        "-cp",
                        Path.of(Sample.class
                                        .getProtectionDomain()
                                        .getCodeSource()
                                        .getLocation()
                                        .toURI())
                                .toString(),
                        SAMPLE)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(output)).isEqualTo(CrashAgent.EXIT_CODE);
        return Files.readAllLines(output);
    }

    /** The names of the methods that a method calls, in order. */
    private static List<String> calls(byte[] classFile, String method) {
        List<String> calls = new ArrayList<>();
        ClassFile.of().parse(classFile).methods().stream()
                .filter(candidate -> candidate.methodName().equalsString(method))
                .flatMap(candidate -> candidate.code().stream())
                .forEach(code -> {
                    for (CodeElement element : code) {
                        if (element instanceof InvokeInstruction call) {
                            calls.add(call.name().stringValue());
                        }
                    }
                });
        return calls;
    }
}
