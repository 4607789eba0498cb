package io.fondaco.platform.database;

import io.quarkus.runtime.util.ClassPathUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jboss.logging.Logger;

/**
 * Brings every module's schema up to date: {@code db-migrations/<module>/V…sql} into the schema {@code <module>}, each
 * with a Flyway history of its own. Several pods may start at once: Flyway lets one migrate and the others wait.
 */
final class Migrations {
    private static final Logger LOG = Logger.getLogger(Migrations.class);
    private static final String ROOT = "db-migrations";
    private static final String LOCK_TIMEOUT = "SET lock_timeout = '10s'";

    private Migrations() {}

    /** @return how many migrations ran, over all modules */
    static int migrate(DataSource primary) {
        Path unpacked = unpack();
        try {
            int executed = 0;
            for (String module : modules(unpacked)) {
                executed += Flyway.configure()
                        .dataSource(primary)
                        .schemas(module)
                        .createSchemas(true)
                        .initSql(LOCK_TIMEOUT)
                        .locations("filesystem:" + unpacked.resolve(module))
                        .load()
                        .migrate()
                        .migrationsExecuted;
            }
            LOG.infof("Database schemas are up to date (%d migrations ran)", executed);
            return executed;
        } finally {
            delete(unpacked);
        }
    }

    /** Flyway's own class path scanner does not read a Quarkus application's jar, so it gets files. */
    private static Path unpack() {
        Map<String, byte[]> scripts = new TreeMap<>();
        try {
            ClassPathUtils.consumeAsPaths(ROOT, root -> read(root, scripts));
            Path target = Files.createTempDirectory("fondaco-migrations");
            for (Map.Entry<String, byte[]> script : scripts.entrySet()) {
                Path file = target.resolve(script.getKey());
                Files.createDirectories(file.getParent());
                Files.write(file, script.getValue());
            }
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the migrations under " + ROOT, e);
        }
    }

    private static void read(Path root, Map<String, byte[]> scripts) {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                scripts.put(root.relativize(file).toString(), Files.readAllBytes(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the migrations under " + root, e);
        }
    }

    private static List<String> modules(Path unpacked) {
        try (Stream<Path> folders = Files.list(unpacked)) {
            return folders.map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot list " + unpacked, e);
        }
    }

    private static void delete(Path unpacked) {
        List<Path> left = new ArrayList<>();
        try (Stream<Path> files = Files.walk(unpacked)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.toFile().delete()) {
                    left.add(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot clear " + unpacked, e);
        }
        if (!left.isEmpty()) {
            LOG.warnf("Could not delete %s", left);
        }
    }
}
