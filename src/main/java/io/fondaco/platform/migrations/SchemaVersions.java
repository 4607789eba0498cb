package io.fondaco.platform.migrations;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The versions of the modules' schemas. */
final class SchemaVersions {
    private SchemaVersions() {}

    /**
     * Compares the schemas of a database with the versions that a release needs. Migrations of a later release are
     * ignored.
     *
     * @param required the number of the last migration of each module
     * @return a line for each module that is outdated
     */
    static List<String> outdated(Connection connection, Map<String, Integer> required) throws SQLException {
        FlywayHistories histories = FlywayHistories.read(connection);
        List<String> outdated = new ArrayList<>();
        new TreeMap<>(required).forEach((module, version) -> {
            int actual = histories.version(module);
            if (actual < version) {
                outdated.add("%s is at %d and must be at %d".formatted(module, actual, version));
            }
        });
        return outdated;
    }
}
