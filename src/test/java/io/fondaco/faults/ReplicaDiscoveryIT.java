package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.platform.embedded.ReplicatedPostgres;
import io.fondaco.platform.embedded.ReplicatedPostgres.ClusterMember;
import io.fondaco.process.PackagedApp;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A host name resolves to several replicas, as a headless service's does, and later to others. Also: no replica is
 * within the maximum lag and the primary takes no fallback reads. The pod resolves host names by a hosts file.
 */
class ReplicaDiscoveryIT {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String FIRST = "127.0.0.2";
    private static final String SECOND = "127.0.0.3";

    /** How often a pod resolves the host names of replicas. */
    private static final Duration DISCOVERY_INTERVAL = Duration.ofSeconds(5);

    /** Within this time a pod must notice a promotion and connect to the new primary. */
    private static final Duration FAILOVER_TIMEOUT = TestTiming.scaled(Duration.ofSeconds(5));

    private static final int CARTS = 20;

    @TempDir
    private Path directory;

    @Test
    void replicasFollowTheAddressesOfTheirHostName() throws Exception {
        Path hosts = directory.resolve("hosts");
        try (ReplicatedPostgres database = ReplicatedPostgres.start(directory.resolve("data"), 2, FIRST, SECOND)) {
            int port = database.replicas().getFirst().port();
            writeHosts(hosts, List.of(FIRST));
            Map<String, String> environment = new TreeMap<>(database.credentialsEnvironment());
            environment.put(
                    "FONDACO_DATABASE_PRIMARY_URL",
                    database.jdbcUrl(List.of(database.primary().port())));
            environment.put(
                    "FONDACO_DATABASE_REPLICA_URLS", "jdbc:postgresql://replicas.shop:%d/fondaco".formatted(port));
            environment.put("FONDACO_DATABASE_MAX_LAG", "2s");
            environment.put("FONDACO_CACHE_ENABLED", "false");
            environment.put("FONDACO_DATABASE_FALLBACK_LIMIT", "0");
            environment.put("FONDACO_DATABASE_MIGRATE_AT_START", "true");
            environment.put("FONDACO_ACCESS_BOOTSTRAP_KEY", PackagedApp.ADMIN_KEY);
            environment.put("JDK_JAVA_OPTIONS", "-Dsun.net.inetaddr.ttl=0 -Djdk.net.hosts.file=" + hosts);
            try (PackagedApp pod = PackagedApp.start("discovery", environment)) {
                awaitRotation(pod, 1);
                writeHosts(hosts, List.of(FIRST, SECOND));
                awaitRotation(pod, 2);
                assertThat(pod.get("/q/health/ready")).contains(FIRST + ":", SECOND + ":");
                writeHosts(hosts, List.of(SECOND));
                awaitRotation(pod, 1);
                assertThat(pod.get("/q/health/ready")).doesNotContain(FIRST + ":");
                Files.writeString(hosts, "");
                // A name that does not resolve removes no replica.
                await().during(DISCOVERY_INTERVAL.plusSeconds(2))
                        .atMost(TestTiming.scaled(Duration.ofSeconds(30)))
                        .until(() -> replicasInRotation(pod) == 1 && status(pod, "/store/v1/products", "") == 200);

                assertReadsBeyondMaxLag(database.replicas().getLast(), pod, database);
            }
        }
    }

    /**
     * As behind CloudNativePG's Service: existing connections still lead to the old primary, which does not know of the
     * promotion.
     */
    @Test
    void podLeavesAnOldPrimaryBehindAServiceAfterAPromotion() throws Exception {
        try (ReplicatedPostgres database = ReplicatedPostgres.start(directory, 1);
                TcpProxy service = TcpProxy.to(database.primary().port())) {
            ClusterMember old = database.primary();
            ClusterMember promoted = database.replicas().getFirst();
            Map<String, String> environment = Pods.environment(database);
            environment.put("FONDACO_DATABASE_PRIMARY_URL", database.jdbcUrl(List.of(service.port())));
            environment.put("FONDACO_DATABASE_REPLICA_URLS", database.jdbcUrl(List.of(promoted.port())));
            environment.put("FONDACO_DATABASE_REPLICAS_MAY_BE_PROMOTED", "true");
            try (PackagedApp pod = PackagedApp.start("service", environment)) {
                assertThat(openCart(pod).statusCode()).isEqualTo(201);
                promoted.execute("SELECT pg_promote(true, 20)");
                service.redirectTo(promoted.port());
                int replicated = countCarts(promoted);
                await().atMost(FAILOVER_TIMEOUT).until(() -> {
                    openCart(pod);
                    return countCarts(promoted) > replicated;
                });
                int lost = countCarts(old);
                int before = countCarts(promoted);
                for (int i = 0; i < CARTS; i++) {
                    assertThat(openCart(pod).statusCode()).isEqualTo(201);
                }
                assertThat(countCarts(promoted)).isEqualTo(before + CARTS);
                assertThat(countCarts(old))
                        .as("carts on the old primary, to which nothing is written")
                        .isEqualTo(lost);
            }
        }
    }

    private static int countCarts(ClusterMember server) {
        return Integer.parseInt(server.query("SELECT count(*) FROM cart.cart"));
    }

    private static HttpResponse<Void> openCart(PackagedApp pod) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(pod.base().resolve("/store/v1/carts"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"currency\":\"GBP\",\"lines\":[]}"))
                        .build(),
                HttpResponse.BodyHandlers.discarding());
    }

    /**
     * Catalog reads without a token get old data. Catalog reads with a token, and reads that must be current, are
     * refused.
     */
    private static void assertReadsBeyondMaxLag(ClusterMember replica, PackagedApp pod, ReplicatedPostgres database)
            throws IOException, InterruptedException {
        replica.execute("SELECT pg_wal_replay_pause()");
        awaitRotation(pod, 0);
        String token = openCart(pod).headers().firstValue("Fondaco-Consistency").orElseThrow();
        assertThat(status(pod, "/store/v1/products", "")).isEqualTo(200);
        assertThat(status(pod, "/store/v1/products", token)).isEqualTo(503);
        assertThat(status(pod, "/admin/v1/stock", "")).isEqualTo(503);
        assertThat(pod.get("/q/metrics")).contains("reason=\"stale\"");
        assertThat(Pods.metric(pod, "fondaco_database_reads_refused_total", "")).isPositive();
        replica.execute("SELECT pg_wal_replay_resume()");
        awaitRotation(pod, 1);
        assertThat(status(pod, "/store/v1/products", token)).isEqualTo(200);
    }

    private static void writeHosts(Path hosts, List<String> addresses) throws IOException {
        StringBuilder content = new StringBuilder();
        addresses.forEach(address -> content.append(address).append(" replicas.shop\n"));
        content.append("127.0.0.1 localhost\n");
        Files.writeString(hosts, content);
    }

    private static void awaitRotation(PackagedApp pod, int count) {
        await().atMost(Duration.ofSeconds(30)).until(() -> replicasInRotation(pod) == count);
    }

    private static double replicasInRotation(PackagedApp pod) {
        return Pods.metric(pod, "fondaco_database_replicas_in_rotation", "");
    }

    private static int status(PackagedApp pod, String path, String token) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(pod.base().resolve(path))
                .header("Authorization", "Bearer " + PackagedApp.ADMIN_KEY);
        if (!token.isEmpty()) {
            request.header("Fondaco-Consistency", token);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
