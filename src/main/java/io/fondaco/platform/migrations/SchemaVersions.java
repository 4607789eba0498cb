package io.fondaco.platform.migrations;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** How far each module's schema has been migrated. */
final class SchemaVersions {
    private SchemaVersions() {}

    /**
     * What a database lacks that a release needs. What it has beyond that, from a later release, is no matter.
     *
     * @param needed the number of the last migration of each module
     * @return a line for each module that is behind
     */
    static List<String> lacking(Connection connection, Map<String, Integer> needed) throws SQLException {
        Map<String, Integer> there = read(connection);
        List<String> lacking = new ArrayList<>();
        new TreeMap<>(needed).forEach((module, version) -> {
            int its = there.getOrDefault(module, 0);
            if (its < version) {
                lacking.add("%s is at %d and must be at %d".formatted(module, its, version));
            }
        });
        return lacking;
    }

    private static SortedMap<String, Integer> read(Connection connection) throws SQLException {
        SortedMap<String, Integer> versions = new TreeMap<>();
        List<String> histories = histories(connection);
        if (histories.isEmpty()) {
            return versions;
        }
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(String.join(" UNION ALL ", histories))) {
            while (row.next()) {
                versions.put(row.getString(1), row.getInt(2));
            }
        }
        return versions;
    }

    /** A query for each module that has a history. */
    private static List<String> histories(Connection connection) throws SQLException {
        List<String> histories = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT format('SELECT %L, coalesce(max(version::int), 0) FROM %I.flyway_schema_history WHERE success',
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
}
