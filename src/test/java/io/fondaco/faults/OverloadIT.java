package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.ConcurrentRunner;
import io.fondaco.platform.embedded.ReplicatedPostgres;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import io.fondaco.replay.ShopClient.GuestCart;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pods get more requests than they can serve: the excess is refused immediately, imports before browsing before buying,
 * and buyers are not affected (matrix row 10; rows 20 and 23 are {@link SlowClientsIT}).
 */
class OverloadIT {
    private static final Logger LOG = Logger.getLogger(OverloadIT.class);
    private static final Duration OVERLOAD_DURATION =
            Duration.ofSeconds(Math.min(30, Integer.getInteger("faults.seconds", 4) * 2));
    private static final int BROWSERS = 120;
    private static final int IMPORTERS = 12;
    private static final int DISCONNECTING_CLIENTS = 4;
    private static final int BURST = 150;

    /** A list of products, which is not cached here. */
    private static final String LIST_PATH = "/store/v1/products?limit=";

    @TempDir
    private static Path directory;

    private static ReplicatedPostgres database;
    private static PackagedApp podWithAllRoles;

    @BeforeAll
    static void open() {
        database = ReplicatedPostgres.start(directory, 1);
        podWithAllRoles = PackagedApp.start("overload-all", environment("browse,buy,admin,worker"));
        try (ShopClient staff = new ShopClient(podWithAllRoles.base(), PackagedApp.ADMIN_KEY)) {
            StringBuilder products =
                    new StringBuilder("Handle,Title,Status,Variant SKU,Variant Price,Variant Inventory Policy\n");
            for (int i = 0; i < 200; i++) {
                products.append("flood-%1$d,Thing %1$d,active,FLOOD-%1$d,5.00,deny\n".formatted(i));
            }
            staff.importProducts("GBP", products.toString());
            staff.importStock("sku,location,available\nFLOOD-0,default,1000000\n");
        }
    }

    private static Map<String, String> environment(String roles) {
        Map<String, String> environment = Pods.sellingEnvironment(database);
        environment.put("FONDACO_ROLES", roles);
        environment.put("FONDACO_CACHE_ENABLED", "false");
        environment.put("FONDACO_ADMISSION_MAX_REQUESTS", "16");
        return environment;
    }

    @AfterAll
    static void close() {
        Pods.closeAll(List.of(podWithAllRoles, database));
    }

    @Test
    void overloadDoesNotAffectBuyers() throws Exception {
        try (LoadGenerator browsing = startBrowsing(podWithAllRoles.base());
                LoadGenerator importing = importStock(podWithAllRoles.base());
                AutoCloseable _ = startDisconnectingClients(podWithAllRoles.base())) {
            int orders = buyFor(OVERLOAD_DURATION, podWithAllRoles.base());
            LOG.infof(
                    "%d orders; browsing %s; importing %s",
                    orders, browsing.responseCounts(), importing.responseCounts());
            assertThat(orders).isPositive();
            assertThat(browsing.responseCounts()).containsOnlyKeys("200", "503 overloaded");
            assertThat(importing.responseCounts().keySet()).isSubsetOf("202", "503 overloaded");
            assertThat(importing.count("503 overloaded"))
                    .as("refused imports, which are refused first")
                    .isGreaterThan(importing.count("202"));
        }
        assertThat(refusedRequests(podWithAllRoles, "buy")).isZero();
        assertThat(refusedRequests(podWithAllRoles, "browse")).isPositive();
        await().untilAsserted(
                        () -> assertThat(Pods.metric(podWithAllRoles, "fondaco_admission_requests_served", "priority"))
                                .as("admission slots that were not released")
                                .isZero());
    }

    @Test
    void overloadedBrowsePodDoesNotAffectTheBuyPod() throws Exception {
        try (PackagedApp browse = PackagedApp.start("overload-browse", environment("browse"));
                PackagedApp buy = PackagedApp.start("overload-buy", environment("buy"));
                LoadBalancer balancer = LoadBalancer.over(
                        Map.of("BROWSE", List.of(browse), "BUY", List.of(buy), "ADMIN", List.of(podWithAllRoles)),
                        directory)) {
            openCartsTogether(buy.base());
            assertThat(refusedRequests(buy, "")).isZero();
            // Without HAProxy requests are not routed to roles by path.
            URI shop = balancer.retriesReads() ? balancer.next() : browse.base();
            URI checkout = balancer.retriesReads() ? balancer.next() : buy.base();
            try (LoadGenerator browsing = startBrowsing(shop)) {
                int orders = buyFor(OVERLOAD_DURATION, checkout);
                LOG.infof("%d orders; browsing %s", orders, browsing.responseCounts());
                assertThat(orders).isPositive();
                assertThat(browsing.count("200")).isPositive();
            }
            assertThat(refusedRequests(browse, "browse")).isPositive();
            assertThat(refusedRequests(buy, "")).isZero();
        }
    }

    /** The database is slow, then does not answer, then is as fast as before. */
    @Test
    void podSurvivesADatabaseThatIsSlowAndThenStalls() throws Exception {
        try (TcpProxy databaseProxy = TcpProxy.to(database.primary().port())) {
            Map<String, String> environment = environment("browse,buy,admin,worker");
            String url = database.jdbcUrl(List.of(databaseProxy.port()));
            environment.put("FONDACO_DATABASE_PRIMARY_URL", url);
            environment.remove("FONDACO_DATABASE_REPLICA_URLS");
            try (PackagedApp pod = PackagedApp.start("overload-slow", environment);
                    LoadGenerator browsing = startBrowsing(pod.base())) {
                databaseProxy.delay(Duration.ofMillis(50));
                Thread.sleep(OVERLOAD_DURATION);
                assertThat(browsing.count("200"))
                        .as("successful reads while the database is slow")
                        .isPositive();
                databaseProxy.set(TcpProxy.Mode.STALL);
                Thread.sleep(OVERLOAD_DURATION);
                databaseProxy.delay(Duration.ZERO);
                databaseProxy.set(TcpProxy.Mode.PASS);
                await().atMost(TestTiming.scaled(Duration.ofSeconds(10))).until(() -> canBuy(pod.base()));
                LOG.infof("browsing %s", browsing.responseCounts());
                assertThat(browsing.responseCounts().keySet())
                        .isSubsetOf("200", "503 overloaded", "503 database_slow", "503 database_unavailable");
            }
        }
    }

    private static double refusedRequests(PackagedApp pod, String priority) {
        return Pods.metric(pod, "fondaco_admission_requests_refused_total", priority);
    }

    private static LoadGenerator startBrowsing(URI base) {
        return new LoadGenerator(
                BROWSERS,
                () -> HttpRequest.newBuilder(
                        base.resolve(LIST_PATH + ThreadLocalRandom.current().nextInt(40, 60))));
    }

    private static LoadGenerator importStock(URI base) {
        return new LoadGenerator(IMPORTERS, () -> HttpRequest.newBuilder(base.resolve("/admin/v1/imports?kind=stock"))
                .header("Authorization", "Bearer " + PackagedApp.ADMIN_KEY)
                .header("Content-Type", "text/csv")
                .POST(HttpRequest.BodyPublishers.ofString("sku,location,available\nFLOOD-1,default,10\n")));
    }

    /** Clients that send a request and disconnect before the response. */
    private static AutoCloseable startDisconnectingClients(URI base) {
        AtomicBoolean stopped = new AtomicBoolean();
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < DISCONNECTING_CLIENTS; i++) {
            clients.add(Thread.ofVirtual().start(() -> {
                while (!stopped.get()) {
                    try (Socket socket = new Socket()) {
                        socket.connect(new InetSocketAddress(base.getHost(), base.getPort()));
                        socket.getOutputStream()
                                .write("GET %s HTTP/1.1\r\nHost: shop\r\n\r\n"
                                        .formatted(LIST_PATH + 50)
                                        .getBytes(StandardCharsets.US_ASCII));
                        Thread.sleep(10);
                    } catch (IOException _) {
                        // The server may close the connection first.
                    } catch (InterruptedException _) {
                        return;
                    }
                }
            }));
        }
        return () -> {
            stopped.set(true);
            for (Thread client : clients) {
                client.join();
            }
        };
    }

    /** Four shoppers that never retry. @return the number of their orders */
    private static int buyFor(Duration time, URI base) throws Exception {
        long end = System.nanoTime() + time.toNanos();
        return ConcurrentRunner.runAll(4, 4, _ -> {
                    int orders = 0;
                    while (System.nanoTime() < end) {
                        buy(base);
                        orders++;
                    }
                    return orders;
                })
                .stream()
                .mapToInt(Integer::intValue)
                .sum();
    }

    /** Shoppers that never retry arrive together at a pod that has just started: they wait for their turn. */
    private static void openCartsTogether(URI base) throws Exception {
        ConcurrentRunner.runAll(BURST, _ -> {
            try (ShopClient shopper = new ShopClient(base, "", Duration.ZERO)) {
                GuestCart cart =
                        shopper.openCart("GBP", "ada@example.org", List.of(Map.of("sku", "FLOOD-0", "quantity", 1)));
                return shopper.get(cart.path() + "/shipping-methods", cart.token())
                        .expect(200);
            }
        });
    }

    private static boolean canBuy(URI base) {
        try {
            buy(base);
            return true;
        } catch (RuntimeException _) {
            return false;
        }
    }

    private static void buy(URI base) {
        try (ShopClient shopper = new ShopClient(base, "", Duration.ZERO)) {
            shopper.buy("GBP", "FLOOD-0");
        }
    }
}
