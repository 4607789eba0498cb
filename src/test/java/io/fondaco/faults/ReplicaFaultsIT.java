package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.platform.embedded.ReplicatedPostgres;
import io.fondaco.platform.embedded.ReplicatedPostgres.Member;
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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
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
 * Two pods behind a balancer, a primary and two replicas, all real processes; one of them is broken while clients write
 * and read back through whichever pod comes next. Judged from outside: by the answers, and by SQL in the end. Whatever
 * breaks, no client sees a world older than its own last action, and no answered write is lost or done twice.
 *
 * <p>{@code -Dfaults.seconds} is how long each fault lasts, {@code -Dfaults.seed} repeats a run's choices.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ReplicaFaultsIT {
    private static final long SECONDS = Long.getLong("faults.seconds", 4);
    private static final long SEED = Long.getLong("faults.seed", System.nanoTime());
    private static final int CLIENTS = 8;
    private static final Path HISTORY = Path.of("target", "fault-history");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    private static Path directory;

    private static ReplicatedPostgres database;
    private static TcpProxy network;
    private static List<PackagedApp> pods;
    private static LoadBalancer balancer;
    private static Checker checker;

    @BeforeAll
    static void open() {
        System.out.println("Seed of the fault suite: " + SEED);
        database = ReplicatedPostgres.start(directory, 2);
        List<Integer> ports = database.members().stream().map(Member::port).toList();
        network = TcpProxy.to(ports.get(1));
        Map<String, String> environment = new TreeMap<>(database.logins());
        environment.put("FONDACO_DATABASE_PRIMARY_URL", database.jdbcUrl(ports));
        environment.put(
                "FONDACO_DATABASE_REPLICA_URLS", database.jdbcUrl(List.of(ports.get(0), network.port(), ports.get(2))));
        environment.put("FONDACO_DATABASE_MIGRATE_AT_START", "true");
        environment.put("FONDACO_ACCESS_BOOTSTRAP_KEY", PackagedApp.ADMIN_KEY);
        pods = new ArrayList<>();
        pods.add(PackagedApp.start("faults-pod-1", environment));
        pods.add(PackagedApp.start("faults-pod-2", environment));
        balancer = LoadBalancer.over(pods, directory);
        List<String> skus =
                IntStream.range(0, CLIENTS).mapToObj(i -> "COUNTER-" + i).toList();
        try (ShopClient shop = new ShopClient(pods.getFirst().base(), PackagedApp.ADMIN_KEY)) {
            StringBuilder products = new StringBuilder("Handle,Title,Variant SKU,Variant Price\n");
            skus.forEach(sku ->
                    products.append("%s,Counter,%s,1.00\n".formatted(sku.toLowerCase(java.util.Locale.ROOT), sku)));
            shop.awaitImport(shop.importCsv("kind=products&format=shopify&currency=GBP", products.toString())
                    .expect(202)
                    .body()
                    .get("id")
                    .asText());
        }
        checker = new Checker(balancer, PackagedApp.ADMIN_KEY, skus, SEED, HISTORY.resolve("replica-faults.jsonl"));
        awaitRotation(2);
    }

    @AfterAll
    static void close() {
        for (AutoCloseable each : java.util.Arrays.asList(checker, balancer)) {
            closeQuietly(each);
        }
        if (pods != null) {
            pods.forEach(ReplicaFaultsIT::closeQuietly);
        }
        closeQuietly(network);
        closeQuietly(database);
    }

    private static void closeQuietly(AutoCloseable closeable) {
        if (closeable != null) {
            try {
                closeable.close();
            } catch (Exception e) {
                System.err.println("Not closed: " + e);
            }
        }
    }

    @AfterEach
    void whole(TestInfo test) {
        awaitRotation(2);
    }

    @Test
    @Order(1)
    void withoutTokensTheCheckerDoesFindStaleReads() {
        Member paused = database.replicas().getFirst();
        Checker.Run run = checker.start(false);
        paused.execute("SELECT pg_wal_replay_pause()");
        pass(Duration.ofSeconds(2));
        paused.execute("SELECT pg_wal_replay_resume()");
        Checker.Report report = run.end();
        tell("no tokens, one replica paused", report);
        assertThat(report.stale() + report.backward())
                .as("stale reads that a checker worth its name finds")
                .isPositive();
    }

    @Test
    @Order(2)
    void oneReplicaThatStopsReplayingIsNotReadByWhoKnowsMore() {
        Member paused = database.replicas().getFirst();
        double reached = reads("reached");
        Checker.Report report = during("one replica paused", () -> {
            paused.execute("SELECT pg_wal_replay_pause()");
            pass(Duration.ofSeconds(SECONDS + 2));
            paused.execute("SELECT pg_wal_replay_resume()");
        });
        assertWithoutFault(report);
        assertThat(reads("reached"))
                .as("reads on a replica known to be far enough")
                .isGreaterThan(reached);
    }

    @Test
    @Order(3)
    void whenBothStopReplayingThePrimaryAnswers() {
        double lag = reads("lag");
        double waits = metric("fondaco_database_token_wait_seconds_count", "reached=\"false\"");
        Checker.Report report = during("both replicas paused", () -> {
            database.replicas().forEach(member -> member.execute("SELECT pg_wal_replay_pause()"));
            pass(Duration.ofSeconds(SECONDS));
            database.replicas().forEach(member -> member.execute("SELECT pg_wal_replay_resume()"));
        });
        assertWithoutFault(report);
        assertThat(reads("lag") + reads("no_replica"))
                .as("reads that went to the primary")
                .isGreaterThan(lag);
        assertThat(metric("fondaco_database_token_wait_seconds_count", "reached=\"false\""))
                .as("waits in vain")
                .isGreaterThan(waits);
    }

    @Test
    @Order(4)
    void aReplicaThatIsKilledAndComesBackIsNotNoticed() {
        Member victim = database.replicas().getLast();
        Checker.Report report = during("a replica killed and restarted", () -> {
            victim.kill();
            pass(Duration.ofSeconds(SECONDS / 2));
            database.revive(victim);
            pass(Duration.ofSeconds(SECONDS / 2));
        });
        assertWithoutFault(report);
        assertThat(report.errors()).as("reads went on elsewhere").isEmpty();
    }

    @Test
    @Order(5)
    void aNetworkThatStallsAndResetsIsNotNoticedForLong() {
        Checker.Report report = during("the network to a replica cut", () -> {
            network.set(TcpProxy.Mode.STALL);
            pass(Duration.ofSeconds(SECONDS));
            network.set(TcpProxy.Mode.PASS);
            pass(Duration.ofSeconds(1));
            network.set(TcpProxy.Mode.RESET);
            pass(Duration.ofSeconds(SECONDS / 2));
            network.set(TcpProxy.Mode.PASS);
        });
        assertWithoutFault(report);
        assertThat(report.longestReadOutageMillis()).isLessThan(20_000);
    }

    @Test
    @Order(6)
    void aReplicaThatFreezesLeavesTheRotation() {
        Member frozen = database.replicas().getLast();
        Checker.Report report = during("a replica frozen", () -> {
            frozen.freeze(true);
            await().atMost(Duration.ofSeconds(2))
                    .until(() -> health().stream().allMatch(page -> page.contains("1 of 2 replicas in rotation")));
            pass(Duration.ofSeconds(SECONDS / 2));
            frozen.freeze(false);
        });
        assertWithoutFault(report);
    }

    @Test
    @Order(7)
    void aReplicaThatLostItsDiskIsBuiltAnewAndReadAgain() {
        Member emptied = database.replicas().getFirst();
        Checker.Report report = during("a replica rebuilt from nothing", () -> database.rebuild(emptied));
        assertWithoutFault(report);
    }

    @Test
    @Order(8)
    void aFailoverWithASynchronousReplicaLosesNothingAndTheOldPrimaryIsRefused() {
        database.synchronous(true);
        Member old = database.primary();
        Checker.Report report = during("synchronous failover", () -> {
            pass(Duration.ofSeconds(SECONDS / 2));
            old.kill();
            database.failOver();
            pass(Duration.ofSeconds(SECONDS));
        });
        assertWithoutFault(report);
        assertThat(report.forgotten()).as("answered writes that were lost").isZero();
        assertThat(report.longestWriteOutageMillis()).isLessThan(15_000);
        assertThat(report.errors().keySet())
                .as("a failover is told as what it is")
                .allMatch(kind -> kind.contains(" 503 ") || kind.contains(" 409 "));

        String before = sumOfCounters(old, true);
        Checker.Report afterwards = during("the old primary back, unfenced", () -> {
            pass(Duration.ofSeconds(SECONDS));
        });
        assertWithoutFault(afterwards);
        assertThat(afterwards.errors()).isEmpty();
        assertThat(sumOfCounters(old, false))
                .as("nothing is written to the old primary")
                .isEqualTo(before);
        assertThat(old.query("SELECT timeline FROM topology.heartbeat"))
                .isNotEqualTo(database.primary().query("SELECT timeline FROM topology.heartbeat"));
        old.stop();
        database.rebuild(old);
    }

    @Test
    @Order(9)
    void anAsynchronousFailoverLosesWhatTheDatabaseLostAndNoTokenWaitsForIt() {
        Member old = database.primary();
        double older = metric("fondaco_database_tokens_total", "older_timeline");
        Checker.Run run = checker.start(true);
        pass(Duration.ofSeconds(SECONDS / 2));
        database.replicas().forEach(member -> member.freeze(true));
        pass(Duration.ofMillis(700));
        old.kill();
        database.replicas().forEach(member -> member.freeze(false));
        database.failOver();
        pass(Duration.ofSeconds(SECONDS));
        Checker.Report report = run.end();
        tell("asynchronous failover", report);
        assertThat(report.stale()).as("stale reads").isZero();
        assertThat(report.backward()).as("reads that go back in time").isZero();
        assertThat(report.invented()).isZero();
        assertThat(report.forgotten())
                .as("writes that the database lost, for the replicas were frozen")
                .isPositive();
        assertThat(report.longestReadOutageMillis()).isLessThan(15_000);
        Map<String, Long> actual = counters();
        checker.expected().forEach((sku, answered) -> assertThat(actual.get(sku))
                .as("no write is done twice: " + sku)
                .isLessThanOrEqualTo(answered));
        long lost =
                checker.expected().values().stream().mapToLong(Long::longValue).sum()
                        - actual.values().stream().mapToLong(Long::longValue).sum();
        System.out.println("  the database lost " + lost + " answered writes");
        assertThat(report.forgotten()).as("lost by SQL as the clients saw it").isEqualTo(lost);
        assertThat(metric("fondaco_database_tokens_total", "older_timeline"))
                .as("tokens from before the failover came")
                .isGreaterThan(older);
        checker.accept(actual);
        database.rebuild(old);
    }

    @Test
    @Order(10)
    void withoutAPrimaryReadsGoOnWithoutReplicasTooAndWithNeitherItIs503AtOnce() throws Exception {
        URI pod = pods.getFirst().base();
        HttpRequest read = HttpRequest.newBuilder(pod.resolve("/store/v1/products/counter-0"))
                .timeout(Duration.ofSeconds(10))
                .build();
        HttpRequest write = HttpRequest.newBuilder(pod.resolve("/store/v1/carts"))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(10))
                .POST(HttpRequest.BodyPublishers.ofString("{\"currency\":\"GBP\",\"lines\":[]}"))
                .build();
        Member primary = database.primary();
        List<Member> replicas = database.replicas();
        assertThat(status(write)).isEqualTo(201);

        primary.kill();
        await().atMost(Duration.ofSeconds(2)).until(() -> status(write) == 503);
        HttpResponse<String> refused = HTTP.send(write, HttpResponse.BodyHandlers.ofString());
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(refused.body()).contains("database_unavailable");
        assertThat(status(read)).isEqualTo(200);
        assertThat(health()).allMatch(page -> page.contains("no primary answers") && page.contains("\"UP\""));

        replicas.forEach(Member::kill);
        await().atMost(Duration.ofSeconds(2)).until(() -> status(read) == 503);
        long begin = System.nanoTime();
        assertThat(status(read)).isEqualTo(503);
        assertThat(status(write)).isEqualTo(503);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(1));

        database.revive(primary);
        await().atMost(Duration.ofSeconds(5)).until(() -> status(write) == 201);
        assertThat(status(read)).isEqualTo(200);
        assertThat(health()).allMatch(page -> page.contains("no replica in rotation") && page.contains("\"UP\""));
        replicas.forEach(database::revive);
        awaitRotation(2);
        assertThat(metric("fondaco_database_reads_total", "no_replica")).isPositive();
    }

    /** Runs clients with tokens, breaks something in the meantime, and tells what they saw. */
    private static Checker.Report during(String name, Runnable fault) {
        Checker.Run run = checker.start(true);
        Checker.Report report;
        try {
            pass(Duration.ofMillis(500));
            fault.run();
            pass(Duration.ofSeconds(1));
        } finally {
            report = run.end();
        }
        tell(name, report);
        return report;
    }

    private static void assertWithoutFault(Checker.Report report) {
        assertThat(report.pairs()).as("writes").isGreaterThan(20 * SECONDS);
        assertThat(report.stale()).as("stale reads").isZero();
        assertThat(report.backward()).as("reads that go back in time").isZero();
        assertThat(report.invented()).as("reads of what was never written").isZero();
        assertThat(counters()).as("answered writes, each once, by SQL").isEqualTo(checker.expected());
    }

    private static Map<String, Long> counters() {
        Map<String, Long> counters = new TreeMap<>();
        for (String sku : checker.expected().keySet()) {
            String there = database.primary()
                    .query("SELECT coalesce(sum(on_hand), 0) FROM inventory.stock_level WHERE sku = '" + sku + "'");
            counters.put(sku, Long.parseLong(there));
        }
        return counters;
    }

    private static String sumOfCounters(Member member, boolean revive) {
        if (revive) {
            database.revive(member);
        }
        return member.query("SELECT coalesce(sum(on_hand), 0) FROM inventory.stock_level");
    }

    private static void tell(String name, Checker.Report report) {
        System.out.println("%s: %s".formatted(name, report));
    }

    private static int status(HttpRequest request) throws IOException, InterruptedException {
        return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private static void awaitRotation(int replicas) {
        await().atMost(Duration.ofSeconds(40))
                .until(() -> metricOfEach("fondaco_database_replicas_in_rotation").stream()
                        .allMatch(count -> count == replicas));
        await().atMost(Duration.ofSeconds(10)).until(() -> metricOfEach("fondaco_database_primary_known").stream()
                .allMatch(known -> known == 1));
    }

    private static double reads(String reason) {
        return metric("fondaco_database_reads_total", "reason=\"" + reason + "\"");
    }

    /** The sum over both pods of the series of that name that have the label. */
    private static double metric(String name, String label) {
        double sum = 0;
        for (PackagedApp pod : pods) {
            for (String line : get(pod.base().resolve("/q/metrics")).lines().toList()) {
                if (line.startsWith(name) && line.contains(label)) {
                    sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
                }
            }
        }
        return sum;
    }

    private static List<Double> metricOfEach(String name) {
        Pattern series = Pattern.compile("^" + name + " (\\S+)$", Pattern.MULTILINE);
        return pods.stream()
                .map(pod -> {
                    Matcher matcher = series.matcher(get(pod.base().resolve("/q/metrics")));
                    return matcher.find() ? Double.parseDouble(matcher.group(1)) : -1;
                })
                .toList();
    }

    private static List<String> health() {
        return pods.stream()
                .map(pod -> get(pod.base().resolve("/q/health/ready")))
                .toList();
    }

    private static String get(URI uri) {
        try {
            return HTTP.send(
                            HttpRequest.newBuilder(uri)
                                    .timeout(Duration.ofSeconds(5))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void pass(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(Math.min(TimeUnit.MILLISECONDS.toNanos(20), Math.max(0, end - System.nanoTime())));
        }
    }
}
