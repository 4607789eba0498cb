package io.fondaco.platform.migrations;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.zip.CRC32;

/**
 * The Flyway histories of all modules, read in one statement. If they match this release exactly, Flyway would find
 * nothing to do and need not run for each module, which took a quarter of a pod's start time.
 */
final class FlywayHistories {
    /** A successful migration: its file name and its checksum. */
    private record AppliedMigration(String script, int checksum) {}

    private final Map<String, Set<AppliedMigration>> appliedByModule = new HashMap<>();
    private final Map<String, Integer> versions = new HashMap<>();
    private final Set<String> failedModules = new HashSet<>();

    private FlywayHistories() {}

    static FlywayHistories read(Connection connection) throws SQLException {
        FlywayHistories all = new FlywayHistories();
        List<String> histories = historyQueries(connection);
        if (histories.isEmpty()) {
            return all;
        }
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(String.join(" UNION ALL ", histories))) {
            while (row.next()) {
                String module = row.getString(1);
                if (row.getBoolean(4)) {
                    all.appliedByModule
                            .computeIfAbsent(module, _ -> new HashSet<>())
                            .add(new AppliedMigration(row.getString(2), row.getInt(3)));
                    all.versions.merge(module, row.getInt(5), Math::max);
                } else {
                    all.failedModules.add(module);
                }
            }
        }
        return all;
    }

    /** Returns a query for each module that has a history. */
    private static List<String> historyQueries(Connection connection) throws SQLException {
        List<String> histories = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT format('SELECT %L, script, checksum, success, version::int '
                                      'FROM %I.flyway_schema_history',
                                      nspname, nspname)
                          FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
                         WHERE relname = 'flyway_schema_history' AND relkind = 'r'
                        """)) {
            while (row.next()) {
                histories.add(row.getString(1));
            }
        }
        return histories;
    }

    /** Returns the number of the module's last successful migration; 0 if there is none. */
    int version(String module) {
        return versions.getOrDefault(module, 0);
    }

    /**
     * Whether all these migrations of the module ran, with exactly this text, and no migration of the module failed.
     * Migrations of a later release are ignored.
     */
    boolean hasApplied(String module, SortedMap<String, String> scripts) {
        Set<AppliedMigration> applied = appliedByModule.getOrDefault(module, Set.of());
        return !failedModules.contains(module)
                && scripts.entrySet().stream()
                        .allMatch(script ->
                                applied.contains(new AppliedMigration(script.getKey(), checksum(script.getValue()))));
    }

    /** The checksum as Flyway computes it: CRC-32 of the lines without their line ends. */
    private static int checksum(String script) {
        CRC32 sum = new CRC32();
        script.lines().forEach(line -> sum.update(line.getBytes(StandardCharsets.UTF_8)));
        return (int) sum.getValue();
    }
}
