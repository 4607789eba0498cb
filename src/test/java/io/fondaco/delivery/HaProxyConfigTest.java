package io.fondaco.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.fondaco.HaProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which paths the shipped HAProxy configuration forwards; skipped if HAProxy is not installed. The pod behind it
 * answers every request.
 */
class HaProxyConfigTest {
    @TempDir
    private static Path directory;

    private static HttpServer backend;
    private static HaProxy haProxy;

    @BeforeAll
    static void open() throws IOException {
        assumeTrue(HaProxy.isInstalled(), "HAProxy is not installed");
        backend = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        backend.createContext("/", exchange -> {
            byte[] body = ("the pod was asked for " + exchange.getRequestURI()).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        backend.start();
        String address = "127.0.0.1:" + backend.getAddress().getPort();
        haProxy = HaProxy.start(directory, Map.of("BROWSE_1", address, "BUY_1", address, "ADMIN_1", address));
        await().ignoreExceptions().until(() -> get("/store/v1/products").startsWith("HTTP/1.1 200"));
        await().ignoreExceptions().until(() -> get("/admin/v1/orders").startsWith("HTTP/1.1 200"));
        await().ignoreExceptions().until(() -> get("/ping").startsWith("HTTP/1.1 200"));
    }

    @AfterAll
    static void close() {
        if (haProxy != null) {
            haProxy.close();
        }
        if (backend != null) {
            backend.stop(0);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/q/metrics",
                "//q/metrics",
                "/./q/health",
                "/%71/metrics",
                "/store/v1/../../q/metrics",
                "/store/v1/%2e%2e/%2e%2e/q/metrics",
                "/store/v1/../../../../q/metrics",
                "//q/swagger-ui/",
                "//q/openapi",
                "/store/v1/../v2/x",
                "/",
                "/store",
                "/admin/",
                "/console"
            })
    void internalPathsAreNotFound(String target) {
        assertThat(get(target)).startsWith("HTTP/1.1 404").doesNotContain("the pod was asked");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/store/v1/products?category=a//b%2Fc&sort=..",
                "/store/v1/products/caf%C3%A9",
                "/store/v1/carts/x%20y",
                "/admin/v1/stock/A%2FB/history",
                "/ping"
            })
    void publicPathsReachThePodUnchanged(String target) {
        assertThat(get(target)).startsWith("HTTP/1.1 200").endsWith("the pod was asked for " + target);
    }

    @Test
    void podReceivesTheNormalizedPathThatWasChecked() {
        assertThat(get("//store/./v1/x/../pr%6Fducts")).endsWith("the pod was asked for /store/v1/products");
        // An escaped slash does not separate segments, neither here nor in a pod.
        assertThat(get("/store/v1/..%2f..%2fq/metrics"))
                .endsWith("the pod was asked for /store/v1/..%2f..%2fq/metrics");
    }

    private static String get(String target) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), haProxy.port())) {
            socket.getOutputStream()
                    .write(("GET " + target + " HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
