package io.fondaco.platform.embedded;

import io.fondaco.platform.migrations.TestMigrations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Set;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A Postgres data directory with Fondaco's roles, its database and the schemas of this build. It is created once per
 * build in {@code target/postgres-template} and copied for every server that a test starts. A copy takes a fraction of
 * a second; unpacking Postgres, {@code initdb} and the migrations take several seconds.
 */
final class PostgresTemplate {
    private static final Path DIRECTORY = Path.of("target", "postgres-template").toAbsolutePath();
    private static final String PROGRAMS = "postgres";
    private static final String CREDENTIALS = "credentials";
    private static final String PRIMARY = "primary";

    /** Settings of servers whose data need not survive a power failure; killing a process loses nothing with them. */
    static final Map<String, String> WITHOUT_FSYNC = Map.of("fsync", "off");

    /** Parts of a data directory that belong to one server. */
    private static final Set<String> EXCLUDED_FILES =
            Set.of("postmaster.pid", "postmaster.opts", "postgresql.auto.conf");

    private final Path directory;

    private PostgresTemplate(Path directory) {
        this.directory = directory;
    }

    /** Returns the template of this build; creates it if there is none for its migrations. */
    static PostgresTemplate migrated() {
        return template(TestMigrations.fingerprint(), true);
    }

    /** Returns a template with the roles and the database, but without our schemas. */
    static PostgresTemplate empty() {
        return template("empty", false);
    }

    private static PostgresTemplate template(String name, boolean migrated) {
        Path directory = DIRECTORY.resolve(name);
        if (!Files.exists(directory)) {
            create(directory, migrated);
        }
        return new PostgresTemplate(directory);
    }

    /** The Postgres binaries, unpacked once for all tests. */
    static PostgresBinaries programs() {
        return PostgresBinaries.unpackedIn(DIRECTORY.resolve(PROGRAMS));
    }

    /** Copies what {@link EmbeddedCluster} leaves after its first start and stop, without the replica. */
    void copyCluster(Path cluster) {
        copyCredentials(cluster);
        copyDataDirectory(cluster.resolve(PRIMARY));
        try {
            Files.createSymbolicLink(cluster.resolve(PROGRAMS), DIRECTORY.resolve(PROGRAMS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Copies the passwords of the template's roles into a cluster directory. */
    void copyCredentials(Path cluster) {
        try {
            if (Files.notExists(cluster.resolve(CREDENTIALS))) {
                Files.createDirectories(cluster);
                FileTree.copy(directory.resolve(CREDENTIALS), cluster.resolve(CREDENTIALS), _ -> true);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Copies the data directory of a server that has never run; it can start as a primary or as a replica of one. */
    void copyDataDirectory(Path server) {
        try {
            Files.createDirectories(server.toAbsolutePath().getParent());
            FileTree.copy(
                    directory.resolve(PRIMARY), server, relative -> !EXCLUDED_FILES.contains(relative.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void create(Path directory, boolean migrated) {
        try {
            Files.createDirectories(DIRECTORY);
            try (FileChannel channel = FileChannel.open(
                            DIRECTORY.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock _ = channel.lock()) {
                if (Files.exists(directory)) {
                    return;
                }
                Path draft = DIRECTORY.resolve("draft");
                FileTree.delete(draft);
                Files.createDirectories(draft);
                initialize(draft, migrated);
                Files.move(draft, directory, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void initialize(Path draft, boolean migrated) {
        ClusterCredentials clusterCredentials = new ClusterCredentials(draft.resolve(CREDENTIALS));
        PostgresServer server = new PostgresServer(PRIMARY, draft, programs());
        new EmbeddedPrimary(server, clusterCredentials, WITHOUT_FSYNC).start();
        try {
            PGSimpleDataSource owner = new PGSimpleDataSource();
            owner.setUrl("jdbc:postgresql://127.0.0.1:%d/%s".formatted(server.port(), EmbeddedCluster.DATABASE));
            owner.setUser(ClusterCredentials.OWNER);
            owner.setPassword(clusterCredentials.passwordOf(ClusterCredentials.OWNER));
            if (migrated) {
                TestMigrations.migrate(owner);
            }
        } finally {
            server.stop();
        }
    }
}
