package io.fondaco.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.platform.embedded.ReplicatedPostgres;
import io.fondaco.process.PackagedApp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pods discover each other by a host name that resolves to all of them, as a headless service's does, and communicate
 * by TLS. A pod without the keystore cannot join the cluster, but still serves requests. The pods resolve host names by
 * a hosts file.
 */
class CacheClusterIT {
    private static final String PASSWORD = "cluster-test";
    /** Pods search for each other at least this often. */
    private static final Duration FAILURE_TIMEOUT = Duration.ofSeconds(5);

    private static final List<String> ADDRESSES = List.of("127.0.0.4", "127.0.0.5", "127.0.0.6");

    @TempDir
    private Path directory;

    @Test
    void podsWithTheKeyFormAClusterByNameAndAPodWithoutItStaysAlone() throws Exception {
        Path keystore = directory.resolve("pods.p12");
        createKeystore(keystore);
        Path hosts = directory.resolve("hosts");
        Files.writeString(
                hosts,
                "127.0.0.1 localhost\n"
                        + String.join(
                                "",
                                ADDRESSES.stream()
                                        .map("%s pods.shop\n"::formatted)
                                        .toList()));
        int port = CacheFaultsIT.clusterPort();
        try (ReplicatedPostgres database = ReplicatedPostgres.start(directory.resolve("data"), 1)) {
            Map<String, String> environment = environment(database, hosts, port);
            Map<String, String> member = new TreeMap<>(environment);
            member.put("FONDACO_CACHE_CLUSTER_KEYSTORE", keystore.toString());
            member.put("FONDACO_CACHE_CLUSTER_KEYSTORE_PASSWORD", PASSWORD);
            try (PackagedApp first = PackagedApp.launch("cluster-1", at(ADDRESSES.get(0), member));
                    PackagedApp second = PackagedApp.launch("cluster-2", at(ADDRESSES.get(1), member))) {
                first.awaitReady();
                second.awaitReady();
                awaitMembers(first, 2);
                awaitMembers(second, 2);
                try (PackagedApp outsider = PackagedApp.start("cluster-stranger", at(ADDRESSES.get(2), environment))) {
                    awaitMembers(outsider, 1);
                    assertThat(outsider.get("/store/v1/products")).contains("\"data\"");
                    // The outsider searches for other pods within every failure timeout.
                    await().during(FAILURE_TIMEOUT.multipliedBy(2))
                            .atMost(TestTiming.scaled(FAILURE_TIMEOUT.multipliedBy(4)))
                            .until(() -> members(first) == 2 && members(second) == 2 && members(outsider) == 1);
                }
            }
        }
    }

    private static Map<String, String> environment(ReplicatedPostgres database, Path hosts, int port) {
        Map<String, String> environment = Pods.environment(database);
        environment.put("FONDACO_CACHE_CLUSTER_DNS", "pods.shop");
        environment.put("FONDACO_CACHE_CLUSTER_BIND_PORT", Integer.toString(port));
        environment.put("FONDACO_CACHE_CLUSTER_FAILURE_TIMEOUT", FAILURE_TIMEOUT.toString());
        environment.put("JDK_JAVA_OPTIONS", "-Djdk.net.hosts.file=" + hosts);
        return environment;
    }

    private static Map<String, String> at(String address, Map<String, String> environment) {
        Map<String, String> settings = new TreeMap<>(environment);
        settings.put("FONDACO_CACHE_CLUSTER_BIND_ADDRESS", address);
        return settings;
    }

    private static void createKeystore(Path keystore) throws IOException, InterruptedException {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "pods",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=pods.shop",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keystore.toString(),
                        "-storepass",
                        PASSWORD)
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
    }

    private static double members(PackagedApp pod) {
        return Pods.metric(pod, "fondaco_cache_members", "");
    }

    private static void awaitMembers(PackagedApp pod, int count) {
        await().atMost(TestTiming.scaled(Duration.ofSeconds(40))).until(() -> members(pod) == count);
    }
}
