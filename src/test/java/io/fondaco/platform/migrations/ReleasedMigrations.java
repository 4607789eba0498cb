package io.fondaco.platform.migrations;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The migrations in {@code db-migrations}, and the list of released migrations with their checksums. */
final class ReleasedMigrations {
    static final Path DIRECTORY = Path.of("db-migrations");
    static final Path LIST = Path.of("src", "test", "resources", "released-migrations.txt");
    private static final Pattern LINE = Pattern.compile("([0-9.]+) (\\S+) ([0-9a-f]{64})");
    private static final Pattern VERSION =
            Pattern.compile("<artifactId>fondaco</artifactId>\\s*<version>([0-9.]+)(?:-SNAPSHOT)?</version>");
    private static final Pattern NUMBER = Pattern.compile(".*/V([0-9]+)__.*");

    private ReleasedMigrations() {}

    /** @param release the first release that contains it */
    record ReleasedMigration(String release, String file, String checksum) {}

    static List<ReleasedMigration> released() {
        List<ReleasedMigration> released = new ArrayList<>();
        for (String line :
                read(LIST).lines().filter(text -> !text.startsWith("#")).toList()) {
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches()) {
                throw new IllegalStateException("Not a line of %s: %s".formatted(LIST, line));
            }
            released.add(new ReleasedMigration(matcher.group(1), matcher.group(2), matcher.group(3)));
        }
        return released;
    }

    /**
     * Returns the text of each migration by {@code module/file}, in the order in which each module's migrations run.
     */
    static Map<String, String> all() {
        Map<String, String> all =
                new TreeMap<>(java.util.Comparator.comparing((String file) -> file.substring(0, file.indexOf('/') + 1))
                        .thenComparing(ReleasedMigrations::number)
                        .thenComparing(file -> file));
        try (Stream<Path> files = Files.walk(DIRECTORY)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.put(DIRECTORY.relativize(file).toString().replace('\\', '/'), read(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    /** Returns the number of a migration within its module; -1 for a name that is not a migration's. */
    static int number(String file) {
        Matcher matcher = NUMBER.matcher(file);
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
    }

    /** Returns the version of this build. */
    static String version() {
        Matcher matcher = VERSION.matcher(read(Path.of("pom.xml")));
        if (!matcher.find()) {
            throw new IllegalStateException("pom.xml has no version");
        }
        return matcher.group(1);
    }

    /** Whether a version comes before the other: 0.9.0 before 0.10.0. */
    static boolean isBefore(String version, String other) {
        return Runtime.Version.parse(withoutZeros(version)).compareTo(Runtime.Version.parse(withoutZeros(other))) < 0;
    }

    /** Converts a version for {@link Runtime.Version}, which allows a 0 neither as the first nor as the last number. */
    private static String withoutZeros(String version) {
        return ("1." + version).replaceAll("(\\.0)+$", "");
    }

    static String checksum(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
