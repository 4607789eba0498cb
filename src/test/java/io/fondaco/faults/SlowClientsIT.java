package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.platform.embedded.ReplicatedPostgres;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that connect and send nothing, send byte by byte, or never finish (matrix row 23): each costs a connection
 * and delays nobody else. The pod is reached directly, without the load balancer whose time limits reject most of them.
 */
class SlowClientsIT {
    private static final Logger LOG = Logger.getLogger(SlowClientsIT.class);

    /** Somewhat fewer than a process may open here. */
    private static final int IDLE_CONNECTIONS = 10_000;

    /** More than twice the number of requests that a pod serves at a time. */
    private static final int SLOW_CLIENTS = 120;

    private static final int PURCHASES = 20;
    private static final int MAX_HEADER_BYTES = 100_000_000;

    /** What the network buffers may accept before the sender notices that the connection is closed. */
    private static final int MAX_BUFFERED_BYTES = 10_000_000;

    /** Makes an export larger than the network buffers. */
    private static final int EXPORTED_PRODUCTS = 3_000;

    private static final int DESCRIPTION_LENGTH = 5_000;
    private static final int RECEIVE_BUFFER_BYTES = 4_096;
    private static final String EXPORT = "/admin/v1/exports?kind=products&format=fondaco";

    /** More than the limit of concurrent exports. */
    private static final int STALLED_READERS = 12;

    /** {@code quarkus.http.idle-timeout} of the pod with stalled readers. */
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(8);

    @TempDir
    private static Path directory;

    private static ReplicatedPostgres database;
    private static PackagedApp pod;
    private final List<Socket> sockets = new ArrayList<>();

    @BeforeAll
    static void start() {
        database = ReplicatedPostgres.start(directory, 1);
        Map<String, String> environment = Pods.sellingEnvironment(database);
        environment.put("FONDACO_CACHE_ENABLED", "false");
        environment.put("FONDACO_WEB_BODY_TIMEOUT", "4s");
        pod = PackagedApp.start("slow-clients", environment);
        try (ShopClient staff = new ShopClient(pod.base(), PackagedApp.ADMIN_KEY)) {
            staff.importProductWithStock("SLOW", 1_000_000);
        }
    }

    @AfterAll
    static void stop() {
        Pods.closeAll(List.of(pod, database));
    }

    @AfterEach
    void disconnect() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(pod.base().getHost(), pod.base().getPort()), 5_000);
        sockets.add(socket);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void tenThousandIdleConnectionsDelayNobody() throws Exception {
        long before = Pods.liveHeap(pod);
        for (int i = 0; i < IDLE_CONNECTIONS; i++) {
            connect();
        }
        assertOthersCanBuy();
        LOG.infof(
                "%d idle connections: %d bytes of heap each",
                IDLE_CONNECTIONS, (Pods.liveHeap(pod) - before) / IDLE_CONNECTIONS);
    }

    @Test
    void headersSentByteByByteDelayNobody() throws Exception {
        for (int i = 0; i < SLOW_CLIENTS; i++) {
            send(connect(), "GET /store/v1/products HTTP/1.1\r\nHost: shop\r\nX-Slow: ");
        }
        sendSlowlyWhile(SlowClientsIT::assertOthersCanBuy);
    }

    /** If each of these counted as a served request, no other request would be served. */
    @Test
    void bodiesSentByteByByteDelayNobodyAndAreRejected() throws Exception {
        for (int i = 0; i < SLOW_CLIENTS; i++) {
            send(
                    connect(),
                    "POST /store/v1/carts HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"
                            + "Content-Length: 100000\r\n\r\n{");
        }
        sendSlowlyWhile(SlowClientsIT::assertOthersCanBuy);
        Socket any = sockets.getLast();
        any.setSoTimeout(10_000);
        assertThat(new String(any.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .startsWith("HTTP/1.1 408 ")
                .contains("body_too_slow");
    }

    @Test
    void endlessHeadersAreCutOff() throws Exception {
        for (int i = 0; i < 4; i++) {
            assertThat(bytesSentUntilClosed()).isLessThan(MAX_BUFFERED_BYTES);
        }
        assertOthersCanBuy();
    }

    private long bytesSentUntilClosed() throws IOException {
        Socket socket = connect();
        send(socket, "GET /store/v1/products HTTP/1.1\r\nHost: shop\r\n");
        byte[] header = new byte[1_000];
        Arrays.fill(header, (byte) 'x');
        header[10] = ':';
        header[998] = '\r';
        header[999] = '\n';
        OutputStream out = socket.getOutputStream();
        long sent = 0;
        try {
            while (sent < MAX_HEADER_BYTES) {
                out.write(header);
                sent += header.length;
                if (hasResponse(socket)) {
                    break;
                }
            }
        } catch (IOException _) {
            // The pod has closed the connection.
        }
        return sent;
    }

    private static boolean hasResponse(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        return in.available() > 0;
    }

    /**
     * Each client requests an export and reads nothing: its connection is closed after the idle timeout, which frees
     * its slot.
     */
    @Test
    void unreadResponsesAreCutOff() throws Exception {
        Map<String, String> environment = Pods.sellingEnvironment(database);
        environment.put("FONDACO_CACHE_ENABLED", "false");
        environment.put("QUARKUS_HTTP_IDLE_TIMEOUT", IDLE_TIMEOUT.toSeconds() + "s");
        try (PackagedApp pod = PackagedApp.start("slow-readers", environment);
                ShopClient staff = new ShopClient(pod.base(), PackagedApp.ADMIN_KEY, Duration.ZERO)) {
            StringBuilder file = new StringBuilder("Handle,Title,Body (HTML),Variant SKU\n");
            for (int i = 0; i < EXPORTED_PRODUCTS; i++) {
                file.append("wide-%d,Wide,%s,WIDE-%d\n".formatted(i, "x".repeat(DESCRIPTION_LENGTH), i));
            }
            staff.importProducts("GBP", file.toString());
            for (int i = 0; i < STALLED_READERS; i++) {
                Socket reader = new Socket();
                sockets.add(reader);
                reader.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
                reader.connect(
                        new InetSocketAddress(pod.base().getHost(), pod.base().getPort()));
                send(
                        reader,
                        "GET %s HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer %s\r\n\r\n"
                                .formatted(EXPORT, PackagedApp.ADMIN_KEY));
            }
            await().until(() -> exportStatus(pod) == 503);
            assertOthersCanBuy(pod);
            await().atMost(IDLE_TIMEOUT.multipliedBy(3)).until(() -> exportStatus(pod) == 200);
        }
    }

    /** The status of an export whose body is read. */
    private static int exportStatus(PackagedApp pod) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(pod.base().resolve(EXPORT))
                                    .header("Authorization", "Bearer " + PackagedApp.ADMIN_KEY)
                                    .timeout(Duration.ofSeconds(30))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    /** The client sends {@code Expect: 100-continue} and waits for the interim response. */
    @Test
    void expectContinueIsAnswered() throws Exception {
        Socket socket = connect();
        socket.setSoTimeout(5_000);
        String body = "{\"currency\":\"GBP\",\"lines\":[]}";
        send(
                socket,
                ("POST /store/v1/carts HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"
                                + "Content-Length: %d\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
                        .formatted(body.length()));
        byte[] interim = socket.getInputStream().readNBytes("HTTP/1.1 100 Continue\r\n\r\n".length());
        assertThat(new String(interim, StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 100 ");
        send(socket, body);
        assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .startsWith("HTTP/1.1 201 ");
    }

    /** Code that may throw. */
    private interface ThrowingRunnable {
        void run() throws Exception;
    }

    private void sendSlowlyWhile(ThrowingRunnable action) throws Exception {
        Thread slowSender = Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    for (Socket socket : sockets) {
                        try {
                            send(socket, "x");
                        } catch (IOException _) {
                            // The pod has closed this connection.
                        }
                    }
                    Thread.sleep(500);
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            action.run();
        } finally {
            slowSender.interrupt();
            slowSender.join();
        }
    }

    /** Sends each request once: a late or refused response fails the test. */
    private static void assertOthersCanBuy() {
        assertOthersCanBuy(pod);
    }

    private static void assertOthersCanBuy(PackagedApp pod) {
        URI base = pod.base();
        for (int i = 0; i < PURCHASES; i++) {
            try (ShopClient shopper = new ShopClient(base, "", Duration.ZERO)) {
                shopper.get("/store/v1/products/slow", "").expect(200);
                shopper.buy("GBP", "SLOW");
            }
        }
        await().untilAsserted(() -> assertThat(pod.get("/q/health/ready")).contains("\"UP\""));
    }
}
