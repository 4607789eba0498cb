package io.fondaco.platform.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedClusterTest {
    private static final Duration REPLICATION = Duration.ofSeconds(10);
    private static final Duration DEATH = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    /** Most tests are about a later start, so they get the data directory that a first start leaves. */
    @BeforeEach
    void copyTemplate() {
        PostgresTemplate.migrated().copyCluster(directory);
    }

    /** Stops servers that a test left running before its directory is deleted. */
    @AfterEach
    void stopEverything() {
        if (Files.exists(directory.resolve("primary/postmaster.pid"))
                || Files.exists(directory.resolve("replica/postmaster.pid"))) {
            EmbeddedCluster.start(directory).close();
        }
    }

    @Test
    void firstStartInAnEmptyDirectoryCreatesAPrimaryAndAReadOnlyReplica() throws SQLException {
        try (EmbeddedCluster cluster = EmbeddedCluster.start(directory.resolve("empty"))) {
            write(cluster, "CREATE TABLE note (text text)");
            write(cluster, "INSERT INTO note VALUES ('hello')");

            await().atMost(REPLICATION).ignoreExceptions().untilAsserted(() -> assertThat(
                            readFromReplica(cluster, "SELECT text FROM note"))
                    .isEqualTo("hello"));
            assertThat(readFromReplica(cluster, "SELECT pg_is_in_recovery()")).isEqualTo("t");
        }
    }

    @Test
    void readerCannotWriteEvenOnThePrimary() throws SQLException {
        try (EmbeddedCluster cluster = EmbeddedCluster.start(directory)) {
            write(cluster, "CREATE TABLE note (text text)");

            try (Connection reader = DriverManager.getConnection(
                            cluster.primaryUrl(), cluster.readerUsername(), cluster.readerPassword());
                    Statement statement = reader.createStatement()) {
                assertThat(statement.execute("SELECT text FROM note")).isTrue();
                assertThatThrownBy(() -> statement.execute("INSERT INTO note VALUES ('mine')"))
                        .hasMessageContaining("permission denied");
                assertThatThrownBy(() -> statement.execute("CREATE TABLE mine (text text)"))
                        .hasMessageContaining("permission denied");
            }
        }
    }

    @Test
    void ownerMayInstallSearchExtensionsAndReadStatistics() throws SQLException {
        try (EmbeddedCluster cluster = EmbeddedCluster.start(directory)) {
            write(cluster, "CREATE EXTENSION pg_trgm");
            write(cluster, "CREATE EXTENSION unaccent");
            write(cluster, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements");

            assertThat(read(cluster, "SELECT lower('ÉCLAIR') || to_tsvector('simple', 'ÉCLAIR')"))
                    .isEqualTo("éclair'éclair':1");
            assertThat(read(cluster, "SELECT count(*) > 0 FROM pg_stat_statements"))
                    .isEqualTo("t");
            assertThat(read(cluster, "SELECT count(*) FROM pg_stat_replication WHERE sent_lsn IS NOT NULL"))
                    .isEqualTo("1");
        }
    }

    @Test
    void commitsAreDurableAndEveryConnectionNeedsAPrivatePassword() throws SQLException, IOException {
        try (EmbeddedCluster cluster = EmbeddedCluster.start(directory)) {
            assertThat(read(cluster, "SHOW fsync")).isEqualTo("on");
            assertThat(read(cluster, "SHOW synchronous_commit")).isEqualTo("on");
            assertThat(read(cluster, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
            assertThatThrownBy(() -> DriverManager.getConnection(cluster.primaryUrl(), "postgres", "guess"))
                    .hasMessageContaining("password authentication failed");
            assertThatThrownBy(() -> DriverManager.getConnection(cluster.replicaUrl(), "fondaco", "guess"))
                    .hasMessageContaining("password authentication failed");
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(directory.resolve("credentials/fondaco"))))
                    .isEqualTo("rw-------");
            assertThat(directory.resolve("primary.log"))
                    .content()
                    .doesNotContain(cluster.password(), cluster.readerPassword());
        }
    }

    @Test
    void dataSurvivesStopAndStart() throws SQLException {
        try (EmbeddedCluster first = EmbeddedCluster.start(directory)) {
            write(first, "CREATE TABLE note AS SELECT 'kept' AS text");
        }
        try (EmbeddedCluster second = EmbeddedCluster.start(directory)) {
            assertThat(read(second, "SELECT text FROM note")).isEqualTo("kept");
            assertReplicaFollows(second);
            assertThat(countPrimaryCopies()).isEqualTo(1);
        }
    }

    @Test
    void secondStartInTheSameJvmAttaches() {
        try (EmbeddedCluster first = EmbeddedCluster.start(directory)) {
            EmbeddedCluster second = EmbeddedCluster.start(directory);

            assertThat(second.primaryPid()).isEqualTo(first.primaryPid());
            assertThat(second.replicaUrl()).isEqualTo(first.replicaUrl());
            second.close();
            second.close();
            assertThatThrownBy(first::primaryPid).hasMessageContaining("does not run");
        }
    }

    @Test
    void dataSurvivesAKillOfBothPostmasters() throws SQLException {
        EmbeddedCluster first = EmbeddedCluster.start(directory);
        write(first, "CREATE TABLE note AS SELECT 'kept' AS text");
        kill(first.primaryPid());
        kill(first.replicaPid());

        try (EmbeddedCluster second = EmbeddedCluster.start(directory)) {
            assertThat(read(second, "SELECT text FROM note")).isEqualTo("kept");
            assertReplicaFollows(second);
        }
    }

    @Test
    void postmastersOfAKilledJvmAreReplaced() throws Exception {
        Process other = startInAnotherJvm();
        long orphan = Long.parseLong(Files.readAllLines(directory.resolve("primary/postmaster.pid"))
                .getFirst()
                .strip());
        kill(other.pid());
        other.waitFor();
        assertThat(ProcessHandle.of(orphan)).isPresent();

        try (EmbeddedCluster cluster = EmbeddedCluster.start(directory)) {
            assertThat(cluster.primaryPid()).isNotEqualTo(orphan);
            assertThat(read(cluster, "SELECT text FROM note")).isEqualTo("from another JVM");
            assertReplicaFollows(cluster);
        }
    }

    @Test
    void secondJvmIsRefusedWithAnInstruction() throws Exception {
        Process other = startInAnotherJvm();
        try {
            assertThatThrownBy(() -> EmbeddedCluster.start(directory))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("The data directory " + directory.toRealPath() + " is in use by process " + other.pid()
                            + "; stop that one, or set FONDACO_DATA_DIR to another directory");
        } finally {
            kill(other.pid());
        }
    }

    @Test
    void damagedOrMissingReplicaIsCopiedAgain() throws Exception {
        EmbeddedCluster.start(directory).close();
        FileTree.delete(directory.resolve("replica"));
        try (EmbeddedCluster cluster = EmbeddedCluster.start(directory)) {
            assertReplicaFollows(cluster);
        }

        FileTree.delete(directory.resolve("replica/global"));
        try (EmbeddedCluster cluster = EmbeddedCluster.start(directory)) {
            assertReplicaFollows(cluster);
        }
    }

    @Test
    void replicaThatStartsButCannotStreamIsCopiedAgain() throws Exception {
        EmbeddedCluster.start(directory).close();
        Files.delete(directory.resolve("primary/pg_replslot/replica_1/state"));
        Files.delete(directory.resolve("primary/pg_replslot/replica_1"));

        try (EmbeddedCluster cluster = EmbeddedCluster.start(directory)) {
            assertReplicaFollows(cluster);
            assertThat(countPrimaryCopies()).isEqualTo(2);
        }
    }

    @Test
    void interruptedFirstStartIsRepeated() throws Exception {
        EmbeddedCluster.start(directory).close();
        Files.delete(directory.resolve("primary/fondaco.complete"));
        Files.delete(directory.resolve("primary/PG_VERSION"));

        try (EmbeddedCluster cluster = EmbeddedCluster.start(directory)) {
            assertReplicaFollows(cluster);
        }
    }

    @Test
    void completePrimaryIsNotDeletedWhenItCannotStart() throws Exception {
        try (EmbeddedCluster cluster = EmbeddedCluster.start(directory)) {
            write(cluster, "CREATE TABLE note AS SELECT 'kept' AS text");
        }
        Path control = directory.resolve("primary/global/pg_control");
        Path aside = directory.resolve("pg_control");
        Files.move(control, aside);
        assertThatThrownBy(() -> EmbeddedCluster.start(directory))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Postgres primary")
                .hasMessageContaining("primary.log");
        Files.move(aside, control);

        try (EmbeddedCluster cluster = EmbeddedCluster.start(directory)) {
            assertThat(read(cluster, "SELECT text FROM note")).isEqualTo("kept");
        }
    }

    @Test
    void recordedProcessThatIsNotPostgresIsNotKilled() throws Exception {
        EmbeddedCluster.start(directory).close();
        Process otherProcess = new ProcessBuilder("sleep", "600").start();
        try {
            Files.writeString(
                    directory.resolve("primary/postmaster.pid"),
                    otherProcess.pid() + "\n" + directory.resolve("primary") + "\n0\n1\n");

            try (EmbeddedCluster cluster = EmbeddedCluster.start(directory)) {
                assertThat(cluster.primaryPid()).isNotEqualTo(otherProcess.pid());
                assertThat(otherProcess.isAlive()).isTrue();
            }
        } finally {
            otherProcess.destroyForcibly();
        }
    }

    /** The program of the other JVM: a cluster with one row, until it is killed or its test ends. */
    static final class OtherJvm {
        public static void main(String[] arguments) throws Exception {
            EmbeddedCluster cluster = EmbeddedCluster.start(Path.of(arguments[0]));
            write(cluster, "CREATE TABLE note AS SELECT 'from another JVM' AS text");
            System.out.println("started");
            System.in.read();
            cluster.close();
        }
    }

    private Process startInAnotherJvm() throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        OtherJvm.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader output = process.inputReader(UTF_8);
        String line = output.readLine();
        while (line != null && !line.equals("started")) {
            line = output.readLine();
        }
        assertThat(line).as("the other JVM started").isNotNull();
        return process;
    }

    private static void kill(long pid) {
        ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
        process.destroyForcibly();
        // A process that is dead but not yet reaped has no command.
        await().atMost(DEATH)
                .until(() -> !process.isAlive() || process.info().command().isEmpty());
    }

    private long countPrimaryCopies() {
        try (var lines = Files.lines(directory.resolve("replica.log"))) {
            return lines.filter(line -> line.contains("starting backup recovery"))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertReplicaFollows(EmbeddedCluster cluster) throws SQLException {
        write(cluster, "CREATE TABLE follows AS SELECT 'yes' AS text");
        await().atMost(REPLICATION).ignoreExceptions().untilAsserted(() -> assertThat(
                        readFromReplica(cluster, "SELECT text FROM follows"))
                .isEqualTo("yes"));
        write(cluster, "DROP TABLE follows");
    }

    private static void write(EmbeddedCluster cluster, String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(cluster.primaryUrl(), cluster.username(), cluster.password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String read(EmbeddedCluster cluster, String sql) throws SQLException {
        return query(cluster.primaryUrl(), cluster.username(), cluster.password(), sql);
    }

    private static String readFromReplica(EmbeddedCluster cluster, String sql) throws SQLException {
        return query(cluster.replicaUrl(), cluster.readerUsername(), cluster.readerPassword(), sql);
    }

    private static String query(String url, String user, String password, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, user, password);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }
}
