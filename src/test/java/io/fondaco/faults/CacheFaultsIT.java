package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.platform.embedded.ReplicatedPostgres;
import io.fondaco.platform.embedded.ReplicatedPostgres.Member;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three pods with a cluster of caches, a primary and a replica, all real processes. A price is raised through one pod and
 * looked at through all, while the replica stops replaying, a pod is killed or frozen, the pods lose one another, and the
 * primary is lost with what it wrote last. Whatever breaks: no look with a token misses the raise that the token is
 * of, and no look at all is older than the bound.
 *
 * <p>{@code -Dfaults.seconds} is how long each fault lasts.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CacheFaultsIT {
    private static final Logger LOG = Logger.getLogger(CacheFaultsIT.class);
    private static final long SECONDS = Long.getLong("faults.seconds", 4);
    private static final int PODS = 3;

    /** As documented: {@code fondaco.cache.lease}. */
    private static final Duration BOUND = Duration.ofSeconds(2);

    /** Failure detection gives a pod up after 10 s without a sign of life, and looks twice. */
    private static final Duration GIVEN_UP = Duration.ofSeconds(14);

    private static final Duration BETWEEN_RAISES = Duration.ofMillis(50);
    private static final long ABSENT_BYTES = 200_000;
    private static final String PRODUCT = "watched";
    private static final String OF_A_PRODUCT = "FROM catalog.product p WHERE p.slug = ";
    private static final String OF_NAMES = "SELECT slug, id FROM catalog.product";

    @TempDir
    private static Path directory;

    private static ReplicatedPostgres database;
    private static final List<TcpProxy> NETWORK = new ArrayList<>();
    private static final List<PackagedApp> PODS_UP = new ArrayList<>();
    private static final List<Map<String, String>> ENVIRONMENTS = new ArrayList<>();
    private static PriceWatch watch;

    @BeforeAll
    static void open() {
        database = ReplicatedPostgres.start(directory, 1);
        List<Integer> inside = new ArrayList<>();
        List<Integer> outside = new ArrayList<>();
        for (int i = 0; i < PODS; i++) {
            inside.add(clusterPort());
            outside.add(clusterPort());
            // Pods know one another by the proxies only: one for messages, one for failure detection.
            NETWORK.add(TcpProxy.to(outside.get(i), inside.get(i)));
            NETWORK.add(TcpProxy.to(outside.get(i) + 50_000, inside.get(i) + 50_000));
        }
        String members = outside.stream().map("127.0.0.1[%d]"::formatted).collect(Collectors.joining(","));
        for (int i = 0; i < PODS; i++) {
            Map<String, String> environment = Pods.environment(database);
            environment.put("FONDACO_CACHE_CLUSTER_MEMBERS", members);
            environment.put("FONDACO_CACHE_CLUSTER_BIND_ADDRESS", "127.0.0.1");
            environment.put("FONDACO_CACHE_CLUSTER_BIND_PORT", Integer.toString(inside.get(i)));
            environment.put("FONDACO_CACHE_CLUSTER_EXTERNAL_ADDRESS", "127.0.0.1");
            environment.put("FONDACO_CACHE_CLUSTER_EXTERNAL_PORT", Integer.toString(outside.get(i)));
            environment.put("FONDACO_CACHE_MAX_ABSENT_BYTES", Long.toString(ABSENT_BYTES));
            ENVIRONMENTS.add(environment);
            PODS_UP.add(PackagedApp.launch("cache-pod-" + i, environment));
        }
        PODS_UP.forEach(PackagedApp::awaitReady);
        try (ShopClient shop = new ShopClient(pod(0).base(), PackagedApp.ADMIN_KEY)) {
            StringBuilder products = new StringBuilder("Handle,Title,Status,Variant SKU,Variant Price\n");
            products.append("%s,Watched,active,WATCHED,10.00\n".formatted(PRODUCT));
            IntStream.range(0, 20).forEach(i -> products.append("herd-%d,Herd,active,HERD-%d,1.00\n".formatted(i, i)));
            shop.importProducts("EUR", products.toString());
        }
        watch = new PriceWatch(pod(0), PRODUCT, "WATCHED");
        awaitMembers(PODS);
    }

    /** One that has a partner 50,000 above it. */
    static int clusterPort() {
        Random random = new Random();
        for (int tries = 0; tries < 100; tries++) {
            int port = random.nextInt(8_000, 15_000);
            try (ServerSocket one = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"));
                    ServerSocket other = new ServerSocket(port + 50_000, 1, InetAddress.ofLiteral("127.0.0.1"))) {
                return one.getLocalPort();
            } catch (IOException _) {
                // Somebody has one of them.
            }
        }
        throw new IllegalStateException("No free ports");
    }

    @AfterAll
    static void close() {
        List<AutoCloseable> all = new ArrayList<>(PODS_UP);
        all.addFirst(watch);
        all.addAll(NETWORK);
        all.add(database);
        Pods.closeAll(all);
    }

    @AfterEach
    void whole() {
        awaitMembers(PODS);
    }

    private static PackagedApp pod(int number) {
        return PODS_UP.get(number);
    }

    private static void awaitMembers(int count) {
        // One that has just woken may be too busy to say so at once.
        await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> PODS_UP.stream()
                .allMatch(pod -> Pods.metric(pod, "fondaco_cache_members", "") == count));
    }

    private static double metric(String name, String label) {
        return Pods.metric(PODS_UP, "fondaco_cache_" + name, label);
    }

    private static void assertNothingOld(String what, PriceWatch.Report report) {
        LOG.infof("%s: %s", what, report);
        assertThat(report.looks()).as("looks").isPositive();
        assertThat(report.staleWithToken())
                .as("looks that missed what their token is of: " + report)
                .isZero();
        assertThat(report.beyond()).as("looks older than %s: %s", BOUND, report).isZero();
    }

    @Test
    @Order(1)
    void aPriceThatIsRaisedIsSeenThroughEveryPodAndMostLooksAreHits() {
        double hits = metric("hits_total", "");
        PriceWatch.Run run = watch.look(PODS_UP, BOUND);
        PriceWatch.Report raises = watch.raiseFor(pod(0), Duration.ofSeconds(SECONDS), Duration.ofMillis(500));
        PriceWatch.Report report = run.end().plus(raises);
        assertNothingOld("all is well", report);
        assertThat(report.errors()).isEmpty();
        assertThat((metric("hits_total", "") - hits) / report.looks())
                .as("looks that were hits")
                .isGreaterThan(0.5);
        assertThat(metric("invalidations_total", "source=\"pod\""))
                .as("heard from another pod before the log told")
                .isPositive();
    }

    @Test
    @Order(2)
    void aCacheThatDoesNotAskForPositionsIsFoundOut() {
        Map<String, String> naive = Pods.environment(database);
        naive.put("FONDACO_CACHE_CHECK_POSITIONS", "false");
        Member replica = database.replicas().getFirst();
        try (PackagedApp pod = PackagedApp.start("cache-naive", naive)) {
            watch.seen(pod);
            // Who has a token would make it read anew, and so cure it.
            PriceWatch.Run run = watch.lookWithoutToken(List.of(pod), BOUND);
            replica.execute("SELECT pg_wal_replay_pause()");
            watch.raise(pod(0));
            Pods.pass(Duration.ofSeconds(2));
            replica.execute("SELECT pg_wal_replay_resume()");
            Pods.pass(BOUND.plusSeconds(2));
            PriceWatch.Report report = run.end();
            LOG.infof("positions not checked: %s", report);
            assertThat(report.beyond())
                    .as("looks at a poisoned cache that a watch worth its name finds: " + report)
                    .isPositive();
        }
    }

    @Test
    @Order(3)
    void aReplicaThatStopsReplayingPoisonsNoCache() {
        Member replica = database.replicas().getFirst();
        PriceWatch.Run run = watch.look(PODS_UP, BOUND);
        replica.execute("SELECT pg_wal_replay_pause()");
        PriceWatch.Report raises = watch.raiseFor(pod(0), Duration.ofSeconds(SECONDS), BETWEEN_RAISES);
        Pods.pass(BOUND.plusSeconds(1));
        replica.execute("SELECT pg_wal_replay_resume()");
        Pods.pass(Duration.ofSeconds(1));
        PriceWatch.Report report = run.end().plus(raises);
        assertNothingOld("a replica paused", report);
        assertThat(metric("fills_refused_total", "reason=\"stale\""))
                .as("fills that would have poisoned the cache")
                .isPositive();
        PODS_UP.forEach(pod -> assertThat(watch.seen(pod)).isEqualTo(watch.price()));
    }

    @Test
    @Order(4)
    void fiveHundredWhoMissTheSameAnswerCostOneLoad() throws Exception {
        // A load takes so long that all of them come meanwhile: a second each time that it comes by this product.
        database.primary().execute("ALTER TABLE catalog.product ENABLE ROW LEVEL SECURITY");
        database.primary()
                .execute("CREATE POLICY slow ON catalog.product USING (slug <> 'herd-7' OR pg_sleep(1) IS NOT NULL)");
        int herd = 500;
        try {
            awaitReplayed();
            awaitKeeping();
            long before = statements(OF_A_PRODUCT);
            assertThat(atOnce(herd, "/store/v1/products/herd-7")).hasSize(herd).containsOnly(200);
            assertThat(statements(OF_A_PRODUCT) - before).as("loads").isEqualTo(1);
        } finally {
            database.primary().execute("DROP POLICY slow ON catalog.product");
            database.primary().execute("ALTER TABLE catalog.product DISABLE ROW LEVEL SECURITY");
        }
        assertThat(metric("loads_shared_total", ""))
                .as("who waited for another's load")
                .isGreaterThan(herd / 2.0);
    }

    /** A replica that comes back is read before it says how far it is, and what it told then is not kept. */
    private static void awaitKeeping() {
        AtomicInteger next = new AtomicInteger(8);
        await().atMost(Pace.within(Duration.ofSeconds(10)))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> {
                    String product = "herd-" + next.getAndIncrement();
                    status(pod(1), product);
                    return status(pod(1), product).startsWith("fondaco; hit");
                });
    }

    /** What so many are answered who ask the same of one pod at the same moment. */
    private static List<Integer> atOnce(int herd, String path) throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        try (HttpClient http = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            HttpRequest request = HttpRequest.newBuilder(pod(1).base().resolve(path))
                    .timeout(Duration.ofSeconds(30))
                    .build();
            List<Future<Integer>> all = new ArrayList<>();
            for (int i = 0; i < herd; i++) {
                all.add(threads.submit(() -> {
                    start.await();
                    return http.send(request, HttpResponse.BodyHandlers.discarding())
                            .statusCode();
                }));
            }
            start.countDown();
            List<Integer> statuses = new ArrayList<>();
            for (Future<Integer> one : all) {
                statuses.add(one.get(40, TimeUnit.SECONDS));
            }
            return statuses;
        }
    }

    @Test
    @Order(5)
    void whoTriesNamesAtRandomNeitherFillsMemoryNorBusiesTheDatabase() throws Exception {
        awaitReplayed();
        watch.seen(pod(2));
        long products = statements(OF_A_PRODUCT);
        long gathered = statements(OF_NAMES);
        double answers = Pods.metric(pod(2), "fondaco_cache_entries", "cache=\"answers\"");
        int tries = 12_000;
        int threads = 64;
        long begin = System.nanoTime();
        try (HttpClient http = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build();
                ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Long>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                Random random = new Random(i);
                all.add(pool.submit(() -> {
                    long found = 0;
                    for (int n = 0; n < tries / threads; n++) {
                        URI name = pod(2).base()
                                .resolve("/store/v1/products/guess-" + Long.toString(random.nextLong(), 36));
                        found += http.send(
                                                        HttpRequest.newBuilder(name)
                                                                .timeout(Duration.ofSeconds(20))
                                                                .build(),
                                                        HttpResponse.BodyHandlers.discarding())
                                                .statusCode()
                                        == 404
                                ? 0
                                : 1;
                    }
                    return found;
                }));
            }
            for (Future<Long> one : all) {
                assertThat(one.get(60, TimeUnit.SECONDS))
                        .as("answers other than 404")
                        .isZero();
            }
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        long singly = statements(OF_A_PRODUCT) - products;
        long together = statements(OF_NAMES) - gathered;
        LOG.infof(
                "%d names tried at random in %.1f s: %d statements for one name, %d for many",
                tries, seconds, singly, together);
        assertThat(singly).as("asked one by one, before it was noticed").isLessThan(400);
        assertThat(together).as("asked together").isPositive().isLessThan((long) (100 * (seconds + 2)));
        assertThat(Pods.metric(pod(2), "fondaco_cache_bytes", "cache=\"absences\""))
                .as("bytes kept of what does not exist")
                .isLessThanOrEqualTo(ABSENT_BYTES);
        assertThat(Pods.metric(pod(2), "fondaco_cache_entries", "cache=\"answers\""))
                .as("answers displaced")
                .isGreaterThanOrEqualTo(answers);
        try (ShopClient shop = new ShopClient(pod(2).base(), PackagedApp.ADMIN_KEY)) {
            shop.get("/store/v1/products/herd-3", "").expect(200);
        }
    }

    @Test
    @Order(6)
    void aPodThatIsKilledAndComesBackIsMissedByNobodyElse() {
        PriceWatch.Run run = watch.look(PODS_UP.subList(0, 2), BOUND);
        PriceWatch.Report raises = watch.raiseFor(pod(0), Duration.ofSeconds(1), BETWEEN_RAISES);
        pod(2).kill();
        raises = raises.plus(watch.raiseFor(pod(0), Duration.ofSeconds(SECONDS), BETWEEN_RAISES));
        PODS_UP.set(2, pod(2).startAgain("cache-pod-2", ENVIRONMENTS.get(2)));
        PriceWatch.Run newcomer = watch.look(List.of(pod(2)), BOUND);
        raises = raises.plus(watch.raiseFor(pod(0), Duration.ofSeconds(2), BETWEEN_RAISES));
        PriceWatch.Report report = run.end().plus(newcomer.end()).plus(raises);
        assertNothingOld("a pod killed and started again", report);
        assertThat(report.errors()).isEmpty();
        assertThat(report.slowestRaiseMillis())
                .as("nobody waits for the dead")
                .isLessThan(Pace.within(Duration.ofSeconds(5)).toMillis());
    }

    @Test
    @Order(7)
    void aPodThatWakesAfterALongSleepServesNothingOld() {
        PriceWatch.Run others = watch.look(PODS_UP.subList(0, 2), BOUND);
        watch.seen(pod(2));
        pod(2).freeze(true);
        PriceWatch.Report raises = watch.raiseFor(
                pod(0), GIVEN_UP.plusSeconds(Math.max(0, SECONDS - GIVEN_UP.toSeconds())), BETWEEN_RAISES);
        assertThat(Pods.metric(pod(0), "fondaco_cache_members", ""))
                .as("the sleeper was given up")
                .isEqualTo(PODS - 1);
        Pods.pass(BOUND);
        // Whoever looks from the first moment on sees what was answered while it slept.
        PriceWatch.Run sleeper = watch.look(List.of(pod(2)), BOUND);
        pod(2).freeze(false);
        Pods.pass(Duration.ofSeconds(2));
        PriceWatch.Report report = others.end().plus(sleeper.end()).plus(raises);
        assertNothingOld("a pod asleep", report);
        assertThat(report.slowestRaiseMillis())
                .as("nobody waits for the sleeper")
                .isLessThan(Pace.within(Duration.ofSeconds(5)).toMillis());
    }

    @Test
    @Order(8)
    void podsThatLoseOneAnotherHearOfChangesAllTheSameAndMeetAgain() {
        double fromTheLog = metric("invalidations_total", "source=\"log\"");
        PriceWatch.Run run = watch.look(PODS_UP, BOUND);
        NETWORK.forEach(proxy -> proxy.set(TcpProxy.Mode.RESET));
        awaitMembers(1);
        PriceWatch.Report raises = watch.raiseFor(pod(0), Duration.ofSeconds(SECONDS), BETWEEN_RAISES);
        assertThat(metric("invalidations_total", "source=\"log\""))
                .as("changes that only the log told")
                .isGreaterThan(fromTheLog);
        NETWORK.forEach(proxy -> proxy.set(TcpProxy.Mode.PASS));
        awaitMembers(PODS);
        raises = raises.plus(watch.raiseFor(pod(1), Duration.ofSeconds(1), BETWEEN_RAISES));
        PriceWatch.Report report = run.end().plus(raises);
        assertNothingOld("the cluster split and healed", report);
        assertThat(report.errors()).isEmpty();
        Pods.pass(BOUND);
        PODS_UP.forEach(pod -> assertThat(watch.seen(pod)).isEqualTo(watch.price()));
    }

    @Test
    @Order(9)
    void whileNoServerOfTheDatabaseAnswersWhatIsKeptIsShownAndSaysThatItMayBeOld() throws Exception {
        PODS_UP.forEach(pod -> await().until(() -> status(pod, PRODUCT).startsWith("fondaco; hit")));
        database.replicas().getFirst().kill();
        database.primary().kill();
        for (PackagedApp pod : PODS_UP) {
            await().atMost(Pace.within(Duration.ofSeconds(20)))
                    .until(() -> status(pod, PRODUCT).contains("detail=stale"));
            assertThat(watch.seen(pod)).isEqualTo(watch.price());
            assertThat(status(pod, "herd-19")).as("what is not kept").isEqualTo("503");
        }
        database.revive(database.primary());
        database.revive(database.replicas().getFirst());
        awaitReplayed();
        watch.raise(pod(0));
        PODS_UP.forEach(pod -> await().atMost(Pace.within(BOUND)).until(() -> watch.seen(pod) == watch.price()));
        assertThat(metric("stale_total", "")).isPositive();
    }

    /** What a pod says of where its answer comes from, or its status when it is no success. */
    private static String status(PackagedApp pod, String product) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<Void> answer = http.send(
                    HttpRequest.newBuilder(pod.base().resolve("/store/v1/products/" + product))
                            .timeout(Duration.ofSeconds(20))
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
            return answer.statusCode() == 200
                    ? answer.headers().firstValue("Cache-Status").orElse("")
                    : Integer.toString(answer.statusCode());
        }
    }

    @Test
    @Order(10)
    void whatAFailoverLosesLeavesTheCachesToo() {
        watch.raise(pod(0));
        long survives = watch.price();
        awaitReplayed();
        database.stopStreaming();
        watch.raise(pod(0));
        long lost = watch.price();
        PODS_UP.forEach(
                pod -> await().atMost(Pace.within(Duration.ofSeconds(10))).until(() -> watch.seen(pod) == lost));
        double restarts = metric("restarts_total", "");
        database.primary().kill();
        database.failOver();
        for (PackagedApp pod : PODS_UP) {
            await().atMost(Pace.within(Duration.ofSeconds(30)))
                    .ignoreExceptions()
                    .until(() -> watch.seen(pod) == survives);
            assertThat(watch.seen(pod)).isEqualTo(survives);
        }
        assertThat(metric("restarts_total", "")).as("caches begun anew").isGreaterThanOrEqualTo(restarts + PODS);
    }

    private static void awaitReplayed() {
        String position = database.primary().query("SELECT pg_current_wal_flush_lsn()");
        await().atMost(Pace.within(Duration.ofSeconds(10))).until(() -> database.replicas().stream()
                .allMatch(member -> member.query("SELECT pg_last_wal_replay_lsn() >= '" + position + "'")
                        .equals("t")));
        await().atMost(Pace.within(Duration.ofSeconds(20)))
                .until(() -> Pods.metric(PODS_UP, "fondaco_database_replicas_in_rotation", "") == PODS);
    }

    /** Statements with this text that all servers have run. */
    private static long statements(String text) {
        return database.members().stream()
                .mapToLong(member -> Long.parseLong(member.query(
                        "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE position('%s' IN query) > 0 AND query !~ 'pg_stat_statements'"
                                .formatted(text))))
                .sum();
    }
}
