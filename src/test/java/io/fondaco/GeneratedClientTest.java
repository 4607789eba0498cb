package io.fondaco;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fondaco.checkout.ProductFixture;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Clients generated from the OpenAPI document compile and can buy: one in TypeScript, which needs Node and its
 * packages, and one in Java, which the build generates unless {@code -Dtest} names single classes.
 */
@QuarkusTest
class GeneratedClientTest {
    private static final Path SOURCES = Path.of("src", "test", "typescript");
    private static final Path WORK_DIRECTORY = Path.of("target", "typescript-client");
    private static final Path JAVA_CLIENT = Path.of("target", "java-client");
    private static final long TIMEOUT_SECONDS = 180;

    @Inject
    ProductFixture productFixture;

    private record ProcessResult(int exitCode, String output) {}

    @Test
    void generatedTypeScriptClientCompletesAPurchase() throws Exception {
        assumeTrue(isInstalled("node") && isInstalled("npm"), "Node is not installed");
        Files.createDirectories(WORK_DIRECTORY);
        for (String file : List.of("package.json", "tsconfig.json", "buy.ts")) {
            Files.copy(SOURCES.resolve(file), WORK_DIRECTORY.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        ProcessResult installed =
                run("npm", "install", "--prefer-offline", "--no-package-lock", "--no-audit", "--no-fund");
        assumeTrue(installed.exitCode() == 0, "The packages of the client cannot be installed: " + installed.output());
        String document = Path.of("docs", "openapi.yaml").toAbsolutePath().toString();
        runSuccessfully("node", "node_modules/openapi-typescript/bin/cli.js", document, "-o", "schema.d.ts");
        runSuccessfully("node", "node_modules/typescript/bin/tsc");

        String sku = productFixture.createProduct(250, 10);
        String order = runSuccessfully("node", "out/buy.js", "http://localhost:" + RestAssured.port, sku);

        assertThat(order).contains("captured ").contains(" 2 " + sku);
        assertThat(productFixture.availableStock(sku)).isEqualTo(8);
    }

    @Test
    void generatedJavaClientCompletesAPurchase() throws Exception {
        assumeTrue(Files.isDirectory(JAVA_CLIENT), "The client was not generated; ./mvnw test without -Dtest does it");
        Path classes = Files.createDirectories(JAVA_CLIENT.resolve("classes"));
        List<String> arguments = new ArrayList<>(List.of(
                "-nowarn", "-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path")));
        arguments.add(Path.of("src", "test", "java-client", "Buy.java").toString());
        try (Stream<Path> sources = Files.walk(JAVA_CLIENT.resolve("src"))) {
            sources.map(Path::toString).filter(path -> path.endsWith(".java")).forEach(arguments::add);
        }
        StringWriter compilerOutput = new StringWriter();
        int exitCode = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        new PrintWriter(compilerOutput),
                        new PrintWriter(compilerOutput),
                        arguments.toArray(String[]::new));
        assertThat(exitCode).as(compilerOutput.toString()).isZero();

        String sku = productFixture.createProduct(250, 10);
        String order;
        try (URLClassLoader client = new URLClassLoader(
                new URL[] {classes.toUri().toURL()}, Thread.currentThread().getContextClassLoader())) {
            order = (String) client.loadClass("Buy")
                    .getMethod("buy", String.class, String.class)
                    .invoke(null, "http://localhost:" + RestAssured.port, sku);
        }

        assertThat(order).contains("captured ").contains(" 2 " + sku);
        assertThat(productFixture.availableStock(sku)).isEqualTo(8);
    }

    private static boolean isInstalled(String command) throws InterruptedException {
        try {
            return run(Path.of("."), command, "--version").exitCode() == 0;
        } catch (IOException _) {
            return false;
        }
    }

    private static String runSuccessfully(String... command) throws IOException, InterruptedException {
        ProcessResult result = run(command);
        assertThat(result.exitCode()).as(result.output()).isZero();
        return result.output();
    }

    private static ProcessResult run(String... command) throws IOException, InterruptedException {
        return run(WORK_DIRECTORY, command);
    }

    private static ProcessResult run(Path directory, String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("client", ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("%s runs for more than %d s".formatted(command[0], TIMEOUT_SECONDS));
            }
            return new ProcessResult(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            Files.delete(output);
        }
    }
}
