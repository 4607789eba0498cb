package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.fondaco.platform.embedded.ReplicatedPostgres;
import io.fondaco.platform.embedded.ReplicatedPostgres.ClusterMember;
import io.fondaco.process.PackagedApp;
import io.fondaco.replay.ShopClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two pods behind a load balancer, a primary and two replicas, all real processes; one of them is broken while clients
 * write and read back through any pod. The responses, and SQL at the end, must show that no client reads a state older
 * than its own last write or read, and that no acknowledged write is lost or applied twice.
 *
 * <p>{@code -Dfaults.seconds} is the duration of each fault, {@code -Dfaults.seed} repeats the random choices of a run.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ReplicaFaultsIT {
    private static final Logger LOG = Logger.getLogger(ReplicaFaultsIT.class);
    private static final long SECONDS = Long.getLong("faults.seconds", 4);
    private static final long SEED = Long.getLong("faults.seed", System.nanoTime());
    private static final int CLIENTS = 8;
    private static final int GETS_PER_ROUND = 6;
    private static final String READ_TABLES_REGEX = "(^|[^_])(catalog|pricing)[.]";
    private static final Path HISTORY = Path.of("target", "fault-history");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    private static Path directory;

    private static ReplicatedPostgres database;
    private static TcpProxy replicaProxy;
    private static List<PackagedApp> pods;
    private static LoadBalancer balancer;
    private static SessionConsistencyChecker sessionConsistencyChecker;

    @BeforeAll
    static void open() {
        LOG.info("Seed of the fault suite: " + SEED);
        database = ReplicatedPostgres.start(directory, 2);
        List<Integer> ports =
                database.members().stream().map(ClusterMember::port).toList();
        replicaProxy = TcpProxy.to(ports.get(1));
        Map<String, String> environment = new TreeMap<>(database.credentialsEnvironment());
        environment.put("FONDACO_DATABASE_PRIMARY_URL", database.jdbcUrl(ports));
        environment.put(
                "FONDACO_DATABASE_REPLICA_URLS",
                database.jdbcUrl(List.of(ports.get(0), replicaProxy.port(), ports.get(2))));
        environment.put("FONDACO_DATABASE_MIGRATE_AT_START", "true");
        environment.put("FONDACO_ACCESS_BOOTSTRAP_KEY", PackagedApp.ADMIN_KEY);
        environment.put("FONDACO_PAYMENT_TEST_ENABLED", "true");
        environment.put("FONDACO_SHIPPING_FREE", "true");
        environment.put("FONDACO_CATALOG_DEFAULT_CURRENCY", "GBP");
        // This test is about reads of the database; CacheFaultsIT covers the cache.
        environment.put("FONDACO_CACHE_ENABLED", "false");
        pods = new ArrayList<>();
        pods.add(PackagedApp.launch("faults-pod-1", environment));
        pods.add(PackagedApp.launch("faults-pod-2", environment));
        pods.forEach(PackagedApp::awaitReady);
        balancer = LoadBalancer.over(pods, directory);
        List<String> skus =
                IntStream.range(0, CLIENTS).mapToObj(i -> "COUNTER-" + i).toList();
        try (ShopClient shop = new ShopClient(pods.getFirst().base(), PackagedApp.ADMIN_KEY)) {
            StringBuilder products = new StringBuilder("Handle,Title,Status,Variant SKU,Variant Price\n");
            skus.forEach(sku -> products.append(
                    "%s,Counter,active,%s,1.00\n".formatted(sku.toLowerCase(java.util.Locale.ROOT), sku)));
            shop.importProducts("GBP", products.toString());
        }
        sessionConsistencyChecker = new SessionConsistencyChecker(
                balancer, PackagedApp.ADMIN_KEY, skus, SEED, HISTORY.resolve("replica-faults.jsonl"));
        awaitRotation(2);
    }

    @AfterAll
    static void close() {
        List<AutoCloseable> all = new ArrayList<>(Arrays.asList(sessionConsistencyChecker, balancer));
        if (pods != null) {
            all.addAll(pods);
        }
        all.addAll(Arrays.asList(replicaProxy, database));
        Pods.closeAll(all);
    }

    @AfterEach
    void awaitFullRotation(TestInfo test) {
        awaitRotation(2);
    }

    @Test
    @Order(0)
    void browseAndBuyTrafficReadsFromReplicas() {
        int shoppers = 4;
        int rounds = (int) (3 * SECONDS);
        try (ShopClient staff = new ShopClient(pods.getFirst().base(), PackagedApp.ADMIN_KEY)) {
            staff.send(
                            "POST",
                            "/admin/v1/stock/adjustments",
                            PackagedApp.ADMIN_KEY,
                            Map.of("Idempotency-Key", "mix-" + SEED),
                            Map.of("sku", "COUNTER-0", "available", 100_000))
                    .expect(200);
        }
        awaitReplication();
        double replicaBefore = metric("fondaco_database_reads_total", "role=\"replica\"");
        double primaryBefore = metric("fondaco_database_reads_total", "role=\"primary\"");
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < shoppers; i++) {
                String name = "mix-%d-%d".formatted(SEED, i);
                all.add(threads.submit(() -> browseAndBuy(name, rounds)));
            }
            all.forEach(ReplicaFaultsIT::join);
        }
        double gets = shoppers * rounds * GETS_PER_ROUND;
        double replica = metric("fondaco_database_reads_total", "role=\"replica\"") - replicaBefore;
        double primary = metric("fondaco_database_reads_total", "role=\"primary\"") - primaryBefore;
        LOG.info("browse and buy: %.0f GETs, %.0f read on replicas, %.0f on the primary"
                .formatted(gets, replica, primary));
        assertThat(replica / gets).as("share of reads on replicas").isGreaterThanOrEqualTo(0.95);

        sessionConsistencyChecker.resetExpected(storedCounters());
    }

    @Test
    @Order(1)
    void readCostsThePrimaryNoStatementAndATokenAtMostOneExtraOnTheReplica() throws Exception {
        HttpRequest plain = HttpRequest.newBuilder(pods.getFirst().base().resolve("/store/v1/products/counter-1"))
                .build();
        String token = HTTP.send(
                        HttpRequest.newBuilder(plain.uri())
                                .header("Fondaco-Consistency", "start")
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .headers()
                .firstValue("Fondaco-Consistency")
                .orElseThrow();
        HttpRequest withToken = HttpRequest.newBuilder(plain.uri())
                .header("Fondaco-Consistency", token)
                .build();
        int reads = 200;
        for (int i = 0; i < reads; i++) {
            assertThat(status(plain)).isEqualTo(200);
        }
        ReadCost without = measureReadCost(plain, reads);
        ReadCost with = measureReadCost(withToken, reads);
        LOG.info("statements for %d reads: without a token %s, with one %s".formatted(reads, without, with));
        assertThat(without.onPrimary()).isZero();
        assertThat(with.onPrimary()).isZero();
        assertThat(without.onReplicas()).isEqualTo(2 * reads);
        assertThat(with.onReplicas()).isEqualTo(2 * reads);
        assertThat(without.positionQueries())
                .as("only the monitor's position queries: two pods, two replicas listed twice, every 80 ms at most")
                .isLessThan((long) (100 * without.seconds()) + 10);
        double extraQueries = with.positionQueries() - with.seconds() * without.positionQueries() / without.seconds();
        assertThat(extraQueries / reads)
                .as("extra position queries for each read with a token")
                .isBetween(0.5, 1.1);
    }

    /**
     * The statements that reads cost.
     *
     * @param positionQueries queries of a replica's WAL position, including the monitor's periodic ones
     */
    private record ReadCost(long onPrimary, long onReplicas, long positionQueries, double seconds) {}

    private static ReadCost measureReadCost(HttpRequest read, int times) throws Exception {
        long onPrimary = countStatements(List.of(database.primary()), READ_TABLES_REGEX);
        long onReplicas = countStatements(database.replicas(), READ_TABLES_REGEX);
        long positions = countStatements(database.replicas(), "AS recovering");
        long begin = System.nanoTime();
        for (int i = 0; i < times; i++) {
            assertThat(status(read)).isEqualTo(200);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        return new ReadCost(
                countStatements(List.of(database.primary()), READ_TABLES_REGEX) - onPrimary,
                countStatements(database.replicas(), READ_TABLES_REGEX) - onReplicas,
                countStatements(database.replicas(), "AS recovering") - positions,
                seconds);
    }

    private static long countStatements(List<ClusterMember> members, String text) {
        return members.stream()
                .mapToLong(clusterMember -> Long.parseLong(clusterMember.query(
                        ("SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE query ~ '%s' AND query"
                                        + " !~ 'pg_stat_statements'")
                                .formatted(text))))
                .sum();
    }

    private static void browseAndBuy(String name, int rounds) {
        try (ShopClient shop = new ShopClient(balancer.next(), PackagedApp.ADMIN_KEY)) {
            for (int i = 0; i < rounds; i++) {
                shop.get("/store/v1/products?limit=20", "").expect(200);
                shop.get("/store/v1/products/counter-0", "").expect(200);
                shop.get("/store/v1/products/counter-1", "").expect(200);
                ShopClient.GuestCart guestCart =
                        shop.openCart("GBP", "marco@example.com", List.of(Map.of("sku", "COUNTER-0", "quantity", 1)));
                String path = guestCart.path();
                String token = guestCart.token();
                assertThat(shop.get(path, token).expect(200).body().get("lines"))
                        .hasSize(1);
                shop.send("PATCH", path, token, Map.of(), Map.of("shipping_method", "pickup"))
                        .expect(200);
                assertThat(shop.get(path, token)
                                .expect(200)
                                .body()
                                .get("shipping_method")
                                .asText())
                        .isEqualTo("pickup");
                JsonNode order = shop.send(
                                "POST",
                                path + "/complete",
                                token,
                                Map.of("Idempotency-Key", name + "-" + i),
                                Map.of("payment", Map.of("provider", "test", "token", "tok_ok")))
                        .expect(201)
                        .body();
                shop.get(
                                "/store/v1/orders/" + order.get("id").asText(),
                                order.get("order_token").asText())
                        .expect(200);
            }
        }
    }

    private static void join(Future<?> work) {
        try {
            work.get(2, TimeUnit.MINUTES);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until all replicas have replayed the WAL up to now. */
    private static void awaitReplication() {
        String position = database.primary().query("SELECT pg_current_wal_flush_lsn()");
        await().atMost(TestTiming.scaled(Duration.ofSeconds(10)))
                .until(() -> database.replicas().stream().allMatch(clusterMember -> clusterMember
                        .query("SELECT pg_last_wal_replay_lsn() >= '" + position + "'")
                        .equals("t")));
    }

    @Test
    @Order(2)
    void checkerFindsStaleReadsWithoutTokens() {
        ClusterMember paused = database.replicas().getFirst();
        SessionConsistencyChecker.ConsistencyRun consistencyRun = sessionConsistencyChecker.start(false);
        paused.execute("SELECT pg_wal_replay_pause()");
        Pods.sleep(Duration.ofSeconds(2));
        paused.execute("SELECT pg_wal_replay_resume()");
        SessionConsistencyChecker.ConsistencyReport consistencyReport = consistencyRun.stop();
        logReport("no tokens, one replica paused", consistencyReport);
        assertThat(consistencyReport.staleReads() + consistencyReport.nonMonotonicReads())
                .as("stale reads that the checker must find")
                .isPositive();
    }

    @Test
    @Order(3)
    void pausedReplicaIsNotReadByClientsWithNewerTokens() {
        ClusterMember paused = database.replicas().getFirst();
        double reached = reads("reached");
        SessionConsistencyChecker.ConsistencyReport consistencyReport = runWithFault("one replica paused", () -> {
            paused.execute("SELECT pg_wal_replay_pause()");
            Pods.sleep(Duration.ofSeconds(SECONDS + 2));
            paused.execute("SELECT pg_wal_replay_resume()");
        });
        assertConsistent(consistencyReport);
        assertThat(reads("reached"))
                .as("reads on a replica that has reached the token's position")
                .isGreaterThan(reached);
    }

    @Test
    @Order(4)
    void primaryAnswersWhileBothReplicasArePaused() {
        double lag = reads("lag");
        double waits = metric("fondaco_database_token_wait_seconds_count", "reached=\"false\"");
        SessionConsistencyChecker.ConsistencyReport consistencyReport = runWithFault("both replicas paused", () -> {
            database.replicas().forEach(clusterMember -> clusterMember.execute("SELECT pg_wal_replay_pause()"));
            Pods.sleep(Duration.ofSeconds(SECONDS));
            database.replicas().forEach(clusterMember -> clusterMember.execute("SELECT pg_wal_replay_resume()"));
        });
        assertConsistent(consistencyReport);
        assertThat(reads("lag") + reads("no_replica"))
                .as("reads that went to the primary")
                .isGreaterThan(lag);
        assertThat(metric("fondaco_database_token_wait_seconds_count", "reached=\"false\""))
                .as("token waits that timed out")
                .isGreaterThan(waits);
    }

    @Test
    @Order(5)
    void killedAndRestartedReplicaCausesNoError() {
        ClusterMember victim = database.replicas().getLast();
        SessionConsistencyChecker.ConsistencyReport consistencyReport =
                runWithFault("a replica killed and restarted", () -> {
                    victim.kill();
                    Pods.sleep(Duration.ofSeconds(SECONDS / 2));
                    database.restart(victim);
                    Pods.sleep(Duration.ofSeconds(SECONDS / 2));
                });
        assertConsistent(consistencyReport);
        assertThat(consistencyReport.errors())
                .as("errors, none because reads moved to other servers")
                .isEmpty();
    }

    @Test
    @Order(6)
    void stalledAndResetNetworkCausesOnlyAShortOutage() {
        SessionConsistencyChecker.ConsistencyReport consistencyReport =
                runWithFault("the network to a replica cut", () -> {
                    replicaProxy.set(TcpProxy.Mode.STALL);
                    Pods.sleep(Duration.ofSeconds(SECONDS));
                    replicaProxy.set(TcpProxy.Mode.PASS);
                    Pods.sleep(Duration.ofSeconds(1));
                    replicaProxy.set(TcpProxy.Mode.RESET);
                    Pods.sleep(Duration.ofSeconds(SECONDS / 2));
                    replicaProxy.set(TcpProxy.Mode.PASS);
                });
        assertConsistent(consistencyReport);
        assertThat(consistencyReport.longestReadOutageMillis())
                .isLessThan(TestTiming.scaled(Duration.ofSeconds(20)).toMillis());
    }

    @Test
    @Order(7)
    void frozenReplicaLeavesTheRotation() {
        ClusterMember frozen = database.replicas().getLast();
        SessionConsistencyChecker.ConsistencyReport consistencyReport = runWithFault("a replica frozen", () -> {
            frozen.freeze(true);
            try {
                await().atMost(TestTiming.scaled(Duration.ofSeconds(2)))
                        .until(() -> health().stream().allMatch(page -> page.contains("1 of 2 replicas in rotation")));
                Pods.sleep(Duration.ofSeconds(SECONDS / 2));
            } finally {
                // The next tests need the replica.
                frozen.freeze(false);
            }
        });
        assertConsistent(consistencyReport);
    }

    @Test
    @Order(8)
    void rebuiltReplicaIsReadAgain() {
        ClusterMember emptied = database.replicas().getFirst();
        SessionConsistencyChecker.ConsistencyReport consistencyReport =
                runWithFault("a replica rebuilt from nothing", () -> {
                    database.rebuild(emptied);
                    Pods.sleep(Duration.ofSeconds(SECONDS));
                });
        assertConsistent(consistencyReport);
    }

    @Test
    @Order(9)
    void readCancelledByReplayIsRetriedWithoutAnError() {
        double retried = metric("fondaco_database_reads_retried_total", "");
        for (ClusterMember replica : database.replicas()) {
            replica.execute("ALTER SYSTEM SET max_standby_streaming_delay = 0");
            replica.execute("SELECT pg_reload_conf()");
        }
        // Makes reads, but not writes, slow enough to conflict with replay.
        database.primary().execute("ALTER TABLE inventory.stock_level ENABLE ROW LEVEL SECURITY");
        database.primary().execute("CREATE POLICY slow ON inventory.stock_level USING (pg_sleep(0.02) IS NOT NULL)");
        SessionConsistencyChecker.ConsistencyReport consistencyReport =
                runWithFault("reads cancelled by replay", () -> {
                    long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
                    while (System.nanoTime() < end) {
                        database.primary()
                                .execute("DO 'BEGIN LOCK TABLE inventory.stock_level IN ACCESS EXCLUSIVE MODE; END'");
                    }
                });
        database.primary().execute("DROP POLICY slow ON inventory.stock_level");
        database.primary().execute("ALTER TABLE inventory.stock_level DISABLE ROW LEVEL SECURITY");
        assertConsistent(consistencyReport);
        assertThat(consistencyReport.errors().keySet())
                .as("errors, none of a GET because cancelled reads are retried on other servers")
                .noneMatch(kind -> kind.startsWith("GET"));
        assertThat(metric("fondaco_database_reads_retried_total", ""))
                .as("retried reads")
                .isGreaterThan(retried);
    }

    @Test
    @Order(10)
    void killedAndRestartedPrimaryLosesNoWrite() {
        ClusterMember primary = database.primary();
        SessionConsistencyChecker.ConsistencyReport consistencyReport =
                runWithFault("the primary killed and restarted", () -> {
                    primary.kill();
                    Pods.sleep(Duration.ofSeconds(1));
                    database.restart(primary);
                    Pods.sleep(Duration.ofSeconds(SECONDS));
                });
        assertConsistent(consistencyReport);
        assertThat(consistencyReport.longestWriteOutageMillis())
                .isLessThan(TestTiming.scaled(Duration.ofSeconds(15)).toMillis());
        assertThat(consistencyReport.errors().keySet())
                .allMatch(kind -> kind.contains(" 503 ") || kind.contains(" 409 "));
    }

    @Test
    @Order(11)
    void synchronousFailoverLosesNoWriteAndTheOldPrimaryIsRefused() {
        database.setSynchronousReplication(true);
        ClusterMember old = database.primary();
        SessionConsistencyChecker.ConsistencyReport consistencyReport = runWithFault("synchronous failover", () -> {
            Pods.sleep(Duration.ofSeconds(SECONDS / 2));
            old.kill();
            database.failOver();
            Pods.sleep(Duration.ofSeconds(SECONDS));
        });
        assertConsistent(consistencyReport);
        assertThat(consistencyReport.lostWrites())
                .as("lost acknowledged writes")
                .isZero();
        assertThat(consistencyReport.longestWriteOutageMillis())
                .isLessThan(TestTiming.scaled(Duration.ofSeconds(15)).toMillis());
        assertThat(consistencyReport.errors().keySet())
                .as("errors during the failover")
                .allMatch(kind -> kind.contains(" 503 ") || kind.contains(" 409 "));

        String before = sumOfCounters(old, true);
        SessionConsistencyChecker.ConsistencyReport afterwards =
                runWithFault("the old primary restarted, unfenced", () -> {
                    Pods.sleep(Duration.ofSeconds(SECONDS));
                });
        assertConsistent(afterwards);
        assertThat(afterwards.errors()).isEmpty();
        assertThat(sumOfCounters(old, false))
                .as("sum of the counters on the old primary, to which nothing is written")
                .isEqualTo(before);
        assertThat(old.query("SELECT timeline FROM topology.heartbeat"))
                .isNotEqualTo(database.primary().query("SELECT timeline FROM topology.heartbeat"));

        // The old primary is still refused when it is the only writable server.
        ClusterMember current = database.primary();
        current.kill();
        await().atMost(TestTiming.scaled(Duration.ofSeconds(5)))
                .until(() -> createCart().statusCode() == 503);
        Pods.sleep(Duration.ofSeconds(1));
        assertThat(createCart().statusCode()).isEqualTo(503);
        assertThat(sumOfCounters(old, false)).isEqualTo(before);
        database.restart(current);
        old.stop();
        database.rebuild(old);
    }

    @Test
    @Order(12)
    void asynchronousFailoverLosesOnlyWhatTheDatabaseLostAndNoTokenWaitsForIt() {
        ClusterMember old = database.primary();
        String before = tokenOfNewCart();
        double older = metric("fondaco_database_tokens_total", "older_timeline");
        SessionConsistencyChecker.ConsistencyRun consistencyRun = sessionConsistencyChecker.start(true);
        Pods.sleep(Duration.ofSeconds(SECONDS / 2));
        database.stopStreaming();
        Pods.sleep(Duration.ofMillis(700));
        old.kill();
        database.failOver();
        Pods.sleep(Duration.ofSeconds(SECONDS));
        SessionConsistencyChecker.ConsistencyReport consistencyReport = consistencyRun.stop();
        logReport("asynchronous failover", consistencyReport);
        assertThat(consistencyReport.staleReads()).as("stale reads").isZero();
        assertThat(consistencyReport.nonMonotonicReads())
                .as("non-monotonic reads")
                .isZero();
        assertThat(consistencyReport.unexpectedReads()).isZero();
        assertThat(consistencyReport.lostWrites())
                .as("writes that the database lost because streaming was stopped")
                .isPositive();
        assertThat(consistencyReport.longestReadOutageMillis())
                .isLessThan(TestTiming.scaled(Duration.ofSeconds(15)).toMillis());
        Map<String, Long> actual = storedCounters();
        sessionConsistencyChecker.expected().forEach((sku, answered) -> assertThat(actual.get(sku))
                .as("writes of %s, none applied twice", sku)
                .isLessThanOrEqualTo(answered));
        long lost = sessionConsistencyChecker.expected().values().stream()
                        .mapToLong(Long::longValue)
                        .sum()
                - actual.values().stream().mapToLong(Long::longValue).sum();
        LOG.info("  the database lost " + lost + " acknowledged writes");
        assertThat(consistencyReport.lostWrites())
                .as("lost writes as seen by clients and by SQL")
                .isEqualTo(lost);
        for (PackagedApp pod : pods) {
            assertThat(read(pod, before).headers().firstValue("Fondaco-Consistency"))
                    .as("the new token in the response to a token from before the failover")
                    .hasValueSatisfying(
                            now -> assertThat(now).isGreaterThan(before).doesNotStartWith(before.substring(0, 8)));
        }
        assertThat(metric("fondaco_database_tokens_total", "older_timeline"))
                .as("tokens from before the failover")
                .isGreaterThanOrEqualTo(older + 2);
        sessionConsistencyChecker.resetExpected(actual);
        database.rebuild(old);
    }

    @Test
    @Order(13)
    void readsContinueWithoutAPrimaryOrWithoutReplicasAndFailFastWithNeither() throws Exception {
        URI pod = pods.getFirst().base();
        HttpRequest read = HttpRequest.newBuilder(pod.resolve("/store/v1/products?limit=1"))
                .timeout(Duration.ofSeconds(10))
                .build();
        HttpRequest write = HttpRequest.newBuilder(pod.resolve("/store/v1/carts"))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(10))
                .POST(HttpRequest.BodyPublishers.ofString("{\"currency\":\"GBP\",\"lines\":[]}"))
                .build();
        ClusterMember primary = database.primary();
        List<ClusterMember> replicas = database.replicas();
        assertThat(status(write)).isEqualTo(201);

        primary.kill();
        // A request may still wait for a connection that was just being opened.
        await().atMost(TestTiming.scaled(Duration.ofSeconds(5))).until(() -> status(write) == 503);
        HttpResponse<String> refused = HTTP.send(write, HttpResponse.BodyHandlers.ofString());
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(refused.body()).contains("database_unavailable");
        assertThat(status(read)).isEqualTo(200);
        await().atMost(TestTiming.scaled(Duration.ofSeconds(5))).until(() -> health().stream()
                .allMatch(page -> page.contains("no primary is available") && page.contains("\"UP\"")));

        replicas.forEach(ClusterMember::kill);
        await().atMost(TestTiming.scaled(Duration.ofSeconds(5))).until(() -> status(read) == 503);
        long begin = System.nanoTime();
        assertThat(status(read)).isEqualTo(503);
        assertThat(status(write)).isEqualTo(503);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(TestTiming.scaled(Duration.ofSeconds(1)));

        database.restart(primary);
        await().atMost(TestTiming.scaled(Duration.ofSeconds(5))).until(() -> status(write) == 201);
        assertThat(status(read)).isEqualTo(200);
        await().atMost(TestTiming.scaled(Duration.ofSeconds(5))).until(() -> health().stream()
                .allMatch(page -> page.contains("no replica in rotation") && page.contains("\"UP\"")));
        replicas.forEach(database::restart);
        awaitRotation(2);
        assertThat(metric("fondaco_database_reads_total", "no_replica")).isPositive();
    }

    /** Runs clients with tokens while the fault is active. @return what they observed */
    private static SessionConsistencyChecker.ConsistencyReport runWithFault(String name, Runnable fault) {
        SessionConsistencyChecker.ConsistencyRun consistencyRun = sessionConsistencyChecker.start(true);
        SessionConsistencyChecker.ConsistencyReport consistencyReport;
        try {
            Pods.sleep(Duration.ofMillis(500));
            fault.run();
            Pods.sleep(Duration.ofSeconds(1));
        } finally {
            consistencyReport = consistencyRun.stop();
        }
        logReport(name, consistencyReport);
        return consistencyReport;
    }

    private static void assertConsistent(SessionConsistencyChecker.ConsistencyReport consistencyReport) {
        assertThat(consistencyReport.acknowledgedWrites()).as("writes").isGreaterThan(20 * SECONDS);
        assertThat(consistencyReport.staleReads()).as("stale reads").isZero();
        assertThat(consistencyReport.nonMonotonicReads())
                .as("non-monotonic reads")
                .isZero();
        assertThat(consistencyReport.unexpectedReads())
                .as("reads of values that were never written")
                .isZero();
        assertThat(storedCounters())
                .as("acknowledged writes, each applied once")
                .isEqualTo(sessionConsistencyChecker.expected());
    }

    private static String tokenOfNewCart() {
        return createCart().headers().firstValue("Fondaco-Consistency").orElseThrow();
    }

    private static HttpResponse<String> createCart() {
        HttpRequest write = HttpRequest.newBuilder(pods.getFirst().base().resolve("/store/v1/carts"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"currency\":\"GBP\",\"lines\":[]}"))
                .build();
        return send(write);
    }

    private static HttpResponse<String> read(PackagedApp pod, String token) {
        HttpResponse<String> response = send(HttpRequest.newBuilder(pod.base().resolve("/store/v1/products?limit=1"))
                .header("Fondaco-Consistency", token)
                .build());
        assertThat(response.statusCode()).isEqualTo(200);
        return response;
    }

    private static HttpResponse<String> send(HttpRequest request) {
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Long> storedCounters() {
        Map<String, Long> counters = new TreeMap<>();
        for (String sku : sessionConsistencyChecker.expected().keySet()) {
            String onHand = database.primary()
                    .query("SELECT coalesce(sum(on_hand), 0) FROM inventory.stock_level WHERE sku = '" + sku + "'");
            counters.put(sku, Long.parseLong(onHand));
        }
        return counters;
    }

    private static String sumOfCounters(ClusterMember clusterMember, boolean restart) {
        if (restart) {
            database.restart(clusterMember);
        }
        return clusterMember.query("SELECT coalesce(sum(on_hand), 0) FROM inventory.stock_level");
    }

    private static void logReport(String name, SessionConsistencyChecker.ConsistencyReport consistencyReport) {
        LOG.info("%s: %s".formatted(name, consistencyReport));
    }

    private static int status(HttpRequest request) throws IOException, InterruptedException {
        return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private static void awaitRotation(int replicas) {
        await().atMost(TestTiming.scaled(Duration.ofSeconds(40)))
                .until(() -> metricOfEach("fondaco_database_replicas_in_rotation").stream()
                        .allMatch(count -> count == replicas));
        await().atMost(TestTiming.scaled(Duration.ofSeconds(10)))
                .until(() ->
                        metricOfEach("fondaco_database_primary_known").stream().allMatch(known -> known == 1));
    }

    private static double reads(String reason) {
        return metric("fondaco_database_reads_total", "reason=\"" + reason + "\"");
    }

    private static double metric(String name, String label) {
        return Pods.metric(pods, name, label);
    }

    private static List<Double> metricOfEach(String name) {
        Pattern series = Pattern.compile("^" + name + " (\\S+)$", Pattern.MULTILINE);
        return pods.stream()
                .map(pod -> {
                    Matcher matcher = series.matcher(pod.get("/q/metrics"));
                    return matcher.find() ? Double.parseDouble(matcher.group(1)) : -1;
                })
                .toList();
    }

    private static List<String> health() {
        return pods.stream().map(pod -> pod.get("/q/health/ready")).toList();
    }
}
