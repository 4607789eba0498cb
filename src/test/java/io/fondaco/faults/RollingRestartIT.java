package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fondaco.platform.embedded.ReplicatedPostgres;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three pods behind a balancer, and shoppers who never try anything twice: while pods are stopped and started one after the
 * other, with a change of the schema in between, nothing fails; when one is killed, only what it was just doing.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RollingRestartIT {
    private static final Logger LOG = Logger.getLogger(RollingRestartIT.class);
    private static final int PODS = 3;
    private static final String SKU = "ROLLING";

    /** More than the balancer takes to see that a pod is not ready, or is again. */
    private static final Duration NOTICED = Duration.ofSeconds(2);

    @TempDir
    private static Path directory;

    private static ReplicatedPostgres database;
    private static Map<String, String> environment;
    private static final List<PackagedApp> PODS_UP = new ArrayList<>();
    private static LoadBalancer balancer;

    @BeforeAll
    static void open() {
        database = ReplicatedPostgres.start(directory, 1);
        environment = Pods.selling(database);
        environment.put("QUARKUS_SHUTDOWN_DELAY", "3S");
        for (int pod = 0; pod < PODS; pod++) {
            PODS_UP.add(PackagedApp.launch("rolling-pod-" + pod, environment));
        }
        PODS_UP.forEach(PackagedApp::awaitReady);
        try (ShopClient staff = new ShopClient(PODS_UP.getFirst().base(), PackagedApp.ADMIN_KEY)) {
            staff.offer(SKU, 1_000_000);
        }
        balancer = LoadBalancer.over(PODS_UP, directory);
    }

    @AfterAll
    static void close() {
        List<AutoCloseable> all = new ArrayList<>();
        all.add(balancer);
        all.addAll(PODS_UP);
        all.add(database);
        Pods.closeAll(all);
    }

    @Test
    @Order(1)
    void nothingFailsWhilePodsAreReplacedAndTheSchemaGrows() {
        Crowd crowd = new Crowd(balancer::next, SKU);
        try (crowd) {
            Pods.pass(NOTICED);
            for (int pod = 0; pod < PODS; pod++) {
                PODS_UP.get(pod).close();
                if (pod == 1) {
                    database.primary()
                            .execute("SET lock_timeout = '1s'; ALTER TABLE cart.cart ADD COLUMN rolling text");
                    database.primary().execute("CREATE INDEX CONCURRENTLY rolling_test ON cart.cart (rolling)");
                }
                PODS_UP.set(pod, PODS_UP.get(pod).startAgain("rolling-pod-" + pod, environment));
                Pods.pass(NOTICED);
            }
        }
        LOG.infof("Rolling restart: %s requests, %s orders", crowd.requests(), crowd.orders());
        assertThat(crowd.failedReads()).isEmpty();
        assertThat(crowd.failedWrites()).isEmpty();
        assertThat(crowd.orders()).isPositive();
        assertThat(Integer.parseInt(database.primary().query("SELECT count(*) FROM \"order\".orders")))
                .isEqualTo(crowd.orders());
    }

    @Test
    @Order(2)
    void whenAPodIsKilledOnlyWhatItWasJustDoingFails() {
        Crowd crowd = new Crowd(balancer::next, SKU);
        try (crowd) {
            Pods.pass(NOTICED);
            PODS_UP.getFirst().kill();
            Pods.pass(NOTICED.multipliedBy(2));
            PODS_UP.set(0, PODS_UP.getFirst().startAgain("rolling-pod-0", environment));
            Pods.pass(NOTICED);
        }
        LOG.infof(
                "A pod killed: %s requests, %s orders; failed %s and %s",
                crowd.requests(), crowd.orders(), crowd.failedReads(), crowd.failedWrites());
        // Who cannot connect has not sent anything: that is the balancer's, until it has noticed.
        assertThat(crowd.failedWrites())
                .filteredOn(write -> !write.contains(ConnectException.class.getSimpleName()))
                .as("at most one each")
                .hasSizeLessThanOrEqualTo(Crowd.BUYERS);
        if (balancer.triesReadsAgain()) {
            assertThat(crowd.failedReads()).isEmpty();
        }
    }

    /** Only HAProxy knows which paths are for the world; BalancerTest shows them without pods. */
    @Test
    @Order(3)
    void operatorPathsAreNotLedToTheWorldHoweverTheyAreWritten() throws IOException {
        assumeTrue(balancer.triesReadsAgain(), "HAProxy is not installed");
        for (String path : List.of(
                "/q/metrics",
                "//q/metrics",
                "/./q/health",
                "/%71/metrics",
                "/store/v1/../../q/metrics",
                "/store/v1/%2e%2e/%2e%2e/q/metrics",
                "/store/v1/..%2f..%2fq/metrics",
                "//q/swagger-ui/",
                "//q/openapi")) {
            assertThat(status(path)).as(path).isEqualTo("HTTP/1.1 404 Not Found");
        }
        assertThat(status("/store/v1/products")).isEqualTo("HTTP/1.1 200 OK");
    }

    /** Written byte by byte: clients tidy paths up. */
    private static String status(String path) throws IOException {
        URI shop = balancer.next();
        try (Socket socket = new Socket(shop.getHost(), shop.getPort())) {
            socket.getOutputStream()
                    .write("GET %s HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n"
                            .formatted(path)
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElse("");
        }
    }
}
