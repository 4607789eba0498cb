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
 * What Flyway has written of the migrations that ran in a database, read in one statement. Where it says exactly what this
 * release has, Flyway would find nothing to do, and need not be asked for each module: that took a pod a quarter of its start.
 */
final class FlywayHistories {
    /** What a migration that went well has left: the name of its file and its checksum. */
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

    /** A query for each module that has a history. */
    private static List<String> historyQueries(Connection connection) throws SQLException {
        List<String> histories = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT format('SELECT %L, script, checksum, success, version::int FROM %I.flyway_schema_history',
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

    /** The number of the last migration of the module that went well; 0 when none has. */
    int version(String module) {
        return versions.getOrDefault(module, 0);
    }

    /**
     * Whether all these migrations of a module ran, with just this text, and none of the module broke off. Those of a later
     * release are no matter.
     */
    boolean hasApplied(String module, SortedMap<String, String> scripts) {
        Set<AppliedMigration> applied = appliedByModule.getOrDefault(module, Set.of());
        return !failedModules.contains(module)
                && scripts.entrySet().stream()
                        .allMatch(script ->
                                applied.contains(new AppliedMigration(script.getKey(), checksum(script.getValue()))));
    }

    /** As Flyway makes it: CRC-32 of the lines without their ends. */
    private static int checksum(String script) {
        CRC32 sum = new CRC32();
        script.lines().forEach(line -> sum.update(line.getBytes(StandardCharsets.UTF_8)));
        return (int) sum.getValue();
    }
}
