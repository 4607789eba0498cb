package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.platform.embedded.ReplicatedPostgres;
import io.fondaco.platform.embedded.ReplicatedPostgres.ClusterMember;
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
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongPredicate;
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
 * Three pods with clustered caches, a primary and a replica, all real processes. A price is raised through one pod and
 * read through all pods, while the replica's replay is paused, a pod is killed or frozen, the pods are partitioned, and
 * the primary is lost with its last writes. In every case no read with a token is older than the token's write, and no
 * read is older than the staleness bound.
 *
 * <p>{@code -Dfaults.seconds} is the duration of each fault.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CacheFaultsIT {
    private static final Logger LOG = Logger.getLogger(CacheFaultsIT.class);
    private static final long SECONDS = Long.getLong("faults.seconds", 4);
    private static final int POD_COUNT = 3;

    /** The documented bound, {@code fondaco.cache.max-log-age}. */
    private static final Duration STALENESS_BOUND = Duration.ofSeconds(2);

    /** A pod that is silent for this long leaves the cluster; a busy pod must not. */
    private static final Duration FAILURE_TIMEOUT = Duration.ofSeconds(5);

    /** From the last request until the pods are idle. */
    private static final Duration BEFORE_IDLE_COUNT = Duration.ofSeconds(4);

    private static final Duration IDLE_COUNT = Duration.ofSeconds(20);
    private static final double MAX_IDLE_WAL_BYTES = 2_000;
    private static final Duration BETWEEN_RAISES = Duration.ofMillis(50);
    private static final long MAX_CACHE_BYTES = 3_200_000;
    private static final long MAX_NEGATIVE_CACHE_BYTES = MAX_CACHE_BYTES / 16;
    private static final String PRODUCT = "watched";
    private static final String PRODUCT_QUERY = "FROM catalog.product p WHERE p.slug = ";
    private static final String SLUG_BATCH_QUERY = "SELECT slug, id FROM catalog.product";

    @TempDir
    private static Path directory;

    private static ReplicatedPostgres database;
    private static final List<TcpProxy> NETWORK = new ArrayList<>();
    private static final List<PackagedApp> RUNNING_PODS = new ArrayList<>();
    private static final List<Map<String, String>> ENVIRONMENTS = new ArrayList<>();
    private static StalenessChecker stalenessChecker;

    @BeforeAll
    static void open() {
        database = ReplicatedPostgres.start(directory, 1);
        List<Integer> bindPorts = new ArrayList<>();
        List<Integer> proxyPorts = new ArrayList<>();
        for (int i = 0; i < POD_COUNT; i++) {
            bindPorts.add(clusterPort());
            proxyPorts.add(clusterPort());
            // Pods reach each other through the proxies only: one for messages, one for failure detection.
            NETWORK.add(TcpProxy.to(proxyPorts.get(i), bindPorts.get(i)));
            NETWORK.add(TcpProxy.to(proxyPorts.get(i) + 50_000, bindPorts.get(i) + 50_000));
        }
        String members = proxyPorts.stream().map("127.0.0.1[%d]"::formatted).collect(Collectors.joining(","));
        for (int i = 0; i < POD_COUNT; i++) {
            Map<String, String> environment = Pods.environment(database);
            environment.put("FONDACO_CACHE_CLUSTER_MEMBERS", members);
            environment.put("FONDACO_CACHE_CLUSTER_BIND_ADDRESS", "127.0.0.1");
            environment.put("FONDACO_CACHE_CLUSTER_BIND_PORT", Integer.toString(bindPorts.get(i)));
            environment.put("FONDACO_CACHE_CLUSTER_EXTERNAL_ADDRESS", "127.0.0.1");
            environment.put("FONDACO_CACHE_CLUSTER_EXTERNAL_PORT", Integer.toString(proxyPorts.get(i)));
            environment.put("FONDACO_CACHE_MAX_BYTES", Long.toString(MAX_CACHE_BYTES));
            environment.put("FONDACO_CACHE_CLUSTER_FAILURE_TIMEOUT", FAILURE_TIMEOUT.toString());
            ENVIRONMENTS.add(environment);
            RUNNING_PODS.add(PackagedApp.launch("cache-pod-" + i, environment));
        }
        RUNNING_PODS.forEach(PackagedApp::awaitReady);
        try (ShopClient shop = new ShopClient(pod(0).base(), PackagedApp.ADMIN_KEY)) {
            StringBuilder products = new StringBuilder("Handle,Title,Status,Variant SKU,Variant Price\n");
            products.append("%s,Watched,active,WATCHED,10.00\n".formatted(PRODUCT));
            IntStream.range(0, 20).forEach(i -> products.append("herd-%d,Herd,active,HERD-%d,1.00\n".formatted(i, i)));
            shop.importProducts("EUR", products.toString());
        }
        stalenessChecker = new StalenessChecker(pod(0), PRODUCT, "WATCHED");
        awaitMembers(POD_COUNT);
    }

    /** A free port for which port + 50,000 is free, too: the failure detection uses it. */
    static int clusterPort() {
        Random random = new Random();
        for (int tries = 0; tries < 100; tries++) {
            int port = random.nextInt(8_000, 15_000);
            try (ServerSocket one = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"));
                    ServerSocket other = new ServerSocket(port + 50_000, 1, InetAddress.ofLiteral("127.0.0.1"))) {
                return one.getLocalPort();
            } catch (IOException _) {
                // One of the two ports is in use.
            }
        }
        throw new IllegalStateException("No free ports");
    }

    @AfterAll
    static void close() {
        List<AutoCloseable> all = new ArrayList<>(RUNNING_PODS);
        all.addFirst(stalenessChecker);
        all.addAll(NETWORK);
        all.add(database);
        Pods.closeAll(all);
    }

    @AfterEach
    void awaitFullCluster() {
        awaitMembers(POD_COUNT);
    }

    private static PackagedApp pod(int number) {
        return RUNNING_PODS.get(number);
    }

    private static void awaitMembers(int count) {
        // A pod that was just resumed may be too busy to answer.
        await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> RUNNING_PODS.stream()
                .allMatch(pod -> Pods.metric(pod, "fondaco_cache_members", "") == count));
    }

    private static double metric(String name, String label) {
        return Pods.metric(RUNNING_PODS, "fondaco_cache_" + name, label);
    }

    private static void assertNothingStale(String phase, StalenessChecker.StalenessReport stalenessReport) {
        LOG.infof("%s: %s", phase, stalenessReport);
        assertThat(stalenessReport.reads()).as("reads").isPositive();
        assertThat(stalenessReport.staleReadsWithToken())
                .as("reads that are older than their token: " + stalenessReport)
                .isZero();
        assertThat(stalenessReport.readsBeyondBound())
                .as("reads that are older than %s: %s", STALENESS_BOUND, stalenessReport)
                .isZero();
    }

    /** The servers count the statements of three pods, each of which names both as primary and as replica. */
    @Test
    @Order(0)
    void idlePodsCostNextToNothingAndAnswerFromTheCacheAfterwards() throws Exception {
        RUNNING_PODS.forEach(
                pod -> await().until(() -> cacheStatus(pod, PRODUCT).startsWith("fondaco; hit")));
        awaitReplication();
        Pods.sleep(BEFORE_IDLE_COUNT);
        Map<String, Long> onPrimary = statementCounts(database.primary());
        Map<String, Long> onReplica = statementCounts(database.replicas().getFirst());
        long heartbeats = heartbeats();
        long wal = walBytes();

        Pods.sleep(IDLE_COUNT);

        IdleStatements primary = IdleStatements.between(onPrimary, statementCounts(database.primary()));
        IdleStatements replica = IdleStatements.between(
                onReplica, statementCounts(database.replicas().getFirst()));
        double heartbeatRate = (heartbeats() - heartbeats) / (double) IDLE_COUNT.toSeconds();
        double walRate = (walBytes() - wal) / (double) IDLE_COUNT.toSeconds();
        LOG.infof(
                "%d idle pods, statements/s: primary %s, replica %s; together %.2f heartbeats/s, %.0f bytes of WAL/s",
                POD_COUNT, primary, replica, heartbeatRate, walRate);
        assertThat(primary.ofEachPod())
                .as("statements per second of each pod on the primary: " + primary)
                .isLessThanOrEqualTo(3);
        assertThat(primary.ofAllPods())
                .as("other statements per second on the primary: " + primary)
                .isLessThanOrEqualTo(3);
        assertThat(replica.ofEachPod() + replica.ofAllPods())
                .as("statements per second of each pod on the replica: " + replica)
                .isLessThanOrEqualTo(1);
        assertThat(heartbeatRate).as("heartbeats per second of all pods").isBetween(0.8, 1.2);
        assertThat(walRate)
                .as("bytes of WAL per second that statements of all pods wrote")
                .isLessThan(MAX_IDLE_WAL_BYTES);
        for (PackagedApp pod : RUNNING_PODS) {
            assertThat(cacheStatus(pod, PRODUCT))
                    .as("first request after the idle time")
                    .startsWith("fondaco; hit");
        }
    }

    /** The number of executions of each statement by pods, without those that only begin or end a transaction. */
    private static Map<String, Long> statementCounts(ClusterMember server) {
        return server.queryAll("""
                        SELECT calls || ' ' || left(regexp_replace(query, '\\s+', ' ', 'g'), 100)
                          FROM pg_stat_statements
                         WHERE toplevel AND userid <> current_user::regrole
                           AND query !~* '^(begin|commit|rollback)'
                        """).stream()
                .collect(Collectors.toMap(
                        row -> row.substring(row.indexOf(' ') + 1),
                        row -> Long.parseLong(row.substring(0, row.indexOf(' '))),
                        Long::sum));
    }

    /**
     * Statements of idle pods, per second.
     *
     * @param ofEachPod of one pod: those that were executed at least once for each pod
     * @param ofAllPods of all pods together: the others, such as those of jobs that run once per cluster
     */
    private record IdleStatements(double ofEachPod, double ofAllPods, Map<String, Long> counts) {
        static IdleStatements between(Map<String, Long> before, Map<String, Long> after) {
            Map<String, Long> counts = new TreeMap<>();
            after.forEach((statement, calls) -> counts.put(statement, calls - before.getOrDefault(statement, 0L)));
            counts.values().removeIf(count -> count == 0);
            return new IdleStatements(
                    perSecond(counts, count -> count >= POD_COUNT) / POD_COUNT,
                    perSecond(counts, count -> count < POD_COUNT),
                    counts);
        }

        private static double perSecond(Map<String, Long> counts, LongPredicate included) {
            return counts.values().stream()
                            .mapToLong(Long::longValue)
                            .filter(included)
                            .sum()
                    / (double) IDLE_COUNT.toSeconds();
        }
    }

    /** Each heartbeat writes one record of WAL. */
    private static long heartbeats() {
        return Long.parseLong(database.primary().query("""
                SELECT coalesce(sum(wal_records), 0) FROM pg_stat_statements
                 WHERE query ~ 'UPDATE topology.heartbeat' AND userid <> current_user::regrole
                """));
    }

    /** Without the WAL of the server's own maintenance, and without the records of commits. */
    private static long walBytes() {
        return Long.parseLong(database.primary().query("""
                SELECT coalesce(sum(wal_bytes), 0) FROM pg_stat_statements WHERE userid <> current_user::regrole
                """));
    }

    @Test
    @Order(1)
    void raisedPriceIsVisibleAtEveryPodAndMostReadsAreHits() {
        double hits = metric("hits_total", "");
        StalenessChecker.PollingRun pollingRun = stalenessChecker.poll(RUNNING_PODS, STALENESS_BOUND);
        StalenessChecker.StalenessReport raises =
                stalenessChecker.raiseFor(pod(0), Duration.ofSeconds(SECONDS), Duration.ofMillis(500));
        StalenessChecker.StalenessReport stalenessReport = pollingRun.stop().plus(raises);
        assertNothingStale("no fault", stalenessReport);
        assertThat(stalenessReport.errors()).isEmpty();
        assertThat((metric("hits_total", "") - hits) / stalenessReport.reads())
                .as("share of reads that were hits")
                .isGreaterThan(0.5);
        assertThat(metric("invalidations_total", "source=\"pod\""))
                .as("invalidations received from another pod before the log was read")
                .isPositive();
    }

    @Test
    @Order(2)
    void checkerFindsStaleReadsOfACacheThatIgnoresWalPositions() {
        Map<String, String> settings = Pods.environment(database);
        settings.put("FONDACO_CACHE_CHECK_POSITIONS", "false");
        ClusterMember replica = database.replicas().getFirst();
        try (PackagedApp pod = PackagedApp.start("cache-naive", settings)) {
            stalenessChecker.displayedPrice(pod);
            // A read with a token would make the pod reload the entry and so hide the fault.
            StalenessChecker.PollingRun pollingRun = stalenessChecker.pollWithoutToken(List.of(pod), STALENESS_BOUND);
            replica.execute("SELECT pg_wal_replay_pause()");
            stalenessChecker.raise(pod(0));
            Pods.sleep(Duration.ofSeconds(2));
            replica.execute("SELECT pg_wal_replay_resume()");
            Pods.sleep(STALENESS_BOUND.plusSeconds(2));
            StalenessChecker.StalenessReport stalenessReport = pollingRun.stop();
            LOG.infof("WAL positions not checked: %s", stalenessReport);
            assertThat(stalenessReport.readsBeyondBound())
                    .as("stale reads that the checker must find: " + stalenessReport)
                    .isPositive();
        }
    }

    @Test
    @Order(3)
    void pausedReplicaPutsNoStaleEntryIntoACache() {
        ClusterMember replica = database.replicas().getFirst();
        StalenessChecker.PollingRun pollingRun = stalenessChecker.poll(RUNNING_PODS, STALENESS_BOUND);
        replica.execute("SELECT pg_wal_replay_pause()");
        StalenessChecker.StalenessReport raises =
                stalenessChecker.raiseFor(pod(0), Duration.ofSeconds(SECONDS), BETWEEN_RAISES);
        Pods.sleep(STALENESS_BOUND.plusSeconds(1));
        replica.execute("SELECT pg_wal_replay_resume()");
        Pods.sleep(Duration.ofSeconds(1));
        StalenessChecker.StalenessReport stalenessReport = pollingRun.stop().plus(raises);
        assertNothingStale("a replica paused", stalenessReport);
        assertThat(metric("fills_refused_total", "reason=\"stale\""))
                .as("stale fills that were refused")
                .isPositive();
        RUNNING_PODS.forEach(
                pod -> assertThat(stalenessChecker.displayedPrice(pod)).isEqualTo(stalenessChecker.price()));
    }

    @Test
    @Order(4)
    void fiveHundredConcurrentMissesCauseOneLoad() throws Exception {
        // Makes a load of this product take a second, so that all requests arrive during the load.
        database.primary().execute("ALTER TABLE catalog.product ENABLE ROW LEVEL SECURITY");
        database.primary()
                .execute("CREATE POLICY slow ON catalog.product USING (slug <> 'herd-7' OR pg_sleep(1) IS NOT NULL)");
        int clients = 500;
        try {
            awaitReplication();
            awaitCacheFills();
            long before = statements(PRODUCT_QUERY);
            assertThat(getConcurrently(clients, "/store/v1/products/herd-7"))
                    .hasSize(clients)
                    .containsOnly(200);
            assertThat(statements(PRODUCT_QUERY) - before).as("loads").isEqualTo(1);
        } finally {
            database.primary().execute("DROP POLICY slow ON catalog.product");
            database.primary().execute("ALTER TABLE catalog.product DISABLE ROW LEVEL SECURITY");
        }
        assertThat(metric("loads_shared_total", ""))
                .as("requests that shared a load")
                .isGreaterThan(clients / 2.0);
    }

    /** A replica that returns is read before its WAL position is known, and such reads do not fill the cache. */
    private static void awaitCacheFills() {
        AtomicInteger next = new AtomicInteger(8);
        await().atMost(TestTiming.scaled(Duration.ofSeconds(10)))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> {
                    String product = "herd-" + next.getAndIncrement();
                    cacheStatus(pod(1), product);
                    return cacheStatus(pod(1), product).startsWith("fondaco; hit");
                });
    }

    /** Sends concurrent GET requests to one pod. @return their status codes */
    private static List<Integer> getConcurrently(int clients, String path) throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        try (HttpClient http = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            HttpRequest request = HttpRequest.newBuilder(pod(1).base().resolve(path))
                    .timeout(Duration.ofSeconds(30))
                    .build();
            List<Future<Integer>> all = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
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
    void randomSlugsNeitherFillTheHeapNorLoadTheDatabase() throws Exception {
        awaitReplication();
        stalenessChecker.displayedPrice(pod(2));
        long products = statements(PRODUCT_QUERY);
        long batchesBefore = statements(SLUG_BATCH_QUERY);
        double answers = Pods.metric(pod(2), "fondaco_cache_entries", "cache=\"answers\"");
        int tries = Integer.getInteger("faults.guesses", 12_000);
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
                        .as("responses other than 404")
                        .isZero();
            }
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        long singleQueries = statements(PRODUCT_QUERY) - products;
        long batchQueries = statements(SLUG_BATCH_QUERY) - batchesBefore;
        LOG.infof(
                "%d random slugs in %.1f s: %d queries for one slug, %d queries for several slugs",
                tries, seconds, singleQueries, batchQueries);
        assertThat(singleQueries)
                .as("queries for one slug, before queries are batched")
                .isPositive()
                .isLessThan(400);
        assertThat(batchQueries).as("queries for several slugs").isPositive().isLessThan((long) (100 * (seconds + 2)));
        assertThat(Pods.metric(pod(2), "fondaco_cache_bytes", "cache=\"absences\""))
                .as("bytes of negative entries")
                .isLessThanOrEqualTo(MAX_NEGATIVE_CACHE_BYTES);
        assertThat(Pods.metric(pod(2), "fondaco_cache_entries", "cache=\"answers\""))
                .as("cached responses, none of which was evicted")
                .isGreaterThanOrEqualTo(answers);
        try (ShopClient shop = new ShopClient(pod(2).base(), PackagedApp.ADMIN_KEY)) {
            shop.get("/store/v1/products/herd-3", "").expect(200);
        }
    }

    @Test
    @Order(6)
    void killedAndRestartedPodDisturbsNoOtherPod() {
        StalenessChecker.PollingRun pollingRun = stalenessChecker.poll(RUNNING_PODS.subList(0, 2), STALENESS_BOUND);
        StalenessChecker.StalenessReport raises =
                stalenessChecker.raiseFor(pod(0), Duration.ofSeconds(1), BETWEEN_RAISES);
        pod(2).kill();
        raises = raises.plus(stalenessChecker.raiseFor(pod(0), Duration.ofSeconds(SECONDS), BETWEEN_RAISES));
        RUNNING_PODS.set(2, pod(2).restart("cache-pod-2", ENVIRONMENTS.get(2)));
        StalenessChecker.PollingRun restarted = stalenessChecker.poll(List.of(pod(2)), STALENESS_BOUND);
        raises = raises.plus(stalenessChecker.raiseFor(pod(0), Duration.ofSeconds(2), BETWEEN_RAISES));
        StalenessChecker.StalenessReport stalenessReport =
                pollingRun.stop().plus(restarted.stop()).plus(raises);
        assertNothingStale("a pod killed and restarted", stalenessReport);
        assertThat(stalenessReport.errors()).isEmpty();
        assertThat(stalenessReport.slowestRaiseMillis())
                .as("slowest write while a pod is dead")
                .isLessThan(TestTiming.scaled(Duration.ofSeconds(5)).toMillis());
    }

    @Test
    @Order(7)
    void resumedPodServesNothingStaleAfterALongFreeze() {
        StalenessChecker.PollingRun running = stalenessChecker.poll(RUNNING_PODS.subList(0, 2), STALENESS_BOUND);
        stalenessChecker.displayedPrice(pod(2));
        pod(2).freeze(true);
        StalenessChecker.StalenessReport raises = stalenessChecker.raiseFor(
                pod(0), Duration.ofSeconds(Math.max(SECONDS, FAILURE_TIMEOUT.toSeconds())), BETWEEN_RAISES);
        await("the frozen pod has left the cluster")
                .atMost(TestTiming.scaled(FAILURE_TIMEOUT))
                .until(() -> Pods.metric(pod(0), "fondaco_cache_members", "") == POD_COUNT - 1);
        raises = raises.plus(stalenessChecker.raiseFor(pod(0), Duration.ofSeconds(1), BETWEEN_RAISES));
        Pods.sleep(STALENESS_BOUND);
        // These readers wait for the frozen pod and so see its first responses.
        StalenessChecker.PollingRun frozen = stalenessChecker.poll(List.of(pod(2)), STALENESS_BOUND);
        pod(2).freeze(false);
        Pods.sleep(Duration.ofSeconds(2));
        StalenessChecker.StalenessReport stalenessReport =
                running.stop().plus(frozen.stop()).plus(raises);
        assertNothingStale("a pod frozen", stalenessReport);
        assertThat(stalenessReport.slowestRaiseMillis())
                .as("slowest write while a pod is frozen")
                .isLessThan(TestTiming.scaled(Duration.ofSeconds(5)).toMillis());
    }

    @Test
    @Order(8)
    void partitionedPodsStillReceiveInvalidationsAndMergeAgain() {
        double before = metric("invalidations_total", "source=\"log\"");
        StalenessChecker.PollingRun pollingRun = stalenessChecker.poll(RUNNING_PODS, STALENESS_BOUND);
        NETWORK.forEach(proxy -> proxy.set(TcpProxy.Mode.RESET));
        awaitMembers(1);
        StalenessChecker.StalenessReport raises =
                stalenessChecker.raiseFor(pod(0), Duration.ofSeconds(SECONDS), BETWEEN_RAISES);
        assertThat(metric("invalidations_total", "source=\"log\""))
                .as("invalidations that came from the log only")
                .isGreaterThan(before);
        NETWORK.forEach(proxy -> proxy.set(TcpProxy.Mode.PASS));
        awaitMembers(POD_COUNT);
        raises = raises.plus(stalenessChecker.raiseFor(pod(1), Duration.ofSeconds(1), BETWEEN_RAISES));
        StalenessChecker.StalenessReport stalenessReport = pollingRun.stop().plus(raises);
        assertNothingStale("the cluster split and healed", stalenessReport);
        assertThat(stalenessReport.errors()).isEmpty();
        Pods.sleep(STALENESS_BOUND);
        RUNNING_PODS.forEach(
                pod -> assertThat(stalenessChecker.displayedPrice(pod)).isEqualTo(stalenessChecker.price()));
    }

    @Test
    @Order(9)
    void cachedResponsesAreServedAsStaleWhileNoDatabaseServerAnswers() throws Exception {
        RUNNING_PODS.forEach(
                pod -> await().until(() -> cacheStatus(pod, PRODUCT).startsWith("fondaco; hit")));
        database.replicas().getFirst().kill();
        database.primary().kill();
        for (PackagedApp pod : RUNNING_PODS) {
            await().atMost(TestTiming.scaled(Duration.ofSeconds(20)))
                    .until(() -> cacheStatus(pod, PRODUCT).contains("detail=stale"));
            assertThat(stalenessChecker.displayedPrice(pod)).isEqualTo(stalenessChecker.price());
            assertThat(cacheStatus(pod, "herd-19"))
                    .as("a product that is not cached")
                    .isEqualTo("503");
        }
        database.restart(database.primary());
        database.restart(database.replicas().getFirst());
        awaitReplication();
        stalenessChecker.raise(pod(0));
        RUNNING_PODS.forEach(pod -> await().atMost(TestTiming.scaled(STALENESS_BOUND))
                .until(() -> stalenessChecker.displayedPrice(pod) == stalenessChecker.price()));
        assertThat(metric("stale_total", "")).isPositive();
    }

    /** The {@code Cache-Status} header of a successful response, else the status code. */
    private static String cacheStatus(PackagedApp pod, String product) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<Void> response = http.send(
                    HttpRequest.newBuilder(pod.base().resolve("/store/v1/products/" + product))
                            .timeout(Duration.ofSeconds(20))
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
            return response.statusCode() == 200
                    ? response.headers().firstValue("Cache-Status").orElse("")
                    : Integer.toString(response.statusCode());
        }
    }

    @Test
    @Order(10)
    void writesLostInAFailoverLeaveTheCaches() {
        stalenessChecker.raise(pod(0));
        long replicatedPrice = stalenessChecker.price();
        awaitReplication();
        database.stopStreaming();
        stalenessChecker.raise(pod(0));
        long lostPrice = stalenessChecker.price();
        RUNNING_PODS.forEach(pod -> await().atMost(TestTiming.scaled(Duration.ofSeconds(10)))
                .until(() -> stalenessChecker.displayedPrice(pod) == lostPrice));
        double restarts = metric("restarts_total", "");
        database.primary().kill();
        database.failOver();
        for (PackagedApp pod : RUNNING_PODS) {
            await().atMost(TestTiming.scaled(Duration.ofSeconds(30)))
                    .ignoreExceptions()
                    .until(() -> stalenessChecker.displayedPrice(pod) == replicatedPrice);
            assertThat(stalenessChecker.displayedPrice(pod)).isEqualTo(replicatedPrice);
        }
        assertThat(metric("restarts_total", ""))
                .as("caches that were cleared")
                .isGreaterThanOrEqualTo(restarts + POD_COUNT);
    }

    private static void awaitReplication() {
        String position = database.primary().query("SELECT pg_current_wal_flush_lsn()");
        await().atMost(TestTiming.scaled(Duration.ofSeconds(10)))
                .until(() -> database.replicas().stream().allMatch(clusterMember -> clusterMember
                        .query("SELECT pg_last_wal_replay_lsn() >= '" + position + "'")
                        .equals("t")));
        await().atMost(TestTiming.scaled(Duration.ofSeconds(20)))
                .until(() -> Pods.metric(RUNNING_PODS, "fondaco_database_replicas_in_rotation", "") == POD_COUNT);
    }

    /** The number of statements with this text that all servers have executed. */
    private static long statements(String text) {
        return database.members().stream()
                .mapToLong(clusterMember -> Long.parseLong(clusterMember.query(
                        ("SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE position('%s' IN"
                                        + " regexp_replace(query, '\\s+', ' ', 'g')) > 0"
                                        + " AND query !~ 'pg_stat_statements'")
                                .formatted(text))))
                .sum();
    }
}
