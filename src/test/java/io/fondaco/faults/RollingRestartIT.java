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
 * Three pods behind a load balancer, and clients that never retry: nothing fails while the pods are restarted one after
 * the other, with a schema change in between. When a pod is killed, only its requests in flight fail.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RollingRestartIT {
    private static final Logger LOG = Logger.getLogger(RollingRestartIT.class);
    private static final int POD_COUNT = 3;
    private static final String SKU = "ROLLING";

    /** Longer than the balancer takes to notice that a pod is not ready or is ready again. */
    private static final Duration HEALTH_CHECK_DELAY = Duration.ofSeconds(2);

    @TempDir
    private static Path directory;

    private static ReplicatedPostgres database;
    private static Map<String, String> environment;
    private static final List<PackagedApp> RUNNING_PODS = new ArrayList<>();
    private static LoadBalancer balancer;

    @BeforeAll
    static void open() {
        database = ReplicatedPostgres.start(directory, 1);
        environment = Pods.sellingEnvironment(database);
        environment.put("QUARKUS_SHUTDOWN_DELAY", "3S");
        for (int pod = 0; pod < POD_COUNT; pod++) {
            RUNNING_PODS.add(PackagedApp.launch("rolling-pod-" + pod, environment));
        }
        RUNNING_PODS.forEach(PackagedApp::awaitReady);
        try (ShopClient staff = new ShopClient(RUNNING_PODS.getFirst().base(), PackagedApp.ADMIN_KEY)) {
            staff.importProductWithStock(SKU, 1_000_000);
        }
        balancer = LoadBalancer.over(RUNNING_PODS, directory);
    }

    @AfterAll
    static void close() {
        List<AutoCloseable> all = new ArrayList<>();
        all.add(balancer);
        all.addAll(RUNNING_PODS);
        all.add(database);
        Pods.closeAll(all);
    }

    @Test
    @Order(1)
    void nothingFailsDuringARollingRestartWithASchemaChange() {
        NoRetryTraffic noRetryTraffic = new NoRetryTraffic(balancer::next, SKU);
        try (noRetryTraffic) {
            Pods.sleep(HEALTH_CHECK_DELAY);
            for (int pod = 0; pod < POD_COUNT; pod++) {
                RUNNING_PODS.get(pod).close();
                if (pod == 1) {
                    database.primary()
                            .execute("SET lock_timeout = '1s'; ALTER TABLE cart.cart ADD COLUMN rolling text");
                    database.primary().execute("CREATE INDEX CONCURRENTLY rolling_test ON cart.cart (rolling)");
                }
                RUNNING_PODS.set(pod, RUNNING_PODS.get(pod).restart("rolling-pod-" + pod, environment));
                Pods.sleep(HEALTH_CHECK_DELAY);
            }
        }
        LOG.infof("Rolling restart: %s requests, %s orders", noRetryTraffic.requests(), noRetryTraffic.orders());
        assertThat(noRetryTraffic.failedReads()).isEmpty();
        assertThat(noRetryTraffic.failedWrites()).isEmpty();
        assertThat(noRetryTraffic.orders()).isPositive();
        assertThat(Integer.parseInt(database.primary().query("SELECT count(*) FROM \"order\".orders")))
                .isEqualTo(noRetryTraffic.orders());
    }

    @Test
    @Order(2)
    void killedPodFailsOnlyItsRequestsInFlight() {
        NoRetryTraffic noRetryTraffic = new NoRetryTraffic(balancer::next, SKU);
        try (noRetryTraffic) {
            Pods.sleep(HEALTH_CHECK_DELAY);
            RUNNING_PODS.getFirst().kill();
            Pods.sleep(HEALTH_CHECK_DELAY.multipliedBy(2));
            RUNNING_PODS.set(0, RUNNING_PODS.getFirst().restart("rolling-pod-0", environment));
            Pods.sleep(HEALTH_CHECK_DELAY);
        }
        LOG.infof(
                "Pod killed: %s requests, %s orders; failed %s and %s",
                noRetryTraffic.requests(),
                noRetryTraffic.orders(),
                noRetryTraffic.failedReads(),
                noRetryTraffic.failedWrites());
        // A refused connection is not counted: nothing was sent, and the balancer has not noticed the kill yet.
        assertThat(noRetryTraffic.failedWrites())
                .filteredOn(write -> !write.contains(ConnectException.class.getSimpleName()))
                .as("failed writes, at most one for each buyer")
                .hasSizeLessThanOrEqualTo(NoRetryTraffic.BUYERS);
        if (balancer.retriesReads()) {
            assertThat(noRetryTraffic.failedReads()).isEmpty();
        }
    }

    /** Only HAProxy restricts the public paths; HaProxyConfigTest tests this without pods. */
    @Test
    @Order(3)
    void operatorPathsAreNotReachableThroughTheBalancerInAnySpelling() throws IOException {
        assumeTrue(balancer.retriesReads(), "HAProxy is not installed");
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

    /** Uses a raw socket, because HTTP clients normalize paths. */
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
