package io.fondaco.platform.migrations;

import io.quarkus.runtime.util.ClassPathUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The migrations of a release.
 *
 * @param modules for each module the texts of its migrations by file name
 */
record MigrationScripts(SortedMap<String, SortedMap<String, String>> modules) {
    private static final Logger LOG = Logger.getLogger(MigrationScripts.class);
    private static final String ROOT = "db-migrations";
    private static final Pattern VERSIONED = Pattern.compile("V([0-9]+)__.*\\.sql");
    private static final Pattern COMMENT = Pattern.compile("(?m)--.*$");

    /** Statements that take long but block nobody: they may wait longer for locks and have no statement timeout. */
    private static final Pattern ONLINE =
            Pattern.compile("\\bCONCURRENTLY\\b|\\bVALIDATE\\s+CONSTRAINT\\b", Pattern.CASE_INSENSITIVE);

    MigrationScripts {
        modules = Collections.unmodifiableSortedMap(modules);
    }

    /** Returns the migrations that are packaged with the application. */
    static MigrationScripts ofThisRelease() {
        SortedMap<String, SortedMap<String, String>> modules = new TreeMap<>();
        try {
            ClassPathUtils.consumeAsPaths(ROOT, root -> read(root, modules));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the migrations under " + ROOT, e);
        }
        return new MigrationScripts(modules);
    }

    private static void read(Path root, SortedMap<String, SortedMap<String, String>> modules) {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path inside = root.relativize(file);
                modules.computeIfAbsent(inside.getName(0).toString(), _ -> new TreeMap<>())
                        .put(inside.getFileName().toString(), Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the migrations under " + root, e);
        }
    }

    /** Returns the number of the last migration of each module. */
    SortedMap<String, Integer> versions() {
        SortedMap<String, Integer> versions = new TreeMap<>();
        modules.forEach((module, scripts) -> {
            for (String name : scripts.keySet()) {
                Matcher matcher = VERSIONED.matcher(name);
                if (matcher.matches()) {
                    versions.merge(module, Integer.valueOf(matcher.group(1)), Math::max);
                }
            }
        });
        return versions;
    }

    /**
     * Whether the migration is online: it creates an index concurrently or validates a constraint, and does nothing
     * else.
     */
    boolean isOnline(String module, String name) {
        String text = modules.getOrDefault(module, new TreeMap<>()).getOrDefault(name, "");
        return ONLINE.matcher(COMMENT.matcher(text).replaceAll("")).find();
    }

    /**
     * Writes the migrations to a temporary directory, because Flyway's class path scanner cannot read the jar of a
     * Quarkus application.
     */
    Path unpack() {
        try {
            Path target = Files.createTempDirectory("fondaco-migrations");
            for (var module : modules.entrySet()) {
                Path directory = Files.createDirectories(target.resolve(module.getKey()));
                for (var script : module.getValue().entrySet()) {
                    Files.write(
                            directory.resolve(script.getKey()),
                            script.getValue().getBytes(StandardCharsets.UTF_8));
                }
            }
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot unpack the migrations", e);
        }
    }

    /** Deletes the directory that {@link #unpack} created. */
    static void delete(Path unpacked) {
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
