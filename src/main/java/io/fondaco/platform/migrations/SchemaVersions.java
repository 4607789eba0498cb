package io.fondaco.platform.migrations;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    static List<String> outdated(Connection connection, Map<String, Integer> needed) throws SQLException {
        FlywayHistories histories = FlywayHistories.read(connection);
        List<String> lacking = new ArrayList<>();
        new TreeMap<>(needed).forEach((module, version) -> {
            int its = histories.version(module);
            if (its < version) {
                lacking.add("%s is at %d and must be at %d".formatted(module, its, version));
            }
        });
        return lacking;
    }
}
